// Inputs on which an interval must not look more certain than it is: denominators that few prompts
// have, ratios of 0, data sets of one prompt, all values equal, huge sums, no numbers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <thread>

#include "base/philox.h"
#include "results/statistics/bootstrap.h"
#include "results/statistics/log_gamma.h"
#include "results/statistics/multiple.h"
#include "results/statistics/paired.h"

namespace dsb {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

const BootstrapOptions kOptions{.num_resamples = 4000};
constexpr PairedColumns kColumns{0, 1, 2, 3};

std::string Name(int64_t i) { return "prompt-" + std::to_string(1000 + i); }

double Draw(uint32_t i, uint32_t lane) {
  return Uniform({.seed = 79, .request = 1, .purpose = RandomPurpose::kTest, .position = i}, lane);
}

// `row` of each prompt.
ClusterTable Table(int64_t columns, int64_t prompts,
                   const std::function<std::vector<double>(int64_t)>& row) {
  ClusterTable table(columns);
  for (int64_t i = 0; i < prompts; ++i) table.Add("d", Name(i), row(i));
  return table;
}

Estimate Ratio(const ClusterTable& table) {
  return RatioOfSums(table, ResampleTotals(table, kOptions, "all", 0, kOptions.num_resamples), 0, 1,
                     kOptions);
}

PairedEstimate Paired(const ClusterTable& table) {
  return PairedRatio(table, ResampleTotals(table, kOptions, "all", 0, kOptions.num_resamples),
                     kColumns, kOptions);
}

TEST(UndefinedResamples, TooManyGiveNoInterval) {
  // One prompt of twelve reached the position: 35 % of the resamples do not have it, and in all
  // others the ratio is its own.
  const Estimate estimate = Ratio(Table(2, 12, [](int64_t i) {
    return i == 3 ? std::vector<double>{2, 4} : std::vector<double>{0, 0};
  }));
  EXPECT_DOUBLE_EQ(*estimate.value, 0.5);
  EXPECT_FALSE(estimate.has_interval());
  EXPECT_EQ(estimate.method, "none");
  EXPECT_LT(*estimate.num_resamples, 2800);
  EXPECT_THAT(estimate.note, StartsWith("no interval: undefined in 3"));
}

TEST(UndefinedResamples, AFewAreLeftOutAndCounted) {
  // Six of twelve: 0.02 % of the resamples have none of them.
  const Estimate estimate = Ratio(Table(2, 12, [](int64_t i) {
    return i < 6 ? std::vector<double>{1.0 + static_cast<double>(i), 2} : std::vector<double>{0, 0};
  }));
  EXPECT_TRUE(estimate.has_interval());
  EXPECT_LE(*estimate.num_resamples, kOptions.num_resamples);
  EXPECT_GE(*estimate.num_resamples, kOptions.num_resamples * 99 / 100);
}

TEST(UndefinedResamples, ARatioOfZeroHasNoLogarithm) {
  // The candidate accepted drafts of one prompt only: a third of the resamples have a ratio of 0.
  const auto row = [](int64_t i) { return std::vector<double>{i == 3 ? 5.0 : 0.0, 10, 4, 10}; };
  const PairedEstimate paired = Paired(Table(4, 12, row));
  EXPECT_TRUE(paired.ratio.value.has_value());
  EXPECT_FALSE(paired.ratio.has_interval());
  EXPECT_THAT(paired.ratio.note, StartsWith("no interval: undefined in 3"));
  EXPECT_FALSE(paired.variance_saved.has_value());
}

TEST(UndefinedResamples, OfAllThereIsANote) {
  // The baseline's and the candidate's prompts exclude each other so well that totals are defined,
  // but hardly a resample is: two prompts, one for each.
  const auto row = [](int64_t i) {
    return std::vector<double>{i == 0 ? 1.0 : 0, i == 0 ? 1.0 : 0, i == 1 ? 1.0 : 0,
                               i == 1 ? 1.0 : 0};
  };
  const ClusterTable table = Table(4, 12, row);
  const PairedEstimate some = Paired(table);
  EXPECT_FALSE(some.ratio.has_interval());
  EXPECT_NE(some.ratio.note, "");
  // No resample at all.
  const std::vector<double> zeros(4 * 100, 0.0);
  const PairedEstimate none = PairedRatio(table, zeros, kColumns, kOptions);
  EXPECT_FALSE(none.ratio.has_interval());
  EXPECT_EQ(none.ratio.num_resamples, 0);
  EXPECT_EQ(none.ratio.note, "no interval: undefined in 100.0 % of the resamples");
  const PairedEstimate empty = PairedRatio(table, {}, kColumns, kOptions);
  EXPECT_NE(empty.ratio.note, "");
}

TEST(Strata, DataSetsOfOnePromptAreDrawnAmongEachOther) {
  // Each prompt a data set of its own: drawn inside, it would always be the same sum.
  ClusterTable apart(2), together(2);
  for (uint32_t i = 0; i < 40; ++i) {
    const double row[] = {1 + Draw(i, 0), 1};
    apart.Add("set-" + std::to_string(100 + i), Name(i), row);
    together.Add("d", Name(i), row);
  }
  const Estimate found = Ratio(apart), expected = Ratio(together);
  EXPECT_EQ(found.lo, expected.lo);
  EXPECT_EQ(found.hi, expected.hi);
  EXPECT_DOUBLE_EQ(LinearisedError(apart, 0, 1), LinearisedError(together, 0, 1));
}

TEST(Strata, ASingleOneJoinsTheSmallestOther) {
  ClusterTable table(1);
  const double one[] = {1};
  for (int i = 0; i < 6; ++i) table.Add("large", Name(i), one);
  for (int i = 6; i < 10; ++i) table.Add("small", Name(i), one);
  table.Add("alone", "x", one);
  bool moved = false;
  for (int64_t r = 0; r < 200; ++r) {
    const std::vector<uint32_t> counts = ResampleCounts(table, kOptions, "all", r);
    uint32_t large = 0, rest = counts[0];  // "alone" is first in table order
    for (size_t i = 1; i < 7; ++i) large += counts[i];
    for (size_t i = 7; i < 11; ++i) rest += counts[i];
    EXPECT_EQ(large, 6u);
    EXPECT_EQ(rest, 5u);
    moved = moved || counts[0] != 1;
  }
  EXPECT_TRUE(moved);
  ClusterTable only(1);
  only.Add("d", "x", one);
  EXPECT_EQ(ResampleCounts(only, kOptions, "all", 0), std::vector<uint32_t>{1});
  EXPECT_TRUE(ResampleCounts(ClusterTable(1), kOptions, "all", 0).empty());
}

TEST(DegenerateRatios, EqualPromptsHaveAnIntervalOfNoWidth) {
  const Estimate estimate = Ratio(Table(2, 30, [](int64_t) { return std::vector<double>{3, 2}; }));
  EXPECT_EQ(estimate.value, 1.5);
  EXPECT_EQ(estimate.lo, 1.5);
  EXPECT_EQ(estimate.hi, 1.5);
  EXPECT_EQ(estimate.note, "");
}

TEST(DegenerateRatios, OnePromptAndNoneHaveNoInterval) {
  const Estimate one = Ratio(Table(2, 1, [](int64_t) { return std::vector<double>{3, 2}; }));
  EXPECT_EQ(one.value, 1.5);
  EXPECT_FALSE(one.has_interval());
  EXPECT_FALSE(Ratio(ClusterTable(2)).value.has_value());
  EXPECT_FALSE(Paired(ClusterTable(4)).ratio.value.has_value());
  EXPECT_NE(Paired(ClusterTable(4)).ratio.note, "");
}

TEST(DegenerateRatios, AllZerosAreNothingToCount) {
  const auto zeros = [](int64_t) { return std::vector<double>{0, 0, 0, 0}; };
  EXPECT_EQ(Ratio(Table(4, 30, zeros)).note, "n/a: nothing to count");
  EXPECT_EQ(Paired(Table(4, 30, zeros)).ratio.note, "n/a: nothing to compare");
  // A numerator of zeros is a number, of one arm, but no ratio of two.
  const auto no_candidate = [](int64_t) { return std::vector<double>{0, 5, 3, 5}; };
  const Estimate zero = Ratio(Table(4, 30, no_candidate));
  EXPECT_EQ(zero.value, 0);
  EXPECT_EQ(zero.lo, 0);
  EXPECT_EQ(zero.hi, 0);
  EXPECT_FALSE(Paired(Table(4, 30, no_candidate)).ratio.value.has_value());
}

TEST(DegenerateRatios, HugeSumsStayFinite) {
  const PairedEstimate paired = Paired(Table(4, 30, [](int64_t i) {
    const double scale = 1e15 * static_cast<double>(1 + i % 3);
    return std::vector<double>{2 * scale, 1e-15, scale, 1e-15};
  }));
  EXPECT_NEAR(*paired.ratio.value, 2, 1e-12);
  EXPECT_NEAR(*paired.ratio.lo, 2, 1e-9);
  EXPECT_NEAR(*paired.ratio.hi, 2, 1e-9);
}

TEST(DegenerateRatiosDeathTest, SumsThatAreNoNumbersAreRefused) {
  ClusterTable table(2);
  const double nan[] = {std::nan(""), 1}, infinite[] = {1, INFINITY};
  EXPECT_DEATH(table.Add("d", "p", nan), "isfinite");
  EXPECT_DEATH(table.Add("d", "p", infinite), "isfinite");
  EXPECT_DEATH(HolmAdjusted(std::vector<double>{0.1, std::nan("")}), "p");
  EXPECT_DEATH(BenjaminiHochbergQ(std::vector<double>{1.5}), "p");
}

TEST(PercentileDeathTest, RefusesNaN) {
  EXPECT_DEATH(Percentile({1, 2, std::nan(""), 4, 5, 6, 7, 8, 9}, 0.5), "isfinite");
}

TEST(LogGamma, LeavesTheGlobalSignAlone) {
  signgam = 77;
  EXPECT_DOUBLE_EQ(LogGamma(11), std::log(3628800.0));
  EXPECT_NEAR(BinomialCdf(3, 10, 0.5), 0.171875, 1e-14);
  EXPECT_EQ(signgam, 77);
}

}  // namespace
}  // namespace dsb
