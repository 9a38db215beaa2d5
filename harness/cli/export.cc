#include "engines/export/export_model.h"

#include <memory>

#include "base/console.h"
#include "base/quoted.h"
#include "engines/drafters/registry.h"
#include "harness/cli/command.h"
#include "harness/cli/common_options.h"
#include "harness/machine/paths.h"

namespace dsb {
namespace {

struct ExportChoice {
  std::string what, output, format, target, folder;
};

ExitCode ExecuteExport(const ExportChoice& choice) {
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

std::vector<Option> Describe(ExportChoice& c) {
  std::vector<std::string> names = DrafterNames();
  names.emplace_back("target");
  return {{.name = "model",
           .value = &c.what,
           .value_name = "NAME",
           .help = "a drafter, or target for the target in the same numerics (bf16 weights)",
           .choices = names,
           .positional = true,
           .required = true},
          FormatOption(c.format, ModelFormats(),
                       "gguf (a file for llama.cpp) or vllm (a folder for vLLM)"),
          {.name = "output",
           .value = &c.output,
           .value_name = "PATH",
           .help = "the file or folder; what is there is replaced",
           .check = NotEmpty(),
           .required = true,
           .path = PathForm::kPlain},
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
  return {.name = "export",
          .summary = "Write a drafter, or the target, for llama.cpp or vLLM",
          .options = Describe(*choice),
          .action = [choice] { return ExecuteExport(*choice); }};
}

}  // namespace dsb
