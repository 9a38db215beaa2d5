#include "harness/sweep/rate_search.h"

#include <gtest/gtest.h>

namespace dsb {
namespace {

// The largest rate found where everything up to `limit` passes.
std::optional<double> Search(double limit, RateSearch::Options options = {}) {
  RateSearch search(options);
  int probes = 0;
  while (const std::optional<double> rate = search.Next()) {
    search.Tell(*rate, *rate <= limit);
    EXPECT_LE(++probes, options.most_probes);
  }
  return search.best();
}

TEST(RateSearch, FindsTheLargestRateToItsResolutionFromEitherSide) {
  for (const double limit : {0.02, 0.3, 1.0, 1.7, 23.0}) {
    const double best = Search(limit).value();
    EXPECT_LE(best, limit);
    EXPECT_GT(best * 1.1, limit) << limit;
  }
  EXPECT_GT(Search(5, {.first_per_s = 5, .resolution = 1.01}).value() * 1.01, 5);
}

TEST(RateSearch, EndsWhereNothingPasses) {
  EXPECT_FALSE(Search(0));
  RateSearch halving({.first_per_s = 8, .most_halvings = 2});
  for (const double rate : {8.0, 4.0, 2.0}) {
    EXPECT_EQ(halving.Next(), rate);
    halving.Tell(rate, false);
  }
  EXPECT_FALSE(halving.Next());
  RateSearch search({.first_per_s = 8, .most_probes = 2});
  search.Tell(8, false);
  EXPECT_EQ(search.Next(), 4);
  search.Tell(4, false);
  EXPECT_FALSE(search.Next());
  EXPECT_EQ(search.lowest_failed(), 4);
}

}  // namespace
}  // namespace dsb
