#include "engines/device/device_spans.h"

#include <algorithm>

namespace dsb {

void DeviceSpans::Start(bool enabled, cuda::Stream stream) {
  enabled_ = enabled;
  num_recorded_ = 0;
  phases_.clear();
  if (enabled_) Record(stream);
}

void DeviceSpans::Mark(Phase phase, cuda::Stream stream) {
  if (!enabled_) return;
  Record(stream);
  phases_.push_back(phase);
}

void DeviceSpans::Record(cuda::Stream stream) {
  if (num_recorded_ == events_.size()) events_.emplace_back();
  events_[num_recorded_++].Record(stream);
}

void DeviceSpans::Collect(StepResult& result) const {
  if (!enabled_) return;
  int64_t host_ns = 0;
  for (size_t i = 0; i < phases_.size(); ++i) {
    result.phases[static_cast<int>(phases_[i])].wall_ns = 0;
  }
  for (const PhaseSpan& span : result.phases) host_ns += span.wall_ns;
  host_ns -= result.phases[static_cast<int>(Phase::kOther)].wall_ns;
  int64_t left_ns = std::max<int64_t>(0, result.wall_ns - host_ns);
  for (size_t i = 0; i < phases_.size(); ++i) {
    const double ms = events_[i + 1].MillisecondsSince(events_[i]);
    const auto span_ns = std::min(left_ns, static_cast<int64_t>(ms * 1e6));
    result.phases[static_cast<int>(phases_[i])].wall_ns += span_ns;
    left_ns -= span_ns;
  }
  result.phases[static_cast<int>(Phase::kOther)].wall_ns = left_ns;
}

}  // namespace dsb
