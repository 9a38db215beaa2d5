// Told by an engine's stepping thread which phase it enters and leaves, so that a profiler can name
// what is launched meanwhile (measurement.md 5: launches are asynchronous, host time cannot). An
// engine knows no profiler; harness/device_time has them.
#pragma once

#include "engines/phases.h"

namespace dsb {

class PhaseObserver {
 public:
  virtual ~PhaseObserver() = default;
  // Phases of a step do not nest. `device_stream` is the cudaStream_t that the phase launches on,
  // null on the CPU or for the default stream. Must neither throw nor wait.
  virtual void OnPhaseBegin(Phase phase, void* device_stream) = 0;
  virtual void OnPhaseEnd(Phase phase, void* device_stream) = 0;
};

// How closely an engine is watched. A step's own start and wall time are always taken.
struct Instrumentation {
  bool phase_times = true;            // fill StepResult::phases
  PhaseObserver* observer = nullptr;  // outlives the engine or is set back to null
};

}  // namespace dsb
