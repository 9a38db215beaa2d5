#include "results/statistics/student.h"

#include <gtest/gtest.h>

#include <cmath>

#include "results/statistics/trend.h"

namespace dsb {
namespace {

// Tables of the t distribution.
TEST(Student, QuantilesAreThoseOfTheTables) {
  EXPECT_NEAR(StudentQuantile(0.975, 1), 12.706204736, 1e-8);
  EXPECT_NEAR(StudentQuantile(0.975, 2), 4.302652730, 1e-8);
  EXPECT_NEAR(StudentQuantile(0.975, 4), 2.776445105, 1e-8);
  EXPECT_NEAR(StudentQuantile(0.975, 7), 2.364624252, 1e-8);
  EXPECT_NEAR(StudentQuantile(0.995, 6), 3.707428021, 1e-8);
  EXPECT_NEAR(StudentQuantile(0.975, 1000), 1.962339081, 1e-8);
  EXPECT_NEAR(StudentQuantile(0.025, 4), -2.776445105, 1e-8);
  EXPECT_EQ(StudentQuantile(0.5, 3), 0);
}

TEST(Student, AMeanOfLogsHasTheTInterval) {
  const double logs[] = {std::log(1.0), std::log(2.0), std::log(4.0)};
  const Estimate estimate = GeometricMean(logs);
  EXPECT_NEAR(estimate.value.value(), 2, 1e-12);
  // The logs' standard deviation is log 2.
  const double half = 4.302652730 * std::log(2.0) / std::sqrt(3.0);
  EXPECT_NEAR(estimate.lo.value(), 2 * std::exp(-half), 1e-8);
  EXPECT_NEAR(estimate.hi.value(), 2 * std::exp(half), 1e-6);
  EXPECT_EQ(estimate.method, "t_runs");
  EXPECT_EQ(estimate.n, 3);
  EXPECT_FALSE(GeometricMean(std::span(logs, 1)).has_interval());
  EXPECT_FALSE(GeometricMean({}).value);
}

TEST(Trend, BlocksAreNeighboursOfNearlyEqualSizes) {
  const double values[] = {1, 2, 3, 10, 20, 30, 40};
  EXPECT_EQ(BlockMedians(values, 2), (std::vector<double>{2, 25}));
  EXPECT_EQ(BlockMedians(values, 1), (std::vector<double>{10}));
  EXPECT_TRUE(BlockMedians(values, 8).empty());
}

TEST(Trend, AStraightLineDriftsAndNoiseDoesNot) {
  const double line[] = {1, 2, 3, 4, 5, 6, 7, 8};
  const Trend drift = TrendOf(line);
  EXPECT_DOUBLE_EQ(drift.slope, 1);
  EXPECT_TRUE(drift.excludes_zero());
  EXPECT_NEAR(drift.relative_change, 7 / 4.5, 1e-12);
  const double noise[] = {1, 2, 1, 2, 2, 1, 2, 1};
  EXPECT_FALSE(TrendOf(noise).excludes_zero());
  EXPECT_FALSE(TrendOf(std::span(line, 2)).excludes_zero());
}

// y = 0, 1, 1, 3: slope 0.9, residual sum of squares 0.7, t of 2 degrees of freedom 9.9248 at 99 %.
TEST(Trend, TheSlopeHasTheTInterval) {
  const double values[] = {0, 1, 1, 3};
  const Trend trend = TrendOf(values);
  EXPECT_NEAR(trend.slope, 0.9, 1e-12);
  EXPECT_NEAR(trend.hi - trend.slope, 9.924843201 * std::sqrt(0.7 / 2 / 5), 1e-7);
}

}  // namespace
}  // namespace dsb
