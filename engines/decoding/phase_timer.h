// Wall and thread CPU time of a step by phase. Phases follow each other; what is in none is
// `other`.
#pragma once

#include <cstdint>

#include "base/clock.h"
#include "base/thread_pool.h"
#include "engines/engine.h"

namespace dsb {

class PhaseTimer {
 public:
  PhaseTimer(const Clock& clock, const ThreadPool& pool, StepResult& result)
      : clock_(clock), pool_(pool), result_(result), start_ns_(clock.NowNs()) {
    last_ns_ = start_ns_;
    last_cpu_ns_ = pool.CpuNs();
    result.start_ns = start_ns_;
  }

  // Everything since the last call belongs to `phase`.
  void End(Phase phase) {
    const int64_t now_ns = clock_.NowNs();
    const int64_t cpu_ns = pool_.CpuNs();
    PhaseSpan& span = result_.phases[static_cast<int>(phase)];
    span.wall_ns += now_ns - last_ns_;
    span.thread_cpu_ns += cpu_ns - last_cpu_ns_;
    last_ns_ = now_ns;
    last_cpu_ns_ = cpu_ns;
  }

  // The rest is `other`; the step is over.
  void Finish() {
    End(Phase::kOther);
    result_.wall_ns = last_ns_ - start_ns_;
  }

 private:
  const Clock& clock_;
  const ThreadPool& pool_;
  StepResult& result_;
  int64_t start_ns_;
  int64_t last_ns_ = 0;
  int64_t last_cpu_ns_ = 0;
};

}  // namespace dsb
