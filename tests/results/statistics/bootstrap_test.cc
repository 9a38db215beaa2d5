#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "base/philox.h"
#include "results/statistics/bootstrap.h"
#include "results/statistics/paired.h"

namespace dsb {
namespace {

double Draw(uint64_t stream, uint32_t index, uint32_t lane) {
  return Uniform(
      {.seed = 77, .request = stream, .purpose = RandomPurpose::kTest, .position = index}, lane);
}

double Normal(uint64_t stream, uint32_t index, uint32_t lane) {
  const double radius = std::sqrt(-2 * std::log(1 - Draw(stream, index, 2 * lane)));
  return radius * std::cos(2 * std::numbers::pi * Draw(stream, index, 2 * lane + 1));
}

std::string Name(int64_t i) { return "prompt-" + std::to_string(1000 + i); }

ClusterTable SmallTable() {
  ClusterTable table(2);
  for (int i = 0; i < 12; ++i) {
    const double row[] = {static_cast<double>(10 + i * i), static_cast<double>(5 + i)};
    table.Add(i % 2 == 0 ? "even" : "odd", Name(i), row);
  }
  return table;
}

TEST(Bootstrap, RatioAndLinearisedErrorByHand) {
  ClusterTable table(2);
  const double a[] = {6, 2}, b[] = {3, 1}, c[] = {3, 3};
  table.Add("d", "a", a);
  table.Add("d", "b", b);
  table.Add("d", "c", c);
  // R = 12/6 = 2; d = 2, 1, -3; SE^2 = 3/2 * 14 / 36.
  EXPECT_NEAR(LinearisedError(table, 0, 1), std::sqrt(1.5 * 14 / 36), 1e-14);
  const BootstrapOptions options{.num_resamples = 50};
  const Estimate estimate =
      RatioOfSums(table, ResampleTotals(table, options, "all", 0, 50), 0, 1, options);
  EXPECT_DOUBLE_EQ(*estimate.value, 2);
  EXPECT_FALSE(estimate.lo.has_value());
  EXPECT_EQ(estimate.note, "n too small for an interval");
}

TEST(Bootstrap, StratifiedLinearisedErrorCentresEachDataSet) {
  ClusterTable table(2);
  const double rows[4][2] = {{1, 1}, {3, 1}, {5, 1}, {7, 1}};
  for (int i = 0; i < 4; ++i) table.Add(i < 2 ? "low" : "high", Name(i), rows[i]);
  // R = 4; residuals -3, -1 | 1, 3; centred -1, 1 | -1, 1; each 2 * 2; SE^2 = 8 / 16.
  EXPECT_NEAR(LinearisedError(table, 0, 1), std::sqrt(0.5), 1e-14);
}

TEST(Bootstrap, DrawsStayInsideTheirDataSet) {
  const ClusterTable table = SmallTable();
  for (int64_t r = 0; r < 200; ++r) {
    const std::vector<uint32_t> counts = ResampleCounts(table, {}, "all", r);
    EXPECT_EQ(std::accumulate(counts.begin(), counts.begin() + 6, 0u), 6u);
    EXPECT_EQ(std::accumulate(counts.begin() + 6, counts.end(), 0u), 6u);
  }
}

TEST(Bootstrap, DataSetsAreDrawnApart) {
  // Two data sets of six: the same draws in both would double the variance of their sum.
  const ClusterTable table = SmallTable();
  int equal = 0;
  for (int64_t r = 0; r < 200; ++r) {
    const std::vector<uint32_t> counts = ResampleCounts(table, {}, "all", r);
    equal += std::equal(counts.begin(), counts.begin() + 6, counts.begin() + 6);
  }
  EXPECT_LE(equal, 10);
}

TEST(Bootstrap, EachClusterIsDrawnOnceOnAverage) {
  const ClusterTable table = SmallTable();
  std::vector<double> mean(12, 0);
  constexpr int kResamples = 4000;
  for (int64_t r = 0; r < kResamples; ++r) {
    const std::vector<uint32_t> counts = ResampleCounts(table, {}, "all", r);
    for (size_t i = 0; i < 12; ++i) mean[i] += counts[i] / static_cast<double>(kResamples);
  }
  // Standard error sqrt(5/6 / 4000) = 0.0144; fixed seed.
  for (const double value : mean) EXPECT_NEAR(value, 1, 0.06);
}

TEST(Bootstrap, TotalsAreCountsTimesRowsInAnyRange) {
  const ClusterTable table = SmallTable();
  const BootstrapOptions options{.statistics_seed = 9};
  const std::vector<double> whole = ResampleTotals(table, options, "all", 0, 100);
  std::vector<double> parts;
  for (const auto& [first, count] : {std::pair{0, 1}, {1, 36}, {37, 63}}) {
    const std::vector<double> part = ResampleTotals(table, options, "all", first, count);
    parts.insert(parts.end(), part.begin(), part.end());
  }
  EXPECT_EQ(whole, parts);
  const std::vector<uint32_t> counts = ResampleCounts(table, options, "all", 42);
  double sum = 0;
  size_t i = 0;
  for (const auto& [key, row] : table.rows()) sum += counts[i++] * row[0];
  EXPECT_DOUBLE_EQ(whole[84], sum);
  EXPECT_NE(whole, ResampleTotals(table, options, "domain:math", 0, 100));
  EXPECT_NE(whole, ResampleTotals(table, {.statistics_seed = 10}, "all", 0, 100));
}

// Columns that share a sum, and more of them than are summed at once.
TEST(Bootstrap, TotalsAreThePlainSumsBitForBit) {
  constexpr int64_t kColumns = 21;
  ClusterTable table(kColumns);
  for (int i = 0; i < 30; ++i) {
    std::vector<double> row;
    for (int64_t c = 0; c < kColumns; ++c) {
      row.push_back(c % 3 == 2 ? row.back() : Normal(static_cast<uint64_t>(c), 40, 0) / (i + 1));
    }
    table.Add(i % 2 == 0 ? "even" : "odd", Name(i), row);
  }
  const BootstrapOptions options{.num_resamples = 20};
  const std::vector<double> totals = ResampleTotals(table, options, "all", 3, 20);
  for (int64_t r = 0; r < 20; ++r) {
    const std::vector<uint32_t> counts = ResampleCounts(table, options, "all", 3 + r);
    for (size_t c = 0; c < kColumns; ++c) {
      double sum = 0;
      size_t place = 0;
      for (const auto& [name, row] : table.rows()) sum += counts[place++] * row[c];
      EXPECT_EQ(totals[static_cast<size_t>(r) * kColumns + c], sum) << r << ' ' << c;
    }
  }
}

TEST(Bootstrap, PercentileIntervalCutsTheTails) {
  std::vector<double> values(10000);
  std::iota(values.begin(), values.end(), 0);
  std::reverse(values.begin(), values.end());
  const auto [lo, hi] = PercentileInterval(values, 0.95);
  EXPECT_EQ(lo, 250);
  EXPECT_EQ(hi, 9749);
}

// Clustered data: each prompt has its own level and its own number of rounds. The interval must
// cover the truth about 95 % of the time, and the interval that takes rounds for independent must
// not. 400 fixed worlds: standard error 1.1 %.
TEST(Bootstrap, CoversTheTruthOnClusteredData) {
  constexpr int kWorlds = 400, kPrompts = 60;
  constexpr double kTruth = 3;
  const BootstrapOptions options{.num_resamples = 600};
  int covered = 0, covered_by_rounds = 0;
  for (uint64_t world = 0; world < kWorlds; ++world) {
    ClusterTable table(2);
    double sum = 0, squares = 0, rounds_in_all = 0;
    for (uint32_t prompt = 0; prompt < kPrompts; ++prompt) {
      const double level = kTruth + 0.6 * Normal(world, prompt, 0);
      const auto rounds = static_cast<uint32_t>(20 + 30 * Draw(world, prompt, 100));
      double committed = 0;
      for (uint32_t round = 0; round < rounds; ++round) {
        const double value = level + Normal(world, prompt, 200 + round);
        committed += value;
        sum += value;
        squares += value * value;
      }
      rounds_in_all += rounds;
      const double row[] = {committed, static_cast<double>(rounds)};
      table.Add("d", Name(prompt), row);
    }
    const Estimate estimate = RatioOfSums(
        table, ResampleTotals(table, options, "all", 0, options.num_resamples), 0, 1, options);
    covered += *estimate.lo <= kTruth && kTruth <= *estimate.hi;
    EXPECT_EQ(estimate.note, "");
    const double mean = sum / rounds_in_all;
    const double half = 1.96 * std::sqrt((squares / rounds_in_all - mean * mean) / rounds_in_all);
    covered_by_rounds += std::abs(mean - kTruth) <= half;
  }
  EXPECT_GE(covered, 0.91 * kWorlds);
  EXPECT_LE(covered, 0.985 * kWorlds);
  EXPECT_LE(covered_by_rounds, 0.6 * kWorlds);
}

TEST(Bootstrap, WarnsWhenOnePromptRulesTheSum) {
  ClusterTable table(2);
  for (int i = 0; i < 12; ++i) {
    const double row[] = {i == 0 ? 500.0 : 1.0, 1.0};
    table.Add("d", Name(i), row);
  }
  const BootstrapOptions options;
  const Estimate estimate =
      RatioOfSums(table, ResampleTotals(table, options, "all", 0, 10000), 0, 1, options);
  EXPECT_EQ(estimate.note, "interval and linearised error disagree by more than 25 %");
}

TEST(Paired, SharedDifficultyCancels) {
  // The candidate is 1.5 times the baseline on every prompt: the paired ratio has no spread at all.
  ClusterTable table(4);
  for (uint32_t i = 0; i < 40; ++i) {
    const double level = std::exp(0.5 * Normal(5, i, 0));
    const double row[] = {1.5 * level, 1, level, 1};
    table.Add("d", Name(i), row);
  }
  const BootstrapOptions options{.num_resamples = 2000};
  const std::vector<double> totals = ResampleTotals(table, options, "all", 0, 2000);
  const PairedEstimate paired = PairedRatio(table, totals, {0, 1, 2, 3}, options);
  EXPECT_NEAR(*paired.ratio.value, 1.5, 1e-12);
  EXPECT_NEAR(*paired.ratio.lo, 1.5, 1e-9);
  EXPECT_NEAR(*paired.ratio.hi, 1.5, 1e-9);
  EXPECT_NEAR(*paired.correlation, 1, 1e-9);
  EXPECT_NEAR(*paired.variance_saved, 1, 1e-9);
  EXPECT_EQ(paired.ratio.method, "paired_bootstrap");
}

TEST(Paired, IndependentArmsSaveNothing) {
  ClusterTable table(4);
  for (uint32_t i = 0; i < 300; ++i) {
    const double row[] = {std::exp(0.3 * Normal(6, i, 0)), 1, std::exp(0.3 * Normal(7, i, 0)), 1};
    table.Add("d", Name(i), row);
  }
  const BootstrapOptions options{.num_resamples = 2000};
  const PairedEstimate paired =
      PairedRatio(table, ResampleTotals(table, options, "all", 0, 2000), {0, 1, 2, 3}, options);
  EXPECT_NEAR(*paired.variance_saved, 0, 0.15);
  // Width of a log ratio of two means of 300 with CV 0.307: 2 * 1.96 * 0.307 * sqrt(2 / 300) =
  // 0.098.
  EXPECT_NEAR(std::log(*paired.ratio.hi / *paired.ratio.lo), 0.098, 0.015);
}

TEST(Paired, AnArmWithoutSpreadHasNoCorrelation) {
  ClusterTable table(4);
  for (uint32_t i = 0; i < 20; ++i) {
    const double rounds = 10 + i;
    const double row[] = {rounds * (2 + Draw(8, i, 0)), rounds, 2 * rounds, 2 * rounds};
    table.Add("d", Name(i), row);
  }
  const BootstrapOptions options{.num_resamples = 500};
  const PairedEstimate paired =
      PairedRatio(table, ResampleTotals(table, options, "all", 0, 500), {0, 1, 2, 3}, options);
  EXPECT_FALSE(paired.correlation.has_value());
  EXPECT_TRUE(paired.ratio.lo.has_value());
}

}  // namespace
}  // namespace dsb
