#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "results/statistics/estimate.h"

namespace dsb {
namespace {

TEST(Binomial, MatchesHandSums) {
  EXPECT_NEAR(BinomialCdf(6, 8, 0.5), 1 - 9.0 / 256, 1e-14);
  EXPECT_NEAR(BinomialCdf(0, 5, 0.2), 0.32768, 1e-14);
  EXPECT_NEAR(BinomialCdf(1, 3, 0.9), 0.028, 1e-14);
  EXPECT_EQ(BinomialCdf(-1, 8, 0.5), 0);
  EXPECT_EQ(BinomialCdf(8, 8, 0.5), 1);
}

TEST(Binomial, LargeCountsStayFinite) {
  // Symmetric case: P(X <= n/2) = 1/2 + P(X = n/2) / 2, and P(X = n/2) ~ sqrt(2 / (pi n)).
  const double expected = 0.5 + 0.5 * std::sqrt(2 / (M_PI * 1e6));
  EXPECT_NEAR(BinomialCdf(500000, 1000000, 0.5), expected, 1e-8);
}

TEST(PercentileFloor, IsTheTableOfTheSpecification) {
  const double p[] = {0.5, 0.75, 0.9, 0.95, 0.99, 0.999};
  const int64_t at_99[] = {11, 24, 64, 130, 662, 6636};
  const int64_t at_95[] = {8, 18, 46, 93, 473, 4742};
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(PercentileFloor(p[i], 0.99), at_99[i]) << p[i];
    EXPECT_EQ(PercentileFloor(p[i], 0.95), at_95[i]) << p[i];
  }
}

TEST(Percentile, BelowTheFloorIsNotANumber) {
  const Estimate seven = Percentile({1, 2, 3, 4, 5, 6, 7}, 0.5);
  EXPECT_FALSE(seven.value.has_value());
  EXPECT_EQ(seven.note, "n/a: 7 samples, 8 needed");
  const Estimate eight = Percentile({8, 7, 6, 5, 4, 3, 2, 1}, 0.5);
  ASSERT_TRUE(eight.value.has_value());
  EXPECT_DOUBLE_EQ(*eight.value, 4.5);
  // P(X <= 0) = 1/256 <= 0.025 < P(X <= 1) = 9/256: ranks 1 and 8.
  EXPECT_EQ(eight.lo, 1);
  EXPECT_EQ(eight.hi, 8);
}

TEST(Percentile, MedianOfTenHasRanksTwoAndNine) {
  std::vector<double> samples(10);
  std::iota(samples.begin(), samples.end(), 1);
  const Estimate median = Percentile(samples, 0.5);
  EXPECT_DOUBLE_EQ(*median.value, 5.5);
  EXPECT_EQ(median.lo, 2);  // P(X <= 1) = 11/1024 = 0.0107, P(X <= 2) = 0.0547
  EXPECT_EQ(median.hi, 9);
  EXPECT_EQ(median.method, "order_statistic");
}

TEST(Percentile, AnUncertifiedSideStaysEmpty) {
  std::vector<double> samples(30);
  std::iota(samples.begin(), samples.end(), 0);
  const Estimate tail = Percentile(samples, 0.9, 0.6);
  ASSERT_TRUE(tail.value.has_value());
  EXPECT_TRUE(tail.hi.has_value());
  const Estimate low = Percentile(samples, 0.01);
  EXPECT_FALSE(low.lo.has_value());  // P(X <= 0) = 0.99^30 = 0.74 > 0.025
  EXPECT_TRUE(low.hi.has_value());
}

TEST(Wilson, MatchesHandComputation) {
  // 8 of 10, z = 1.959964: centre (0.8 + z^2/20) / (1 + z^2/10), half z sqrt(0.016 + z^2/400) / (1
  // + z^2/10).
  const Estimate result = Wilson(8, 10);
  EXPECT_DOUBLE_EQ(*result.value, 0.8);
  EXPECT_NEAR(*result.lo, 0.4901625, 1e-6);
  EXPECT_NEAR(*result.hi, 0.9433178, 1e-6);
  EXPECT_EQ(*Wilson(0, 20).lo, 0);
  EXPECT_NEAR(*Wilson(0, 20).hi, 0.1611252, 1e-6);
  EXPECT_EQ(*Wilson(20, 20).hi, 1);
  EXPECT_FALSE(Wilson(0, 0).value.has_value());
}

TEST(NormalQuantile, KnownValues) {
  EXPECT_NEAR(NormalQuantile(0.975), 1.959963984540054, 1e-12);
  EXPECT_NEAR(NormalQuantile(0.5), 0, 1e-12);
  EXPECT_NEAR(NormalQuantile(0.7), 0.5244005127080407, 1e-12);
  EXPECT_NEAR(NormalQuantile(1e-6), -4.753424308822899, 1e-10);
  EXPECT_NEAR(NormalQuantile(0.9999), 3.719016485455709, 1e-10);
}

}  // namespace
}  // namespace dsb
