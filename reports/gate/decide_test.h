// The state of one test of a gate from its numbers (measurement.md 8). Pure: no file, no clock.
#pragma once

#include <cstdint>

#include "reports/gate/rows.h"

namespace dsb {

// Each bound of a 95 % interval is one-sided.
inline constexpr double kGateAlpha = 0.025;

// State, reason and needed_n of one test out of `num_tests`. More prompts narrow the spread within
// the runs only: where the noise floor alone spans the distance to the margin there is no needed_n.
void DecideTest(int64_t num_tests, GateTest* test);

}  // namespace dsb
