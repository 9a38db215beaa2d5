#include "workloads/arrivals.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"

namespace dsb {
namespace {

struct Gaps {
  double mean = 0, cv = 0;
};

Gaps GapsOf(const std::vector<int64_t>& times) {
  Gaps gaps;
  double squares = 0;
  const auto n = static_cast<double>(times.size());
  int64_t last = 0;
  for (const int64_t time : times) {
    const double gap = static_cast<double>(time - last) * 1e-9;
    gaps.mean += gap / n;
    squares += gap * gap / n;
    last = time;
  }
  gaps.cv = std::sqrt(squares - gaps.mean * gaps.mean) / gaps.mean;
  return gaps;
}

TEST(Arrivals, AreTheSameOfTheSameSeedAndOthersOfAnother) {
  EXPECT_EQ(PoissonArrivals(5, 100, 7), PoissonArrivals(5, 100, 7));
  EXPECT_NE(PoissonArrivals(5, 100, 7), PoissonArrivals(5, 100, 8));
  EXPECT_EQ(GammaArrivals(5, 2, 100, 7), GammaArrivals(5, 2, 100, 7));
  // A longer draw begins with the shorter one.
  const std::vector<int64_t> some = PoissonArrivals(5, 10, 7), more = PoissonArrivals(5, 20, 7);
  EXPECT_TRUE(std::equal(some.begin(), some.end(), more.begin()));
}

// A draw that changes would make stored schedules irreproducible.
TEST(Arrivals, AreTheseOnEveryMachine) {
  EXPECT_EQ(PoissonArrivals(1, 3, 1),
            (std::vector<int64_t>{1'042'940'091, 1'546'764'596, 2'533'146'061}));
  EXPECT_EQ(GammaArrivals(1, 2, 3, 1), (std::vector<int64_t>{5, 2'036'763'014, 2'125'090'357}));
  EXPECT_EQ(DrawnOrder(6, 0, 1), (std::vector<uint32_t>{3, 2, 1, 4, 0, 5}));
}

TEST(Arrivals, HaveTheMeanAndSpreadOfTheirLaw) {
  constexpr int64_t kMany = 40'000;
  const auto close = [](const std::vector<int64_t>& times, double mean, double cv) {
    const Gaps gaps = GapsOf(times);
    // Five standard errors: of a mean cv / 200, of a cv about (1 + cv^2) / 200 and heavier tails.
    EXPECT_NEAR(gaps.mean / mean, 1, 5 * cv / 200);
    EXPECT_NEAR(gaps.cv / cv, 1, 0.03 * (1 + cv));
    EXPECT_TRUE(std::is_sorted(times.begin(), times.end()));
  };
  close(PoissonArrivals(4, kMany, 1), 0.25, 1);
  close(GammaArrivals(4, 0.5, kMany, 1), 0.25, 0.5);
  close(GammaArrivals(4, 1, kMany, 1), 0.25, 1);
  close(GammaArrivals(4, 3, kMany, 1), 0.25, 3);
  EXPECT_EQ(GammaArrivals(4, 0, 3, 1),
            (std::vector<int64_t>{250'000'000, 500'000'000, 750'000'000}));
}

// Kolmogorov's distance of exponential gaps, below its 1e-6 quantile.
TEST(Arrivals, PoissonGapsAreExponential) {
  constexpr int64_t kMany = 20'000;
  std::vector<int64_t> times = PoissonArrivals(1, kMany, 3);
  std::adjacent_difference(times.begin(), times.end(), times.begin());
  std::sort(times.begin(), times.end());
  double distance = 0;
  for (size_t i = 0; i < times.size(); ++i) {
    const double law = 1 - std::exp(-static_cast<double>(times[i]) * 1e-9);
    distance = std::max(distance, std::abs(law - static_cast<double>(i + 1) / kMany));
  }
  EXPECT_LT(distance * std::sqrt(static_cast<double>(kMany)), 2.7);
}

TEST(Arrivals, OfATraceKeepTheirGapsButForTheScale) {
  const std::vector<int64_t> times = {5'000, 5'000, 7'000, 107'000};
  EXPECT_EQ(ScaledArrivals(times, 1), (std::vector<int64_t>{0, 0, 2'000, 102'000}));
  EXPECT_EQ(ScaledArrivals(times, 4), (std::vector<int64_t>{0, 0, 500, 25'500}));
  EXPECT_EQ(ScaledArrivals(times, 0.5), (std::vector<int64_t>{0, 0, 4'000, 204'000}));
}

TEST(Arrivals, BeyondALongestRunAreRefused) {
  EXPECT_THROW(PoissonArrivals(1e-6, 1000, 1), Error);
  EXPECT_THROW(ScaledArrivals(std::vector<int64_t>{0, 1'000'000'000}, 1e-9), Error);
}

TEST(Arrivals, ThinkTimesAreExponentialAndDifferByVisitAndTurn) {
  EXPECT_EQ(ThinkTimeNs(0, 1, 2, 3), 0);
  double sum = 0;
  for (uint32_t visit = 0; visit < 10'000; ++visit) {
    sum += static_cast<double>(ThinkTimeNs(1'000'000, visit, 0, 3));
  }
  EXPECT_NEAR(sum / 10'000 / 1e6, 1, 0.05);
  EXPECT_NE(ThinkTimeNs(1'000'000, 1, 0, 3), ThinkTimeNs(1'000'000, 1, 1, 3));
  EXPECT_NE(ThinkTimeNs(1'000'000, 1, 0, 3), ThinkTimeNs(1'000'000, 2, 0, 3));
}

TEST(Arrivals, OrdersArePermutationsOfEqualChance) {
  std::vector<int> first(5);
  for (uint32_t pass = 0; pass < 5'000; ++pass) {
    std::vector<uint32_t> order = DrawnOrder(5, pass, 9);
    ++first[order[0]];
    std::sort(order.begin(), order.end());
    EXPECT_EQ(order, (std::vector<uint32_t>{0, 1, 2, 3, 4}));
  }
  for (const int count : first) EXPECT_NEAR(count, 1000, 5 * std::sqrt(800.0));
}

}  // namespace
}  // namespace dsb
