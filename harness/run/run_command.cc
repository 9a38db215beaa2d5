#include "harness/run/run_command.h"

#include <unistd.h>

#include <cstdio>
#include <memory>

#include "base/clock.h"
#include "harness/device_time/open_source.h"
#include "harness/machine/environment.h"
#include "harness/machine/paths.h"
#include "harness/options/names.h"
#include "harness/run/results_file.h"
#include "harness/run/run_session.h"
#include "harness/run/run_summary.h"
#include "harness/terminal/interrupt.h"
#include "harness/timeline/timeline.h"
#include "kernels/isa.h"
#include "results/store/reader.h"

namespace dsb {
namespace {

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

std::unique_ptr<Backend> MakeBackend(const RunOptions& options) {
  if (EngineFromName(options.engine) == EngineKind::kNull) {
    return MakeNullBackend(options);
  }
  return MakeNativeBackend(options);
}

void SayHowToContinue(const char* what, const RunOptions& options,
                      const std::vector<std::string>& arguments) {
  std::fprintf(stderr, "dsbench: %s; finished requests are kept in %s; continue with: %s\n", what,
               options.output.c_str(), ResumeCommand(arguments, options.resume).c_str());
}

// What comes after the last request: what fails here costs no result.
ExitCode FinishRun(const RunSession& session, const RunSummary& summary, const RunOptions& options,
                   Store& store) {
  std::vector<CheckedRun> runs = UsableRuns(store, summary);
  const size_t num_unusable = summary.run_ids.size() - runs.size();
  if (!options.timeline.empty()) WriteRunTimeline(runs, session, options.timeline);
  if (options.no_report) {
    StoreMetrics(store, runs);
  } else {
    StoreMetricsAndPrint(store, std::move(runs), options.output);
  }
  if (summary.num_errors > 0) {
    ThrowResource(std::to_string(summary.num_errors) +
                  " requests ended in error, their run is stored as failed; the first: " +
                  summary.first_error);
  }
  if (num_unusable > 0) {
    ThrowBadInput(std::to_string(num_unusable) + " of the command's runs hold unusable rows");
  }
  return ExitCode::kDone;
}

}  // namespace

ExitCode ExecuteRun(const RunOptions& given, const std::vector<std::string>& arguments) {
  CheckOutput(given);
  if (!given.timeline.empty()) CheckPlace("--timeline", given.timeline);
  RunInputs inputs;
  RunOptions& options = inputs.options = given;
  FillDefaults(options);
  if (options.workloads.empty()) options.workloads = DefaultWorkloadPaths();
  inputs.workload = ReadWorkloads(options.workloads);
  inputs.isa = IsaName(ActiveIsa());
  const std::unique_ptr<Backend> backend = MakeBackend(options);
  inputs.prompts = EncodePrompts(inputs.workload, options, *backend);
  inputs.context_tokens =
      ContextTokens(inputs.workload, inputs.prompts, options, backend->max_context_tokens());
  inputs.environment = CaptureEnvironment();
  inputs.build = CaptureBuild(inputs.isa);
  inputs.command_line = "dsbench " + CommandLineText(arguments);
  inputs.load_average = LoadAverage();

  const std::unique_ptr<Clock> clock = backend->MakeClock();
  OpenedSource device_times;
  if (options.device_time && backend->uses_gpu()) {
    device_times = OpenDeviceTimeSource(options.device_time_source);
  } else if (options.device_time_source != "auto") {
    ThrowBadInput("--device-time-source: '" + options.device_time_source +
                  "' needs --device-time and a GPU");
  }
  if (!device_times.note.empty()) {
    std::fprintf(stderr, "dsbench: note: %s\n", device_times.note.c_str());
  }
  RunSession session(inputs, *backend, *clock, device_times.source.get());
  Progress progress(*clock, stderr, isatty(STDERR_FILENO) == 1);
  Store store = OpenForRun(options);
  if (!store.warning().empty()) {
    std::fprintf(stderr, "dsbench: note: %s\n", store.warning().c_str());
  }
  // Only now: until here one Ctrl-C ends everything.
  const std::atomic<bool>& stop = InterruptFlag();
  RunSummary summary;
  try {
    summary = session.Run(PlanLoad(inputs, session.num_arms()), store, progress, stop);
  } catch (const std::exception&) {
    if (session.has_begun()) SayHowToContinue("failed", options, arguments);
    throw;
  }
  if (summary.interrupted) {
    SayHowToContinue("interrupted", options, arguments);
    if (!options.timeline.empty()) {
      WriteRunTimeline(UsableRuns(store, summary), session, options.timeline);
    }
    return ExitCode::kResource;
  }
  if (summary.was_complete) {
    std::fprintf(stderr, "dsbench: nothing to resume: the run in %s is complete\n",
                 options.output.c_str());
  }
  try {
    return FinishRun(session, summary, options, store);
  } catch (const Error&) {
    std::fprintf(stderr, "dsbench: all requests are kept in %s; see them with: dsbench report %s\n",
                 options.output.c_str(), ShellText(options.output).c_str());
    throw;
  }
}

}  // namespace dsb
