#include "results/metrics/calibration_fit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "tests/results/metrics/metrics_test_data.h"

namespace dsb {
namespace {

using ::testing::HasSubstr;
using testing::SyntheticArm;
using testing::SyntheticRun;

// Drafts are accepted with chance c, and the stored confidence says so twice as surely as it is:
// its logit is doubled.
RunData TooSure() {
  SyntheticArm arm;
  arm.acceptance = 0.95;
  arm.prompts_per_domain = 60;
  arm.tokens = 256;
  RunData data = SyntheticRun(arm);
  for (RequestRow& row : data.requests) {
    for (RoundRecord& round : row.request.rounds) {
      round.proposed = round.verified;
      round.confidence.resize(static_cast<size_t>(round.proposed));
      for (float& c : round.confidence) {
        const double odds = static_cast<double>(c) / (1 - static_cast<double>(c));
        c = static_cast<float>(odds * odds / (1 + odds * odds));
      }
    }
  }
  return data;
}

TEST(CalibrationFit, FindsTheTemperatureAndJudgesItOnOtherPrompts) {
  const CalibrationFit fit = FitCalibration(TooSure(), {.bootstrap = {.num_resamples = 200}});
  EXPECT_EQ(fit.fitted_prompts + fit.judged_prompts, 180);
  EXPECT_GT(fit.fitted_prompts, 50);
  EXPECT_GT(fit.judged_prompts, 50);
  ASSERT_EQ(fit.positions.size(), 4u);
  EXPECT_EQ(static_cast<int64_t>(fit.fitted_items.size()), fit.fitted_prompts);
  for (const FittedPosition& position : fit.positions) {
    EXPECT_NEAR(std::log2(position.temperature), 1, 0.5) << position.temperature;
    EXPECT_LT(*position.ece_after.value, *position.ece_before.value / 2);
    EXPECT_LT(*position.brier_after.value, *position.brier_before.value);
    EXPECT_LE(*position.ece_before.lo, *position.ece_before.value);
    EXPECT_GE(*position.ece_before.hi, *position.ece_before.value);
    EXPECT_FALSE(position.reliability_after.empty());
  }
  // As often as the first drafts were right.
  double right = 0, rounds = 0;
  for (const RequestRow& row : TooSure().requests) {
    for (const RoundRecord& round : row.request.rounds) right += round.accepted > 0, ++rounds;
  }
  EXPECT_NEAR(fit.positions[0].mean_confidence, right / rounds, 0.02);
  // At one place a temperature changes no order.
  EXPECT_NEAR(*fit.positions[0].auc_before.value, *fit.positions[0].auc_after.value, 0.01);
}

TEST(CalibrationFit, SweepsThresholdsFromAllToFewDrafts) {
  const CalibrationFit fit = FitCalibration(TooSure(), {.bootstrap = {.num_resamples = 1}});
  ASSERT_EQ(fit.thresholds.size(), 20u);
  EXPECT_GT(fit.thresholds[0].verified, 3.5);
  for (size_t i = 1; i < fit.thresholds.size(); ++i) {
    EXPECT_LE(fit.thresholds[i].verified, fit.thresholds[i - 1].verified);
    EXPECT_LE(fit.thresholds[i].accepted, fit.thresholds[i].verified);
  }
  EXPECT_LT(fit.thresholds[19].verified, fit.thresholds[0].verified);
}

TEST(CalibrationFit, RefusesRoundsThatAPolicyCutAndRunsWithoutConfidences) {
  const auto refusal = [](const RunData& data) -> std::string {
    try {
      FitCalibration(data, {});
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  };
  RunData cut = TooSure();
  cut.requests.back().request.rounds.front().verified = 0;
  EXPECT_THAT(refusal(cut), HasSubstr("verified 0 of 4 drafts"));
  RunData silent = TooSure();
  for (RequestRow& row : silent.requests) {
    for (RoundRecord& round : row.request.rounds) round.confidence.clear();
  }
  EXPECT_THAT(refusal(silent), HasSubstr("0 rounds to fit on"));
}

}  // namespace
}  // namespace dsb
