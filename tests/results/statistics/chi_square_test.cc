#include "results/statistics/chi_square.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace dsb {
namespace {

TEST(ChiSquareTail, MatchesClosedFormsAndTables) {
  EXPECT_NEAR(ChiSquareTail(3, 1), std::erfc(std::sqrt(1.5)), 1e-12);
  EXPECT_NEAR(ChiSquareTail(7, 2), std::exp(-3.5), 1e-14);
  EXPECT_NEAR(ChiSquareTail(9, 4), std::exp(-4.5) * (1 + 4.5), 1e-14);
  EXPECT_NEAR(ChiSquareTail(1, 4), std::exp(-0.5) * (1 + 0.5), 1e-14);
  // The 95 % quantile of 100 degrees.
  EXPECT_NEAR(ChiSquareTail(124.3421134, 100), 0.05, 1e-8);
  EXPECT_EQ(ChiSquareTail(0, 3), 1);
}

TEST(ChiSquare, SumsSquaredDeviationsOverExpectations) {
  const std::vector<int64_t> counts = {30, 50, 20};
  const std::vector<double> law = {0.25, 0.5, 0.25};
  const ChiSquareTest test = ChiSquare(counts, law);
  EXPECT_NEAR(test.statistic, 1.0 + 0 + 1.0, 1e-12);
  EXPECT_EQ(test.degrees_of_freedom, 2);
  EXPECT_NEAR(test.p_value, std::exp(-1.0), 1e-12);
}

TEST(ChiSquare, PoolsRareCells) {
  const std::vector<int64_t> counts = {90, 6, 4};
  const std::vector<double> law = {0.92, 0.04, 0.04};  // 92, 4, 4 expected
  const ChiSquareTest test = ChiSquare(counts, law);
  EXPECT_EQ(test.degrees_of_freedom, 1);
  EXPECT_NEAR(test.statistic, 4.0 / 92 + 4.0 / 8, 1e-12);
}

TEST(ChiSquare, AnImpossibleOutcomeIsCertainFailure) {
  const std::vector<int64_t> counts = {100, 1};
  const std::vector<double> law = {1, 0};
  EXPECT_EQ(ChiSquare(counts, law).p_value, 0);
}

}  // namespace
}  // namespace dsb
