#include "reports/gate/decide_test.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/counted.h"
#include "reports/text/number_text.h"
#include "results/statistics/multiple.h"

namespace dsb {
namespace {

// The half-width^2 is within^2 / prompts + floor^2, and times `correction` it must fit between loss
// and margin.
std::optional<int64_t> PromptsThatDecide(const GateTest& test, double correction) {
  const double floor = test.noise_floor.value_or(0);
  const double half_width = (*test.hi - *test.lo) / 2;
  const double room = std::abs(*test.loss - test.margin) / correction;
  if (room <= floor) return std::nullopt;
  const double within = std::sqrt(std::max(0.0, half_width * half_width - floor * floor));
  const auto needed = NeededN(test.ratio.n, within, std::sqrt(room * room - floor * floor), 0);
  if (!needed) return std::nullopt;
  return std::max(*needed, test.ratio.n + 1);
}

std::string WhatWouldDecide(const GateTest& test) {
  if (test.needed_n) {
    return "about " + std::to_string(*test.needed_n) + " prompts would decide (" +
           std::to_string(test.ratio.n) + " now)";
  }
  if (test.noise_floor.value_or(0) > 0 && *test.loss != test.margin) {
    return "equal runs differ by up to " + PercentWithUnit(*test.noise_floor) +
           ": no number of prompts decides it, a quieter machine may";
  }
  return "the estimate is the margin: it cannot be decided";
}

}  // namespace

void DecideTest(int64_t num_tests, GateTest* test) {
  test->state = GateState::kInconclusive;
  if (!test->loss) {
    if (test->blocked.empty()) test->blocked = test->ratio.note;
    test->reason = test->blocked;
    return;
  }
  if ((!test->lo || !test->hi) && test->ratio.n >= kMinPromptsForInterval) {
    test->reason = test->blocked.empty() ? test->ratio.note : test->blocked;
    return;
  }
  if (!test->lo || !test->hi) {
    test->needed_n = kMinPromptsForInterval;
    test->reason = Counted(test->ratio.n, "prompt") + (test->ratio.n == 1 ? " is" : " are") +
                   " too few for an interval; it needs " + std::to_string(*test->needed_n) +
                   " at least";
    return;
  }
  if (!test->blocked.empty()) {
    test->reason = test->blocked;
    return;
  }
  const std::string interval = "loss " + PercentWithUnit(*test->loss) + " [" +
                               PercentWithUnit(*test->lo) + ", " + PercentWithUnit(*test->hi) +
                               "], margin " + PercentWithUnit(test->margin);
  const std::string detail = test->reason.empty() ? "" : ": " + test->reason;
  if (*test->hi <= test->margin) {
    test->state = GateState::kPass;
    test->reason = interval + detail;
    return;
  }
  const bool certain = !test->p;  // no sample, so nothing to correct
  if (*test->lo > test->margin && (certain || *test->p_holm <= kGateAlpha)) {
    test->state = GateState::kFail;
    test->reason = interval + detail;
    return;
  }
  double correction = 1;
  if (*test->loss > test->margin && num_tests > 1) {
    // On this side the corrected interval must clear the margin.
    correction = NormalQuantile(1 - kGateAlpha / static_cast<double>(num_tests)) /
                 NormalQuantile(1 - kGateAlpha);
  }
  test->needed_n = PromptsThatDecide(*test, correction);
  test->reason = interval + "; " + WhatWouldDecide(*test);
}

}  // namespace dsb
