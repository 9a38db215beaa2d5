#include "reports/gate/decide_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace dsb {
namespace {

using testing::HasSubstr;

TEST(DecideTest, BothBoundsAndTheCorrection) {
  GateTest test;
  test.margin = 0.02;
  test.ratio.n = 40;
  const auto decide = [&](double loss, double lo, double hi, double p, int64_t tests = 1) {
    test.loss = loss, test.lo = lo, test.hi = hi, test.p = p;
    test.p_holm = std::min(1.0, p * static_cast<double>(tests));
    test.reason.clear();
    test.needed_n.reset();
    DecideTest(tests, &test);
    return test.state;
  };
  EXPECT_EQ(decide(0.01, 0.0, 0.02, 0.99), GateState::kPass);  // the bound itself passes
  EXPECT_EQ(decide(-0.3, -0.4, -0.2, 1), GateState::kPass);    // a gain never fails
  EXPECT_EQ(decide(0.05, 0.03, 0.07, 0.001), GateState::kFail);
  // One of 40 tests: 0.001 x 40 = 0.04 is no rejection at 0.025.
  EXPECT_EQ(decide(0.05, 0.03, 0.07, 0.001, 40), GateState::kInconclusive);
  EXPECT_GT(*test.needed_n, 40);
  // 40 x (0.03 / 0.01)^2
  EXPECT_EQ(decide(0.01, -0.02, 0.04, 0.8), GateState::kInconclusive);
  EXPECT_EQ(test.needed_n, 360);
  EXPECT_THAT(test.reason, HasSubstr("360 prompts would decide (40 now)"));
  EXPECT_EQ(decide(0.02, -0.01, 0.05, 0.5), GateState::kInconclusive);
  EXPECT_FALSE(test.needed_n.has_value());
  EXPECT_THAT(test.reason, HasSubstr("cannot be decided"));
  test.blocked = "no noise floor";
  EXPECT_EQ(decide(0.05, 0.03, 0.07, 0.001), GateState::kInconclusive);
  EXPECT_EQ(decide(-0.05, -0.07, -0.03, 1), GateState::kInconclusive);
  EXPECT_EQ(test.reason, "no noise floor");
}

// Half-width 0.05 over 40 prompts with a noise floor of 0.03: 0.04 is within the runs.
TEST(DecideTest, MorePromptsNarrowOnlyTheSpreadWithinTheRuns) {
  GateTest test;
  test.ratio.n = 40;
  test.noise_floor = 0.03;
  test.loss = 0, test.lo = -0.05, test.hi = 0.05, test.p = test.p_holm = 0.9;
  test.margin = 0.034;
  DecideTest(1, &test);
  EXPECT_EQ(test.state, GateState::kInconclusive);
  // 40 x 0.04^2 / (0.034^2 - 0.03^2) = 250
  EXPECT_EQ(test.needed_n, 250);
  for (const double margin : {0.03, 0.02}) {
    test.margin = margin;
    DecideTest(1, &test);
    EXPECT_FALSE(test.needed_n.has_value());
    EXPECT_THAT(test.reason, HasSubstr("equal runs differ by up to 3.00 %"));
  }
}

}  // namespace
}  // namespace dsb
