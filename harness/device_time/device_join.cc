#include "harness/device_time/device_join.h"

#include <utility>

#include "harness/device_time/interval_union.h"

namespace dsb {
namespace {

int64_t DurationNs(const DeviceActivity& activity) {
  return activity.end_ns > activity.start_ns ? activity.end_ns - activity.start_ns : 0;
}

// Devices work side by side: each has its own union.
using DeviceIntervals = std::map<uint32_t, std::vector<Interval>>;

int64_t BusyNs(DeviceIntervals& intervals) {
  int64_t busy_ns = 0;
  for (auto& [device, spans] : intervals) busy_ns += UnionLengthNs(spans);
  return busy_ns;
}

}  // namespace

void DeviceJoin::Add(ActivityBatch batch) {
  num_dropped_ += batch.num_dropped;
  for (const ExternalId& id : batch.ids) {
    if (id.external_id == 0) continue;
    saw_ids_ = true;
    external_ids_[id.correlation_id] = id.external_id;
    const int64_t step = StepOf(id.external_id);
    if (step >= next_step_) steps_[step].correlation_ids.push_back(id.correlation_id);
  }
  for (const PhaseDuration& duration : batch.durations) {
    const int64_t step = StepOf(duration.external_id);
    if (step < next_step_) {
      ++num_late_;
    } else {
      steps_[step].durations.push_back(duration);
    }
  }
  // Buffers arrive in no fixed order: an activity may come before its id.
  std::erase_if(unknown_, [this](Unknown& unknown) {
    ++unknown.num_batches;
    return PlaceIfKnown(unknown.activity);
  });
  for (DeviceActivity& activity : batch.activities) {
    if (!PlaceIfKnown(activity)) unknown_.push_back({.activity = std::move(activity)});
  }
}

bool DeviceJoin::PlaceIfKnown(DeviceActivity& activity) {
  const auto found = external_ids_.find(activity.correlation_id);
  if (found == external_ids_.end()) return false;
  Place(std::move(activity), found->second);
  return true;
}

void DeviceJoin::Place(DeviceActivity activity, uint64_t external_id) {
  const int64_t step = StepOf(external_id);
  if (step < next_step_) {
    ++num_late_;
    return;
  }
  steps_[step].launches.push_back({PhaseOf(external_id), std::move(activity)});
}

StepDeviceTime DeviceJoin::Take(int64_t step) {
  StepDeviceTime result;
  const auto found = steps_.find(step);
  if (found != steps_.end()) {
    StepWork& work = found->second;
    DeviceIntervals all, by_phase[kNumPhases];
    for (const StepDeviceTime::Launch& launch : work.launches) {
      const DeviceActivity& activity = launch.activity;
      const auto phase = static_cast<size_t>(launch.phase);
      if (!result.phases[phase]) result.phases[phase] = {.kernel_ns = 0, .busy_ns = 0};
      if (activity.is_kernel) *result.phases[phase]->kernel_ns += DurationNs(activity);
      const Interval interval{activity.start_ns, activity.end_ns};
      by_phase[phase][activity.device].push_back(interval);
      all[activity.device].push_back(interval);
    }
    for (size_t phase = 0; phase < kNumPhases; ++phase) {
      if (result.phases[phase]) result.phases[phase]->busy_ns = BusyNs(by_phase[phase]);
    }
    result.busy_ns = BusyNs(all);
    for (const PhaseDuration& duration : work.durations) {
      auto& phase = result.phases[static_cast<size_t>(PhaseOf(duration.external_id))];
      if (!phase) phase.emplace();
      phase->busy_ns += duration.busy_ns;
      result.busy_ns += duration.busy_ns;
    }
    result.launches = std::move(work.launches);
  }
  next_step_ = step + 1;
  while (!steps_.empty() && steps_.begin()->first < next_step_) {
    for (const uint32_t id : steps_.begin()->second.correlation_ids) external_ids_.erase(id);
    steps_.erase(steps_.begin());
  }
  return result;
}

std::vector<DeviceActivity> DeviceJoin::TakeUnknown(int min_batches) {
  std::vector<DeviceActivity> taken;
  std::erase_if(unknown_, [&](Unknown& unknown) {
    if (unknown.num_batches < min_batches) return false;
    taken.push_back(std::move(unknown.activity));
    return true;
  });
  return taken;
}

}  // namespace dsb
