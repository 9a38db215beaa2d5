// Something that tells what a device did while a phase ran: CUPTI, or events. The stepping thread
// names phases; another thread collects.
#pragma once

#include <cstdint>

#include "harness/device_time/device_activity.h"

namespace dsb {

class DeviceTimeSource {
 public:
  virtual ~DeviceTimeSource() = default;
  virtual const char* Name() const = 0;   // as run.device_time_source: cupti, cuda_event
  virtual bool KnowsKernels() const = 0;  // false: only how long phases were busy

  // Around the steps of a run that is observed; nothing is taken outside. Not while a step runs.
  virtual void Start() = 0;
  virtual void Stop() = 0;

  // The stepping thread, in pairs. Must neither throw nor wait.
  virtual void BeginPhase(uint64_t external_id, void* stream) = 0;
  virtual void EndPhase(uint64_t external_id, void* stream) = 0;

  // What is known since the last call, from any one thread. `all`: waits for the device, so that
  // everything that was launched is known.
  virtual ActivityBatch Collect(bool all) = 0;

  // What the source's clock shows at Clock::NowNs() = `now_ns`, minus `now_ns`; 0 if it has none.
  virtual int64_t OffsetNs(int64_t now_ns) const = 0;
};

}  // namespace dsb
