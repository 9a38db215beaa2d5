// How long each phase of a step kept the device busy: marks in the stream between the phases, read
// once the stream has run dry. One stream.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "engines/step_result.h"
#include "kernels/cuda/common/device_memory.h"
#include "kernels/cuda/common/stream_events.h"

namespace dsb {

class DeviceSpans {
 public:
  // `enabled` false: nothing is marked in this step.
  void Start(bool enabled, cuda::Stream stream);
  // Everything given to the stream since the last mark belongs to `phase`.
  void Mark(Phase phase, cuda::Stream stream);
  // The stream has run dry and `result` has its wall time: the marked phases get their device time
  // as wall time, `other` what is left of the step.
  void Collect(StepResult& result) const;

 private:
  void Record(cuda::Stream stream);

  bool enabled_ = false;
  std::deque<cuda::Event> events_;  // reused by every step
  size_t num_recorded_ = 0;
  std::vector<Phase> phases_;  // [num_recorded_ - 1]
};

}  // namespace dsb
