#include "engines/export/export_model.h"

#include <algorithm>
#include <memory>
#include <set>

#include "base/console.h"
#include "base/quoted.h"
#include "base/whole_file.h"
#include "engines/drafters/registry.h"
#include "harness/cli/command.h"
#include "harness/cli/common_options.h"
#include "harness/exchange/export_results.h"
#include "harness/machine/paths.h"
#include "harness/options/output_files.h"
#include "harness/options/suggestion.h"
#include "harness/run/results_file.h"
#include "reports/pairing/find_run.h"
#include "results/store/checked_reader.h"

namespace dsb {
namespace {

struct ExportChoice {
  std::string what, output, format, target, folder, run;
  std::set<std::string> given;
};

constexpr const char* kVllmBench = "vllm-bench";
constexpr const char* kAiperf = "aiperf";

ExitCode ExportResults(const ExportChoice& choice) {
  const Store store(choice.what, ReadingOptions(choice.what));
  const std::vector<RunRecord> runs = ReadRuns(store);
  const RunRecord& run = FindRun(runs, choice.run, "export");
  const CheckedRun read = ReadCheckedRun(store, run.id, {.token_ids = false, .steps = false});
  WarnOfDoubts(read);
  WriteWholeFile(choice.output, choice.format == kAiperf ? AiperfJsonl(read) : VllmBenchJson(read));
  WriteOutput(Shown(choice.output) + '\n');
  return ExitCode::kDone;
}

void RequireModel(const std::string& name) {
  std::vector<std::string> names = DrafterNames();
  names.emplace_back("target");
  if (std::find(names.begin(), names.end(), name) != names.end()) return;
  ThrowBadInput("export: expected " + ListOf(names) + ", found '" + name + "'" +
                Suggestion(name, names));
}

ExitCode ExecuteExport(const ExportChoice& choice) {
  RefuseTaken("--output", choice.output, WrittenAs::kExport);
  if (choice.format == kVllmBench || choice.format == kAiperf) {
    RefuseAllBut({"what", "format", "output", "run"}, choice.given,
                 "is for models, expected it without --format " + choice.format);
    return ExportResults(choice);
  }
  RefuseAllBut({"what", "format", "output", "target", "drafter-path"}, choice.given,
               "is of a results file, expected --format vllm-bench or aiperf with it");
  RequireModel(choice.what);
  ModelExport model = {.name = choice.what,
                       .folder = choice.folder,
                       .target = choice.target.empty() ? DefaultTargetPath() : choice.target,
                       .output = choice.output};
  if (model.folder.empty() && model.name != "target") {
    model.folder = DefaultDrafterPath(model.name);
  }
  for (const std::string& file : ExportModel(model, choice.format)) {
    WriteOutput(Shown(file) + '\n');
  }
  return ExitCode::kDone;
}

std::vector<Option> DescribeExport(ExportChoice& c) {
  std::vector<std::string> formats = ModelFormats();
  formats.emplace_back(kVllmBench);
  formats.emplace_back(kAiperf);
  return {{.name = "what",
           .value = &c.what,
           .value_name = "DRAFTER|FILE",
           .help = "a drafter, or target for the target in the same numerics (bf16 weights); or a "
                   "results file",
           .check = NotEmpty(),
           .positional = true,
           .required = true,
           .path = PathForm::kPlain},
          FormatOption(c.format, formats,
                       "of models gguf (a file for llama.cpp) or vllm (a folder for vLLM); of a "
                       "run vllm-bench (as vllm bench serve writes it) or aiperf (as AIPerf's "
                       "profile_export.jsonl)"),
          {.name = "run",
           .value = &c.run,
           .value_name = "RUN",
           .help = "of a results file: run number, arm or drafter; default: the only arm",
           .check = NotEmpty()},
          {.name = "output",
           .value = &c.output,
           .value_name = "PATH",
           .help = "the file or folder; nothing that is there is replaced",
           .check = NotEmpty(),
           .required = true,
           .path = PathForm::kPlain,
           .written = WrittenAs::kExport},
          {.name = "target",
           .value = &c.target,
           .value_name = "PATH",
           .help = "GGUF file of the target, whose embedding and tokenizer the drafter borrows; "
                   "default: as of run",
           .check = NotEmpty(),
           .path = PathForm::kPlain},
          {.name = "drafter-path",
           .value = &c.folder,
           .value_name = "FOLDER",
           .help = "the drafter's checkpoint; default: the shipped one",
           .check = NotEmpty(),
           .path = PathForm::kPlain}};
}

}  // namespace

Command ExportCommand() {
  auto choice = std::make_shared<ExportChoice>();
  return {
      .name = "export",
      .summary = "Write a drafter or the target for llama.cpp or vLLM, or a run as other tools do",
      .options = DescribeExport(*choice),
      .action = [choice] { return ExecuteExport(*choice); },
      .given = &choice->given};
}

}  // namespace dsb
