// Percentiles of prompts that were asked several times: the prompt is the unit.
#include "results/statistics/cluster_percentile.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "base/philox.h"

namespace dsb {
namespace {

constexpr double kMedian[] = {0.5};
const BootstrapOptions kQuick{.num_resamples = 1000};

double Draw(uint64_t stream, uint32_t index, uint32_t lane) {
  return Uniform(
      {.seed = 78, .request = stream, .purpose = RandomPurpose::kTest, .position = index}, lane);
}

double Normal(uint64_t stream, uint32_t index, uint32_t lane) {
  const double radius = std::sqrt(-2 * std::log(1 - Draw(stream, index, 2 * lane)));
  return radius * std::cos(2 * std::numbers::pi * Draw(stream, index, 2 * lane + 1));
}

std::string Name(uint32_t i) { return "prompt-" + std::to_string(1000 + i); }

Estimate MedianOf(const ClusterSamples& samples) {
  return samples.Percentiles(kMedian, kQuick, "all").at(0);
}

TEST(ClusterSamples, OneSampleAPromptIsAPlainPercentile) {
  ClusterSamples samples;
  std::vector<double> values;
  for (uint32_t i = 0; i < 60; ++i) {
    values.push_back(Normal(1, i, 0));
    samples.Add("d", Name(i), values.back());
  }
  const double quantiles[] = {0.5, 0.9, 0.99};
  const std::vector<Estimate> found = samples.Percentiles(quantiles, kQuick, "all");
  for (size_t q = 0; q < 3; ++q) {
    const Estimate expected = Percentile(values, quantiles[q], kQuick.level);
    EXPECT_EQ(found[q].value, expected.value);
    EXPECT_EQ(found[q].lo, expected.lo);
    EXPECT_EQ(found[q].hi, expected.hi);
    EXPECT_EQ(found[q].method, expected.method);
    EXPECT_EQ(found[q].n, expected.n);
    EXPECT_EQ(found[q].note, expected.note);
  }
}

TEST(ClusterSamples, RepeatingEverySampleAddsNothing) {
  ClusterSamples once, five_times;
  for (uint32_t i = 0; i < 60; ++i) {
    once.Add("d", Name(i), Normal(2, i, 0));
    for (int repeat = 0; repeat < 5; ++repeat) five_times.Add("d", Name(i), Normal(2, i, 0));
  }
  const Estimate plain = MedianOf(once), repeated = MedianOf(five_times);
  EXPECT_EQ(repeated.n, 60);
  EXPECT_EQ(repeated.method, "cluster_bootstrap");
  EXPECT_EQ(repeated.num_resamples, 1000);
  EXPECT_NEAR(*repeated.value, *plain.value, 0.1);
  // 300 samples taken for independent would give less than half of it; order statistics of 60 are a
  // little wider than they need be.
  EXPECT_GT(*repeated.hi - *repeated.lo, 0.65 * (*plain.hi - *plain.lo));
}

// Each prompt has its own level and four answers. 300 fixed worlds: standard error 1.3 %.
TEST(ClusterSamples, CoversTheTruth) {
  constexpr uint64_t kWorlds = 300;
  int covered = 0, covered_by_samples = 0;
  for (uint64_t world = 0; world < kWorlds; ++world) {
    ClusterSamples samples;
    std::vector<double> values;
    for (uint32_t prompt = 0; prompt < 40; ++prompt) {
      const double level = 2 * Normal(world, prompt, 0);
      for (uint32_t repeat = 0; repeat < 4; ++repeat) {
        values.push_back(level + 0.5 * Normal(world, prompt, 1 + repeat));
        samples.Add("d", Name(prompt), values.back());
      }
    }
    const Estimate found = MedianOf(samples), naive = Percentile(values, 0.5);
    covered += *found.lo <= 0 && 0 <= *found.hi;
    covered_by_samples += *naive.lo <= 0 && 0 <= *naive.hi;
  }
  EXPECT_GE(covered, 0.91 * kWorlds);
  EXPECT_LE(covered, 0.99 * kWorlds);
  EXPECT_LE(covered_by_samples, 0.8 * kWorlds);
}

TEST(ClusterSamples, FloorsCountPrompts) {
  ClusterSamples samples;
  for (uint32_t i = 0; i < 40; ++i) {
    for (int repeat = 0; repeat < 5; ++repeat) samples.Add("d", Name(i), i);
  }
  const double quantiles[] = {0.5, 0.9};
  const std::vector<Estimate> found = samples.Percentiles(quantiles, kQuick, "all");
  EXPECT_TRUE(found[0].lo.has_value());
  EXPECT_FALSE(found[1].value.has_value());
  EXPECT_EQ(found[1].note, "n/a: 40 prompts, 46 needed");
}

TEST(ClusterSamples, InterpolatesAsPercentileDoes) {
  // 9 prompts: below the bootstrap's 10, so a value alone; two samples each.
  ClusterSamples samples;
  std::vector<double> values;
  for (uint32_t i = 0; i < 9; ++i) {
    for (const double value : {1.0 * i, 20.0 - i}) {
      samples.Add("d", Name(i), value);
      values.push_back(value);
    }
  }
  const Estimate found = MedianOf(samples);
  EXPECT_EQ(found.value, Percentile(values, 0.5).value);
  EXPECT_FALSE(found.lo.has_value());
  EXPECT_EQ(found.note, "n too small for an interval");
}

TEST(ClusterSamples, EqualSamplesHaveAnIntervalOfNoWidth) {
  ClusterSamples samples;
  for (uint32_t i = 0; i < 20; ++i) {
    samples.Add("d", Name(i), 7);
    samples.Add("d", Name(i), 7);
  }
  const Estimate found = MedianOf(samples);
  EXPECT_EQ(found.value, 7);
  EXPECT_EQ(found.lo, 7);
  EXPECT_EQ(found.hi, 7);
}

TEST(ClusterSamples, NothingIsNoNumber) {
  EXPECT_FALSE(MedianOf(ClusterSamples()).value.has_value());
}

TEST(ClusterSamplesDeathTest, RefusesNaN) {
  ClusterSamples samples;
  EXPECT_DEATH(samples.Add("d", "p", std::nan("")), "isfinite");
}

}  // namespace
}  // namespace dsb
