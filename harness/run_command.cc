#include "harness/run_command.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "base/clock.h"
#include "harness/environment.h"
#include "harness/interrupt.h"
#include "harness/paths.h"
#include "harness/run_session.h"
#include "harness/run_summary.h"
#include "kernels/isa.h"

namespace dsb {
namespace {

namespace fs = std::filesystem;

// A file that cannot take our results is refused before any work, untouched.
void CheckOutput(const std::string& path) {
  const fs::path parent = fs::path(path).parent_path();
  std::error_code ignored;
  if (!parent.empty() && !fs::is_directory(parent, ignored)) {
    ThrowBadInput("--output: no folder '" + parent.string() + "'");
  }
  if (fs::is_directory(path, ignored)) {
    ThrowBadInput("--output: '" + path + "' is a folder, expected a file");
  }
  if (fs::exists(path, ignored)) Store(path, {.mode = Store::Mode::kReadOnly});
}

void CheckArms(const RunOptions& options) {
  std::vector<std::string> names = options.drafters;
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) ThrowBadInput("--drafters: '" + *twice + "' is named twice");
}

// With the paths as given, unlike the stored command line.
std::string ResumeCommand(const std::vector<std::string>& arguments, bool resumes_already) {
  std::string command = "dsbench";
  for (const std::string& argument : arguments) command += ' ' + ShellText(argument);
  return command + (resumes_already ? "" : " --resume");
}

}  // namespace

RunOptions WithDefaults(RunOptions options) {
  const bool drafts = std::any_of(options.drafters.begin(), options.drafters.end(),
                                  [](const std::string& name) { return name != "none"; });
  if (options.threads == 0) options.threads = std::min(256, UsableCores());
  if (options.workloads.empty()) options.workloads = DefaultWorkloadPaths();
  if (options.engine != "native") return options;
  if (options.target.empty()) options.target = DefaultTargetPath();
  if (drafts && options.drafter_path.empty()) options.drafter_path = DefaultDrafterPath();
  return options;
}

ExitCode ExecuteRun(const RunOptions& given, const std::vector<std::string>& arguments) {
  CheckArms(given);
  CheckOutput(given.output);
  RunInputs inputs;
  inputs.options = WithDefaults(given);
  const RunOptions& options = inputs.options;
  inputs.workload = ReadWorkloads(options.workloads);
  inputs.isa = IsaName(ActiveIsa());
  const std::unique_ptr<Backend> backend =
      options.engine == "native" ? MakeNativeBackend(options) : MakeNullBackend(options);
  inputs.prompts = EncodePrompts(inputs.workload, options, *backend);
  inputs.context_tokens =
      ContextTokens(inputs.workload, inputs.prompts, options, backend->max_context_tokens());
  inputs.environment = CaptureEnvironment();
  inputs.build = CaptureBuild(inputs.isa);
  inputs.command_line = "dsbench " + CommandLineText(arguments);
  inputs.load_average = LoadAverage();

  MonotonicClock clock;
  RunSession session(inputs, *backend, clock);
  const std::atomic<bool>& stop = InterruptFlag();
  Progress progress(clock, stderr, isatty(STDERR_FILENO) == 1);
  Store store(options.output, {.mode = Store::Mode::kCreateOrAppend, .durable = options.durable});
  const RunSummary summary = session.Run(store, progress, stop);
  if (summary.interrupted) {
    std::fprintf(stderr,
                 "dsbench: interrupted; finished requests are kept in %s; continue with: %s\n",
                 options.output.c_str(), ResumeCommand(arguments, options.resume).c_str());
    return ExitCode::kResource;
  }
  if (summary.was_complete) {
    std::fprintf(stderr, "dsbench: nothing to resume: the run in %s is complete\n",
                 options.output.c_str());
  }
  StoreMetrics(store, summary);
  if (!options.no_report) PrintRunSummary(store, summary, options.output);
  if (summary.num_errors > 0) {
    ThrowResource(std::to_string(summary.num_errors) +
                  " requests ended in error, their run is stored as failed; the first: " +
                  summary.first_error);
  }
  return ExitCode::kDone;
}

}  // namespace dsb
