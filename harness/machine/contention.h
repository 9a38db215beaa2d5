// Whether something else on the machine disturbed the times that a run measured. Pure; every
// threshold is here.
#pragma once

#include <cstdint>
#include <string>

#include "harness/machine/cpu_use.h"

namespace dsb {

// Shorter ones say nothing: the system counts in steps of 10 ms.
inline constexpr int64_t kShortestJudgedNs = 300'000'000;
// Least share of the time that a thread which never waits spends on a processor.
inline constexpr double kLeastOnProcessor = 0.95;
// Of all processors' time.
inline constexpr double kMostStolen = 0.01;
inline constexpr double kMostOfOthers = 0.1;
// Of a thread that computes, a second. Not counted where others used less than the second figure:
// then it was this process's recorder that wanted the processor.
inline constexpr double kMostSwitchesPerS = 30;
inline constexpr double kQuietOthers = 0.03;

struct MeasuredUse {
  CpuUse use;            // while the run was stepping
  int64_t idle_ns = 0;   // of that, the stepping thread waited for the next request
  int64_t threads = 1;   // that compute
  bool computes = true;  // the stepping thread computes, and never waits for a device or a server
};

// "others used 48 % of the processors, 212 involuntary switches a second and thread"; empty if
// nothing disturbed the times, or if it cannot be told.
std::string ContentionText(const MeasuredUse& measured);

}  // namespace dsb
