#include "results/metrics/device.h"

#include <algorithm>
#include <map>

#include "results/metrics/intervals.h"
#include "results/metrics/selection.h"
#include "results/phases.h"

namespace dsb {
namespace {

std::optional<int64_t> DeviceNs(const PhaseTimeRecord& phase, const std::string& source) {
  if (source == "cpu_thread") return phase.thread_cpu_ns;
  if (source == "cupti") return phase.device_kernel_ns;
  return phase.device_busy_ns;
}

bool HasSource(const RunRecord& run) {
  return run.device_time_source == "cupti" || run.device_time_source == "cuda_event" ||
         run.device_time_source == "cpu_thread";
}

// Adds one step; false if it lacks its times.
bool AddStep(const StepRecord& step, DeviceSummary* summary,
             std::map<std::string, int64_t, std::less<>>* phases) {
  int64_t sum_ns = 0, kernel_ns = 0;
  for (const PhaseTimeRecord& phase : step.phases) {
    const std::optional<int64_t> device_ns = DeviceNs(phase, summary->source);
    if (!device_ns) return false;
    (*phases)[phase.phase] += *device_ns;
    sum_ns += *device_ns;
    kernel_ns += phase.device_kernel_ns.value_or(0);
  }
  if (summary->source != "cpu_thread") {
    if (!step.device_busy_ns) return false;
    summary->busy_ns += *step.device_busy_ns;
  } else {
    summary->busy_ns += sum_ns;
  }
  if (summary->kernel_ns) *summary->kernel_ns += kernel_ns;
  ++summary->num_steps;
  summary->step_wall_ns += step.wall_ns;
  return true;
}

}  // namespace

int64_t DeviceSummary::device_ns() const {
  int64_t sum_ns = 0;
  for (const PhaseDeviceTotal& phase : phases) sum_ns += phase.device_ns;
  return sum_ns;
}

std::optional<DeviceSummary> SummariseDevice(const CheckedRun& run) {
  const RunData& data = *run;
  if (!HasSource(data.run) || !data.run.steps_complete) return std::nullopt;
  DeviceSummary summary;
  summary.source = data.run.device_time_source;
  if (summary.source == "cupti") summary.kernel_ns = 0;
  std::map<std::string, int64_t, std::less<>> phases;
  for (const StepRecord* step : MeasuredSteps(data)) {
    if (!AddStep(*step, &summary, &phases)) return std::nullopt;
  }
  if (summary.source == "cpu_thread") summary.busy_ns /= std::max<int64_t>(1, data.run.threads);
  summary.num_tokens = MeasuredTokens(data);
  if (summary.num_steps == 0 || summary.num_tokens == 0) return std::nullopt;
  for (const std::string_view phase : kPhaseNames) {
    const auto found = phases.find(phase);
    if (found == phases.end() || found->second == 0) continue;
    summary.phases.push_back({std::string(phase), found->second});
  }
  return summary;
}

Estimate DeviceTimePerToken(const CheckedRun& run, const BootstrapOptions& options) {
  const RunData& data = *run;
  struct Share {
    const RequestRow* row;
    int64_t start_ns, end_ns;
    double device_ns = 0;
  };
  std::vector<Share> shares;
  for (const RequestRow* row : MeasuredRequests(data)) {
    const RequestRecord& request = row->request;
    shares.push_back(
        {row, request.admitted_ns.value_or(request.issued_ns), request.finished_ns.value_or(0)});
  }
  std::sort(shares.begin(), shares.end(),
            [](const Share& a, const Share& b) { return a.start_ns < b.start_ns; });
  std::vector<Share*> active;
  size_t next = 0;
  for (const StepRecord* step : MeasuredSteps(data)) {
    const int64_t end_ns = step->t_start_ns + step->wall_ns;
    while (next < shares.size() && shares[next].start_ns < end_ns)
      active.push_back(&shares[next++]);
    std::erase_if(active, [&](const Share* share) { return share->end_ns <= step->t_start_ns; });
    double device_ns = 0;
    for (const PhaseTimeRecord& phase : step->phases) {
      device_ns += static_cast<double>(DeviceNs(phase, data.run.device_time_source).value_or(0));
    }
    for (Share* share : active) share->device_ns += device_ns / static_cast<double>(active.size());
  }
  ClusterTable table(2);
  for (const Share& share : shares) {
    int64_t tokens = 0;
    for (const BurstRecord& burst : share.row->request.bursts) tokens += burst.num_tokens;
    const double values[] = {share.device_ns, static_cast<double>(tokens)};
    table.Add(share.row->prompt.dataset, ClusterOf(*share.row), values);
  }
  const RatioKey key{"device_time_per_token", "all"};
  return RatiosWithIntervals(table, key.scope, {&key, 1}, options, data.metrics).front();
}

int64_t NumDroppedRecords(const CheckedRun& run) {
  const RunData& data = *run;
  int64_t sum = 0;
  for (const KernelTimeRecord& kernel : data.kernels) {
    if (kernel.kernel == kDroppedRecords) sum += kernel.calls;
  }
  return sum;
}

}  // namespace dsb
