// Whether a load may be read as a point of a curve (measurement.md 6): did it settle, did the
// client keep its schedule, could the rate be met. Pure functions of the rows; every threshold is
// here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "results/checked_run.h"

namespace dsb {

inline constexpr double kMostLittleError = 0.05;
inline constexpr double kMostDrift = 0.1;  // of a fitted line over the window
inline constexpr int64_t kLeastClientLagNs = 1'000'000;
inline constexpr double kMostClientLagShare = 0.01;  // of the median time to first token
inline constexpr double kMostLateShare = 0.01;       // of the requests, later than both
inline constexpr double kLateByChance = 0.025;       // a likelier number of them is no sign
inline constexpr int64_t kSteadyBlocks = 8;

// Little's law over the window: requests in the system = arrivals a second x time in it.
struct LittleCheck {
  double in_system = 0;       // L, time average
  double arrivals_per_s = 0;  // lambda
  double e2e_s = 0;           // W, mean of those that arrived
  double error() const;       // |L - lambda W| / L
};
// None without a window, and for a batch, which has no arrivals.
std::optional<LittleCheck> CheckLittle(const CheckedRun& run);

// Of each request that is no warm-up, how long the client was late with it: q - s without the time
// in which the engine that it drives was inside a step. An engine in this process takes requests
// between its steps, as a server's loop would: that wait is the engine's. ns, in order of schedule.
std::vector<int64_t> ClientLags(const CheckedRun& run);

struct LoadVerdict {
  // What is wrong, in words; empty: nothing.
  std::string not_steady, client_limited, overload;
};
// Of a run with one window; nothing is wrong with others.
LoadVerdict JudgeLoad(const CheckedRun& run);

}  // namespace dsb
