#include "results/statistics/chi_square.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "base/philox.h"

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
  // Also beside rare cells that are possible.
  EXPECT_EQ(ChiSquare(std::vector<int64_t>{97, 2, 1}, std::vector<double>{0.98, 0.02, 0}).p_value,
            0);
}

TEST(ChiSquare, ATinyPoolJoinsTheSmallestCell) {
  const std::vector<int64_t> counts = {58, 40, 2};
  const std::vector<double> law = {0.6, 0.399, 0.001};  // the pool expects 0.1
  const ChiSquareTest test = ChiSquare(counts, law);
  EXPECT_EQ(test.degrees_of_freedom, 1);
  EXPECT_NEAR(test.statistic, 4.0 / 60 + 4.0 / 40, 1e-12);
  EXPECT_GT(test.p_value, 0.5);
}

double Draw(uint64_t world, uint32_t draw) {
  return Uniform({.seed = 5, .request = world, .purpose = RandomPurpose::kTest, .position = draw},
                 0);
}

std::vector<int64_t> Counts(const std::vector<double>& law, uint64_t world, uint32_t samples) {
  std::vector<int64_t> counts(law.size(), 0);
  for (uint32_t draw = 0; draw < samples; ++draw) {
    double left = Draw(world, draw);
    size_t cell = 0;
    while (cell + 1 < law.size() && left >= law[cell]) left -= law[cell++];
    ++counts[cell];
  }
  return counts;
}

// Counts from the very law: one in a hundred may fall below p = 0.01, wherever the rare cells are.
TEST(ChiSquare, RejectsTheLawItselfNoMoreOftenThanItSays) {
  constexpr uint64_t kWorlds = 3000;
  for (const std::vector<double>& law :
       {std::vector{0.5, 0.3, 0.1999, 0.0001}, std::vector{0.6, 0.398, 0.001, 0.001},
        std::vector{0.9, 0.05, 0.03, 0.02}, std::vector{0.97, 0.03}}) {
    int64_t rejected = 0;
    for (uint64_t world = 0; world < kWorlds; ++world) {
      rejected += ChiSquare(Counts(law, world, 300), law).p_value < 0.01;
    }
    EXPECT_LE(rejected, 45) << law.back();  // 30 expected, standard error 5.4
  }
}

TEST(ChiSquare, WithoutCellsNothingIsTested) {
  for (const std::vector<int64_t>& counts :
       {std::vector<int64_t>{0, 0}, std::vector<int64_t>{1, 0}, std::vector<int64_t>{3, 2}}) {
    const ChiSquareTest test = ChiSquare(counts, std::vector<double>{0.5, 0.5});
    EXPECT_EQ(test.degrees_of_freedom, 0);
    EXPECT_EQ(test.p_value, 1);
  }
  EXPECT_EQ(ChiSquare({}, {}).degrees_of_freedom, 0);
}

TEST(ChiSquare, HugeCountsStayFinite) {
  const int64_t many = 2'000'000'000'000'000'000;
  const ChiSquareTest even =
      ChiSquare(std::vector<int64_t>{many, many}, std::vector<double>{0.5, 0.5});
  EXPECT_EQ(even.statistic, 0);
  EXPECT_EQ(even.p_value, 1);
  EXPECT_EQ(ChiSquare(std::vector<int64_t>{many, 1}, std::vector<double>{0.5, 0.5}).p_value, 0);
  EXPECT_EQ(ChiSquareTail(std::numeric_limits<double>::infinity(), 3), 0);
}

TEST(ChiSquareDeathTest, RefusesWhatIsNoLaw) {
  const std::vector<int64_t> counts = {1, 2};
  EXPECT_DEATH(ChiSquare(counts, std::vector<double>{0.5, std::nan("")}), "isfinite|probabilities");
  EXPECT_DEATH(ChiSquare(counts, std::vector<double>{1.5, -0.5}), "probabilities");
  EXPECT_DEATH(ChiSquare(counts, std::vector<double>{1}), "size");
  EXPECT_DEATH(ChiSquare(std::vector<int64_t>{-1, 2}, std::vector<double>{0.5, 0.5}), "counts");
}

TEST(ChiSquareQuantile, InvertsTheTail) {
  for (const int64_t degrees : {1, 2, 10, 100, 3000}) {
    for (const double p : {0.5, 0.05, 1e-4, 1e-9}) {
      EXPECT_NEAR(ChiSquareTail(ChiSquareQuantile(p, degrees), degrees) / p, 1, 1e-6);
    }
  }
}

TEST(NoncentralChiSquareTail, MatchesTheNormalLaw) {
  const auto normal_tail = [](double z) { return 0.5 * std::erfc(z / std::numbers::sqrt2); };
  // One degree: |Z + sqrt(lambda)| >= sqrt(x).
  for (const double lambda : {0.0, 0.5, 9.0, 400.0}) {
    for (const double x : {0.1, 4.0, 15.0, 500.0}) {
      EXPECT_NEAR(NoncentralChiSquareTail(x, 1, lambda),
                  normal_tail(std::sqrt(x) - std::sqrt(lambda)) +
                      normal_tail(std::sqrt(x) + std::sqrt(lambda)),
                  1e-10);
    }
  }
}

TEST(CountsForPower, HandComputed) {
  // One degree: sqrt(lambda) = z(1 - 0.00005) + z(0.9) = 3.8906 + 1.2816; n = lambda / (4 0.1^2).
  EXPECT_NEAR(static_cast<double>(CountsForPower(1, {})), 5.1721 * 5.1721 / 0.04, 1.5);
  EXPECT_EQ(CountsForPower(1, {.total_variation = 0.2}), (CountsForPower(1, {}) + 3) / 4);
  const int64_t counts = CountsForPower(12, {});
  EXPECT_NEAR(FoundTotalVariation(counts, 12, {}), 0.1, 1e-4);
  EXPECT_EQ(FoundTotalVariation(1, 12, {}), 1);
  EXPECT_EQ(FoundTotalVariation(1000, 0, {}), 1);
}

TEST(HasPower, NeedsDegreesCountsAndSight) {
  const std::vector<double> law = {0.4, 0.3, 0.2, 0.1};
  const int64_t enough = CountsForPower(3, {});
  EXPECT_EQ(CellsOf(law, enough).degrees_of_freedom, 3);
  EXPECT_DOUBLE_EQ(CellsOf(law, enough).resolved, 1);
  EXPECT_TRUE(HasPower(CellsOf(law, enough), enough, {}));
  EXPECT_FALSE(HasPower(CellsOf(law, enough - 1), enough - 1, {}));
  EXPECT_FALSE(HasPower(CellsOf(law, 1), 1, {}));
  const std::vector<double> certain = {1, 0};
  EXPECT_FALSE(HasPower(CellsOf(certain, 1'000'000), 1'000'000, {}));
  // Nineteen twentieths of the law are one heap: what happens inside is not seen.
  const std::vector<double> flat = {0.02, 0.02, 0.01, 0.95};
  EXPECT_DOUBLE_EQ(CellsOf(flat, 2000).resolved, 1);
  std::vector<double> rare(2000, 0.95 / 2000);
  rare.insert(rare.end(), {0.02, 0.02, 0.01});
  EXPECT_FALSE(HasPower(CellsOf(rare, 2000), 2000, {}));
}

// What is promised: a law that is off by the total variation is found nine times out of ten,
// however the difference is spread.
TEST(HasPower, FindsALawThatIsOff) {
  const std::vector<double> law = {0.4, 0.3, 0.2, 0.1};
  const auto samples = static_cast<uint32_t>(CountsForPower(3, {}));
  for (const std::vector<double>& off :
       {std::vector{0.45, 0.35, 0.15, 0.05}, std::vector{0.3, 0.4, 0.2, 0.1},
        std::vector{0.44, 0.33, 0.22, 0.01}, std::vector{0.46, 0.34, 0.13, 0.07}}) {
    int found = 0;
    for (uint64_t world = 0; world < 200; ++world) {
      found += ChiSquare(Counts(off, world, samples), law).p_value < 1e-4;
    }
    EXPECT_GE(found, 172) << off[0];  // 180 expected at least, standard error 4
  }
}

}  // namespace
}  // namespace dsb
