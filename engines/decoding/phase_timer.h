// Wall and thread CPU time of a step by phase, and the phases' names to who observes them. Phases
// follow each other; what is in none is `other`.
#pragma once

#include <cstdint>

#include "base/clock.h"
#include "base/thread_pool.h"
#include "engines/phase_observer.h"
#include "engines/step_result.h"

namespace dsb {

class PhaseTimer {
 public:
  // `device_stream`: what the observer is told, see phase_observer.h.
  PhaseTimer(const Clock& clock, const ThreadPool& pool, const Instrumentation& instrumentation,
             StepResult& result, void* device_stream = nullptr)
      : clock_(clock),
        pool_(pool),
        instrumentation_(instrumentation),
        result_(result),
        device_stream_(device_stream),
        start_ns_(clock.NowNs()) {
    last_ns_ = start_ns_;
    if (instrumentation_.phase_times) last_cpu_ns_ = pool.CpuNs();
    result.start_ns = start_ns_;
  }

  // What is launched from here to End(phase) is the phase's.
  void Begin(Phase phase) {
    if (instrumentation_.observer != nullptr) {
      instrumentation_.observer->OnPhaseBegin(phase, device_stream_);
    }
  }
  // All time since the last End belongs to `phase`.
  void End(Phase phase) {
    if (instrumentation_.observer != nullptr) {
      instrumentation_.observer->OnPhaseEnd(phase, device_stream_);
    }
    if (instrumentation_.phase_times) Add(phase);
  }

  // The rest is `other`; the step is over.
  void Finish() {
    if (instrumentation_.phase_times) {
      Add(Phase::kOther);
    } else {
      last_ns_ = clock_.NowNs();
    }
    result_.wall_ns = last_ns_ - start_ns_;
  }

 private:
  void Add(Phase phase) {
    const int64_t now_ns = clock_.NowNs();
    const int64_t cpu_ns = pool_.CpuNs();
    PhaseSpan& span = result_.phases[static_cast<int>(phase)];
    span.wall_ns += now_ns - last_ns_;
    span.thread_cpu_ns += cpu_ns - last_cpu_ns_;
    last_ns_ = now_ns;
    last_cpu_ns_ = cpu_ns;
  }

  const Clock& clock_;
  const ThreadPool& pool_;
  const Instrumentation instrumentation_;
  StepResult& result_;
  void* const device_stream_;
  const int64_t start_ns_;
  int64_t last_ns_ = 0;
  int64_t last_cpu_ns_ = 0;
};

}  // namespace dsb
