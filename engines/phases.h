// The parts of a step that its time is told by (measurement.md 5).
#pragma once

#include <cstdint>

namespace dsb {

enum class Phase { kPrefill, kDraft, kConfidence, kSchedule, kVerify, kSample, kCommit, kOther };
inline constexpr int kNumPhases = 8;
const char* PhaseName(Phase phase);

struct PhaseSpan {
  int64_t wall_ns = 0;
  int64_t thread_cpu_ns = 0;  // summed over the engine's threads
};

}  // namespace dsb
