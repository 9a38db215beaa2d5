#include "harness/timeline/timeline.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "base/whole_file.h"
#include "harness/timeline/chrome_trace.h"
#include "results/run_facts.h"

namespace dsb {
namespace {

// Threads of a run's process; requests and device streams take further numbers.
constexpr int64_t kSteps = 1, kPhases = 2, kFirstRequestLane = 100, kFirstStream = 10'000;

int64_t PhaseRank(const std::string& name) {
  for (int i = 0; i < kNumPhases; ++i) {
    if (name == PhaseName(static_cast<Phase>(i))) return i;
  }
  return kNumPhases;
}

void AddArgument(const char* key, const std::optional<int64_t>& value,
                 ChromeTrace::Arguments& arguments) {
  if (value) arguments.emplace_back(key, *value);
}

void WriteSteps(const RunData& data, ChromeTrace& trace) {
  const int64_t run = data.run.id;
  trace.NameTrack({run, kSteps}, "steps", 0);
  trace.NameTrack({run, kPhases}, "phases (sums of each step, in order)", 1);
  for (const StepRecord& step : data.steps) {
    ChromeTrace::Arguments arguments = {{"idx", step.idx},
                                        {"num_requests", step.num_requests},
                                        {"num_prefill_tokens", step.num_prefill_tokens},
                                        {"num_draft_tokens", step.num_draft_tokens},
                                        {"num_verify_tokens", step.num_verify_tokens},
                                        {"context_tokens", step.context_tokens}};
    AddArgument("device_busy_ns", step.device_busy_ns, arguments);
    trace.Slice({run, kSteps}, "step", "step", step.t_start_ns, step.wall_ns, arguments);
    trace.Counter(run, "requests in flight", step.t_start_ns, step.num_requests);
    std::vector<PhaseTimeRecord> phases = step.phases;
    std::sort(phases.begin(), phases.end(),
              [](const auto& a, const auto& b) { return PhaseRank(a.phase) < PhaseRank(b.phase); });
    int64_t start_ns = step.t_start_ns;
    for (const PhaseTimeRecord& phase : phases) {
      ChromeTrace::Arguments times;
      AddArgument("thread_cpu_ns", phase.thread_cpu_ns, times);
      AddArgument("device_kernel_ns", phase.device_kernel_ns, times);
      AddArgument("device_busy_ns", phase.device_busy_ns, times);
      trace.Slice({run, kPhases}, phase.phase, "phase", start_ns, phase.wall_ns, times);
      start_ns += phase.wall_ns;
    }
  }
}

// Requests that overlap lie in lanes of their own; a lane is free again when its request ended.
void WriteRequests(const RunData& data, ChromeTrace& trace) {
  std::vector<int64_t> lane_ends_ns;
  for (const RequestRow& row : data.requests) {
    const RequestRecord& request = row.request;
    if (!request.finished_ns) continue;
    size_t lane = 0;
    while (lane < lane_ends_ns.size() && lane_ends_ns[lane] > request.issued_ns) ++lane;
    if (lane == lane_ends_ns.size()) {
      lane_ends_ns.push_back(0);
      trace.NameTrack({data.run.id, kFirstRequestLane + static_cast<int64_t>(lane)},
                      "requests " + std::to_string(lane + 1), 10 + static_cast<int64_t>(lane));
    }
    lane_ends_ns[lane] = *request.finished_ns;
    const ChromeTrace::Track track{data.run.id, kFirstRequestLane + static_cast<int64_t>(lane)};
    int64_t num_tokens = 0;
    for (const BurstRecord& burst : request.bursts) num_tokens += burst.num_tokens;
    trace.Slice(track, row.prompt.item_key, "request", request.issued_ns,
                *request.finished_ns - request.issued_ns,
                {{"phase", std::string_view(request.phase)},
                 {"repeat", request.repeat},
                 {"end_reason", std::string_view(request.end_reason)},
                 {"tokens", num_tokens},
                 {"rounds", static_cast<int64_t>(request.rounds.size())}});
    for (const BurstRecord& burst : request.bursts) {
      trace.Instant(track, "tokens", burst.t_ns, {{"num_tokens", burst.num_tokens}});
    }
  }
}

void WriteLaunches(int64_t run_id, std::span<const TimelineLaunch> launches, ChromeTrace& trace) {
  std::set<std::pair<uint32_t, uint32_t>> named;
  for (const TimelineLaunch& launch : launches) {
    if (launch.run_id != run_id) continue;
    const DeviceActivity& activity = launch.activity;
    const ChromeTrace::Track track{
        run_id, kFirstStream + 1000 * static_cast<int64_t>(activity.device) + activity.stream};
    if (named.emplace(activity.device, activity.stream).second) {
      trace.NameTrack(track,
                      "device " + std::to_string(activity.device) + " stream " +
                          std::to_string(activity.stream),
                      5);
    }
    ChromeTrace::Arguments arguments = {{"phase", PhaseName(launch.phase)},
                                        {"step", launch.step_idx}};
    if (!activity.is_kernel) arguments.emplace_back("bytes", activity.bytes);
    trace.Slice(track, activity.name, activity.is_kernel ? "kernel" : "copy", activity.start_ns,
                std::max<int64_t>(0, activity.end_ns - activity.start_ns), arguments);
  }
}

}  // namespace

void WriteTimeline(const std::vector<CheckedRun>& runs, std::span<const TimelineLaunch> launches,
                   const TimelineOptions& options, std::ostream& out) {
  ChromeTrace trace(out);
  for (const CheckedRun& run : runs) {
    const RunData& data = *run;
    std::string name = "run " + std::to_string(data.run.id) + ": " + ArmName(data.run);
    if (options.launches_are_cut) name += " (the first launches only)";
    trace.NameProcess(data.run.id, name);
    WriteSteps(data, trace);
    WriteRequests(data, trace);
    WriteLaunches(data.run.id, launches, trace);
  }
  trace.Close();
}

void WriteTimelineFile(const std::vector<CheckedRun>& runs,
                       std::span<const TimelineLaunch> launches, const TimelineOptions& options,
                       const std::string& path) {
  WriteWholeFile(path, [&](std::ostream& out) { WriteTimeline(runs, launches, options, out); });
}

}  // namespace dsb
