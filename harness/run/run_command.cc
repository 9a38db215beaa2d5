#include "harness/run/run_command.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "base/clock.h"
#include "base/console.h"
#include "base/counted.h"
#include "harness/backends/remote_backend.h"
#include "harness/backends/simulated_backend.h"
#include "harness/device_time/open_source.h"
#include "harness/machine/environment.h"
#include "harness/machine/paths.h"
#include "harness/options/idle_options.h"
#include "harness/options/names.h"
#include "harness/options/output_files.h"
#include "harness/options/stored_command.h"
#include "harness/run/filled_prompts.h"
#include "harness/run/prompt_fit.h"
#include "harness/run/results_file.h"
#include "harness/run/run_session.h"
#include "harness/run/run_summary.h"
#include "harness/run/scheduling_notes.h"
#include "harness/terminal/interrupt.h"
#include "harness/terminal/screen.h"
#include "harness/timeline/timeline.h"
#include "kernels/isa.h"
#include "results/store/reader.h"

namespace dsb {
namespace {

// A file that cannot take our results is refused before any work, untouched.
void CheckOutputs(const RunOptions& options) {
  std::error_code ignored;
  if (options.resume && !std::filesystem::exists(options.output, ignored)) {
    ThrowResource("--resume: no results file '" + options.output +
                  "' to go on with (leave --resume out to start one)");
  }
  CheckOutput(options);
  if (options.resume && ReadRuns(Store(options.output, ReadingOptions(options.output))).empty()) {
    Say("note", options.output + ": nothing to resume, the file has no runs: one is started");
  }
  if (options.timeline.empty()) return;
  CheckPlace("--timeline", options.timeline);
  RefuseForeignFile("--timeline", options.timeline, WrittenAs::kTrace);
}

// What the options say that cannot be had, or that changes nothing here.
void WarnOfIdleOptions(const RunOptions& options, size_t num_prompts,
                       const std::set<std::string>& given) {
  if (options.load == kLoadPaired && static_cast<size_t>(options.concurrency) > num_prompts) {
    Say("warning", "--concurrency " + std::to_string(options.concurrency) + ": with " +
                       Counted(static_cast<int64_t>(num_prompts), "prompt") +
                       " no more than that many requests are in flight");
  }
  for (const std::string& warning : IdleOptions(options, given)) Say("warning", warning);
  for (const std::string& warning : IdleLoadOptions(options, given)) Say("warning", warning);
}

Trace ReadTraceOf(const RunOptions& options) {
  Trace trace = ReadTrace(options.trace, options.requests);
  if (trace.left_out > 0) {
    Say("warning", trace.path + ": " + Counted(trace.left_out, "row") +
                       " left out that have no tokens in or none out");
  }
  return trace;
}

std::vector<int64_t> DepthsOf(const RunOptions& options) {
  std::vector<int64_t> depths;
  for (const std::string& text : options.context_depth) {
    const int64_t depth = ParseInteger(text).value();
    if (std::find(depths.begin(), depths.end(), depth) != depths.end()) {
      ThrowBadInput("--context-depth: found " + text + " twice, expected each depth once");
    }
    depths.push_back(depth);
  }
  return depths;
}

void WriteRunTimeline(const std::vector<CheckedRun>& runs, const RunSession& session,
                      const std::string& path) {
  const DeviceTracer* const tracer = session.tracer();
  if (tracer == nullptr) {
    WriteTimelineFile(runs, {}, {}, path);
  } else {
    WriteTimelineFile(runs, tracer->timeline(), {.launches_are_cut = tracer->timeline_is_cut()},
                      path);
  }
}

// A remote one also says what the arms are.
std::unique_ptr<Backend> MakeBackend(RunOptions& options) {
  switch (EngineFromName(options.engine)) {
    case EngineKind::kNull:
      return MakeNullBackend(options);
    case EngineKind::kSimulated:
      return MakeSimulatedBackend(options, options);
    case EngineKind::kNative:
      break;
    case EngineKind::kRemote: {
      auto backend = std::make_unique<RemoteBackend>(options, options);
      options.arms = backend->arms();
      options.drafters.clear();
      for (const ArmOptions& arm : options.arms) options.drafters.push_back(arm.drafter);
      return backend;
    }
  }
  return MakeNativeBackend(options);
}

void SayHowToContinue(const char* what, const RunOptions& options,
                      const std::vector<std::string>& arguments, const Store& store) {
  if (store.HasMoved()) {
    Say(std::string(what) + "; what was finished before " + options.output +
        " was moved or deleted is in that file, if it is still there");
    return;
  }
  Say(std::string(what) + "; finished requests are kept in " + options.output +
      "; continue with: " + ResumeCommand(arguments, options.resume));
}

// What comes after the last request: what fails here costs no result.
ExitCode FinishRun(const RunSession& session, const RunSummary& summary, const RunOptions& options,
                   Store& store) {
  if (options.load != kLoadPaired) StoreLoadVerdicts(store, summary);
  std::vector<CheckedRun> runs = UsableRuns(store, summary);
  if (FlagInertPolicies(store, runs)) runs = UsableRuns(store, summary);
  const size_t num_unusable = summary.run_ids.size() - runs.size();
  if (!options.timeline.empty()) WriteRunTimeline(runs, session, options.timeline);
  if (options.no_report) {
    StoreMetrics(store, runs);
  } else {
    StoreMetricsAndPrint(store, std::move(runs), options);
  }
  if (summary.num_errors > 0) {
    ThrowResource(
        Counted(summary.num_errors, "request") +
        " ended in error, their run is stored as failed; the first: " + summary.first_error);
  }
  if (num_unusable > 0) {
    ThrowBadInput(std::to_string(num_unusable) + " of the command's runs hold unusable rows");
  }
  return ExitCode::kDone;
}

}  // namespace

ExitCode ExecuteRun(const RunOptions& typed, const RunTyped& how) {
  RefuseForeignOptions(typed, how.given);
  CheckLoadOptions(typed);
  CheckOutputs(typed);
  RunInputs inputs;
  RunOptions& options = inputs.options = typed;
  FillDefaults(options);
  if (options.load == kLoadTrace) inputs.trace = ReadTraceOf(options);
  if (options.workloads.empty()) options.workloads = DefaultWorkloadPaths();
  inputs.workload = ReadWorkloads(options.workloads);
  inputs.isa = IsaName(ActiveIsa());
  const std::unique_ptr<Backend> backend = MakeBackend(options);
  std::vector<Prompt> prompts = EncodePrompts(inputs.workload, options, *backend);
  if (inputs.trace) {
    const auto seed = static_cast<uint64_t>(options.seed);
    prompts = TracePrompts(*inputs.trace, prompts, seed, *backend);
  }
  if (!options.context_depth.empty()) {
    prompts = AtDepths(prompts, DepthsOf(options), static_cast<uint64_t>(options.seed), *backend);
  }
  PromptFit fit = FitPrompts(inputs.workload, std::move(prompts), options, *backend);
  for (const std::string& warning : fit.warnings) Say("warning", warning);
  inputs.prompts = std::move(fit.prompts);
  for (const std::string& warning : FittedPromptWarnings(options, inputs.prompts)) {
    Say("warning", warning);
  }
  for (const std::string& warning : CostTableWarnings(options)) Say("warning", warning);
  inputs.left_out = std::move(fit.left_out);
  inputs.context_tokens = fit.context_tokens;
  WarnOfIdleOptions(options, inputs.prompts.size(), how.given);
  inputs.environment = CaptureEnvironment();
  inputs.build = CaptureBuild(inputs.isa);
  inputs.command_line = StoredCommand(typed, options);
  inputs.load_average = LoadAverage();

  const std::unique_ptr<Clock> clock = backend->MakeClock();
  OpenedSource device_times;
  if (options.device_time && backend->uses_gpu()) {
    device_times = OpenDeviceTimeSource(options.device_time_source);
  } else if (options.device_time_source != "auto") {
    ThrowBadInput("--device-time-source: '" + options.device_time_source +
                  "' needs --device-time and a GPU");
  }
  if (!device_times.note.empty()) Say("note", device_times.note);
  RunSession session(inputs, *backend, *clock, device_times.source.get());
  Progress progress(*clock, stderr, IsTerminal(stderr));
  Store store = OpenForRun(options);
  if (!store.warning().empty()) Say("note", store.warning());
  // Only now: until here one Ctrl-C ends everything.
  const std::atomic<bool>& stop = InterruptFlag();
  RunSummary summary;
  try {
    summary = session.Run(PlanLoad(inputs, session.num_arms()), store, progress, stop);
  } catch (const std::exception& error) {
    const auto* const known = dynamic_cast<const Error*>(&error);
    const bool damaged = known != nullptr && known->code() == ExitCode::kBadInput &&
                         std::string(known->what()).starts_with(options.output + ':');
    if (session.has_begun() && damaged) {
      Say("failed; " + options.output + " was changed while it was written, and not by dsbench");
    } else if (session.has_begun()) {
      SayHowToContinue("failed", options, how.arguments, store);
    }
    throw;
  }
  if (summary.interrupted) {
    SayHowToContinue("interrupted", options, how.arguments, store);
    if (!options.timeline.empty()) {
      WriteRunTimeline(UsableRuns(store, summary), session, options.timeline);
    }
    return ExitCode::kResource;
  }
  if (summary.was_complete) {
    Say("nothing to resume: the run in " + options.output + " is complete");
  }
  try {
    return FinishRun(session, summary, options, store);
  } catch (const Error&) {
    if (store.HasMoved()) throw;
    Say("all requests are kept in " + options.output + "; see them with: dsbench report " +
        ShellText(options.output));
    throw;
  }
}

}  // namespace dsb
