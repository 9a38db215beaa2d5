#include <gtest/gtest.h>

#include "results/metrics/compare.h"
#include "tests/results/metrics/metrics_test_data.h"

namespace dsb {
namespace {

using testing::SyntheticArm;
using testing::SyntheticRun;

SyntheticArm Plain() { return {.drafter = "none", .step_ns = 8'000'000}; }

double Factor(const PairedEstimate& estimate) { return estimate.ratio.value.value(); }

TEST(CompareArms, SpeedupIsTheProductOfItsFactors) {
  for (const double acceptance : {0.2, 0.6, 0.95}) {
    SyntheticArm arm;
    arm.acceptance = acceptance;
    const RunData baseline = SyntheticRun(Plain()), candidate = SyntheticRun(arm);
    for (const char* scope : {"all", "domain:math", "domain:code"}) {
      const ArmComparison comparison = CompareArms(CheckRun(baseline), CheckRun(candidate), scope);
      const SpeedupFactors& factors = comparison.factors;
      EXPECT_NEAR(Factor(factors.speedup),
                  Factor(factors.accepted_length_factor) * Factor(factors.step_time_factor), 1e-9);
      EXPECT_NEAR(*factors.residual, 0, 1e-9);
      EXPECT_GT(Factor(factors.accepted_length_factor), 1);
      EXPECT_LT(Factor(factors.step_time_factor), 1);
    }
  }
}

TEST(CompareArms, FactorsAreTheArmsOwnMetrics) {
  const RunData baseline = SyntheticRun(Plain()), candidate = SyntheticRun({});
  const ArmComparison comparison = CompareArms(CheckRun(baseline), CheckRun(candidate), "all");
  const auto before = ComputeMetrics(CheckRun(baseline)),
             after = ComputeMetrics(CheckRun(candidate));
  for (const ComparedMetric& metric : comparison.metrics) {
    const MetricRecord* b = FindMetric(before, metric.metric, "all");
    const MetricRecord* c = FindMetric(after, metric.metric, "all");
    ASSERT_NE(b, nullptr) << metric.metric;
    ASSERT_EQ(metric.baseline.has_value(), b->estimate.value.has_value()) << metric.metric;
    if (b->estimate.value) {
      EXPECT_NEAR(*metric.baseline, *b->estimate.value, 1e-9 * *b->estimate.value) << metric.metric;
    }
    ASSERT_TRUE(c->estimate.value.has_value()) << metric.metric;
    EXPECT_NEAR(*metric.candidate, *c->estimate.value, 1e-9 * *c->estimate.value) << metric.metric;
  }
  EXPECT_EQ(comparison.prompts, 36);
  EXPECT_EQ(comparison.counts.pairs, 36);
}

TEST(CompareArms, TokensThatNoRoundCommittedShowInTheResidual) {
  RunData candidate = SyntheticRun({});
  for (RequestRow& row : candidate.requests) row.request.bursts.back().num_tokens += 7;
  const ArmComparison comparison =
      CompareArms(CheckRun(SyntheticRun(Plain())), CheckRun(candidate), "all");
  EXPECT_NEAR(*comparison.factors.residual, 7.0 / 63, 1e-9);
}

TEST(CompareArms, AnArmAgainstItselfIsOne) {
  const RunData run = SyntheticRun({});
  const ArmComparison comparison = CompareArms(CheckRun(run), CheckRun(run), "all");
  EXPECT_EQ(comparison.factors.speedup.ratio.value, 1);
  EXPECT_NEAR(*comparison.factors.speedup.ratio.lo, 1, 1e-12);
  EXPECT_NEAR(*comparison.factors.speedup.ratio.hi, 1, 1e-12);
  EXPECT_NEAR(*comparison.factors.speedup.variance_saved, 1, 1e-9);
}

TEST(CompareArms, PairingNarrowsTheInterval) {
  // Both arms share each prompt's difficulty.
  SyntheticArm other;
  other.seed = 9;
  const ArmComparison comparison =
      CompareArms(CheckRun(SyntheticRun({})), CheckRun(SyntheticRun(other)), "all");
  EXPECT_GT(*comparison.factors.accepted_length_factor.correlation, 0.2);
  EXPECT_GT(*comparison.factors.accepted_length_factor.variance_saved, 0.2);
  EXPECT_LT(*comparison.factors.speedup.ratio.lo, 1);
  EXPECT_GT(*comparison.factors.speedup.ratio.hi, 1);
}

TEST(CompareArms, MissingPromptsAreDroppedAndCounted) {
  const RunData baseline = SyntheticRun(Plain());
  RunData candidate = SyntheticRun({});
  candidate.requests.erase(candidate.requests.begin() + 4);
  candidate.requests[8].request.end_reason = "error";
  candidate.requests[9].prompt.item_key = "elsewhere";
  const ArmComparison comparison = CompareArms(CheckRun(baseline), CheckRun(candidate), "all");
  EXPECT_EQ(comparison.counts.pairs, 33);
  EXPECT_EQ(comparison.counts.only_baseline, 3);
  EXPECT_EQ(comparison.counts.only_candidate, 1);
  EXPECT_NEAR(comparison.counts.dropped_share(), 4.0 / 37, 1e-12);
  EXPECT_FALSE(comparison.counts.comparable());
}

// An interrupted session: each arm has its own share of the prompts in each process.
TEST(CompareArms, ResumedArmsPairOverAllSegments) {
  RunData baseline = SyntheticRun(Plain()), candidate = SyntheticRun({});
  const ArmComparison whole = CompareArms(CheckRun(baseline), CheckRun(candidate), "all");
  baseline.num_segments = candidate.num_segments = 3;
  for (size_t i = 0; i < baseline.requests.size(); ++i) {
    baseline.requests[i].request.segment_id = i < 20 ? 1 : i < 21 ? 3 : 5;
    candidate.requests[i].request.segment_id = i < 17 ? 2 : i < 18 ? 4 : 6;
  }
  const ArmComparison resumed = CompareArms(CheckRun(baseline), CheckRun(candidate), "all");
  EXPECT_EQ(resumed.counts.pairs, 36);
  EXPECT_EQ(resumed.counts.only_baseline + resumed.counts.only_candidate, 0);
  EXPECT_TRUE(resumed.counts.comparable());
  for (size_t i = 0; i < whole.metrics.size(); ++i) {
    EXPECT_EQ(resumed.metrics[i].ratio.ratio.value, whole.metrics[i].ratio.ratio.value);
    EXPECT_EQ(resumed.metrics[i].ratio.ratio.lo, whole.metrics[i].ratio.ratio.lo);
  }
}

TEST(CompareArms, ARequestThatWasAskedAgainCountsOnce) {
  const RunData baseline = SyntheticRun(Plain());
  RunData candidate = SyntheticRun({});
  const ArmComparison whole = CompareArms(CheckRun(baseline), CheckRun(candidate), "all");
  RequestRow again = candidate.requests[7];
  again.request.segment_id = 9;
  for (const char* first_end : {"error", "cancelled", "length"}) {
    RunData retried = candidate;
    retried.requests[7].request.end_reason = first_end;
    retried.requests[7].request.bursts.resize(1);
    retried.requests[7].request.rounds.clear();
    retried.requests.push_back(again);
    const ArmComparison comparison = CompareArms(CheckRun(baseline), CheckRun(retried), "all");
    EXPECT_EQ(comparison.counts.pairs, 36) << first_end;
    EXPECT_EQ(comparison.counts.only_baseline, 0) << first_end;
    EXPECT_EQ(Factor(comparison.factors.speedup), Factor(whole.factors.speedup)) << first_end;
  }
}

TEST(CompareArms, FewPromptsHaveARatioButNoInterval) {
  SyntheticArm plain = Plain(), arm;
  plain.prompts_per_domain = arm.prompts_per_domain = 3;
  const ArmComparison comparison =
      CompareArms(CheckRun(SyntheticRun(plain)), CheckRun(SyntheticRun(arm)), "all");
  EXPECT_TRUE(comparison.factors.speedup.ratio.value.has_value());
  EXPECT_FALSE(comparison.factors.speedup.ratio.lo.has_value());
}

}  // namespace
}  // namespace dsb
