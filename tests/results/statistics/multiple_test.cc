#include "results/statistics/multiple.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/philox.h"

namespace dsb {
namespace {

// By hand: sorted 0.005, 0.01, 0.03, 0.04 times 4, 3, 2, 1 = 0.02, 0.03, 0.06, 0.04 -> the last may
// not be below the one before it.
TEST(Holm, HandComputed) {
  const std::vector<double> p{0.01, 0.04, 0.03, 0.005};
  const std::vector<double> adjusted = HolmAdjusted(p);
  EXPECT_NEAR(adjusted[0], 0.03, 1e-15);
  EXPECT_NEAR(adjusted[1], 0.06, 1e-15);
  EXPECT_NEAR(adjusted[2], 0.06, 1e-15);
  EXPECT_NEAR(adjusted[3], 0.02, 1e-15);
}

TEST(Holm, OneTestIsUnchangedAndNothingExceedsOne) {
  EXPECT_EQ(HolmAdjusted(std::vector<double>{0.3}), std::vector<double>{0.3});
  EXPECT_EQ(HolmAdjusted(std::vector<double>{0.9, 0.8}), (std::vector<double>{1, 1}));
  EXPECT_TRUE(HolmAdjusted({}).empty());
}

// The same numbers: from the largest, 0.04 x 4/4, 0.03 x 4/3, 0.01 x 4/2, 0.005 x 4/1.
TEST(BenjaminiHochberg, HandComputed) {
  const std::vector<double> q = BenjaminiHochbergQ(std::vector<double>{0.01, 0.04, 0.03, 0.005});
  EXPECT_NEAR(q[0], 0.02, 1e-15);
  EXPECT_NEAR(q[1], 0.04, 1e-15);
  EXPECT_NEAR(q[2], 0.04, 1e-15);
  EXPECT_NEAR(q[3], 0.02, 1e-15);
}

TEST(BenjaminiHochberg, StepsUpOverALargerOne) {
  // 0.02 x 2/1 = 0.04, but the second has 0.021 x 2/2.
  const std::vector<double> q = BenjaminiHochbergQ(std::vector<double>{0.021, 0.02});
  EXPECT_NEAR(q[0], 0.021, 1e-15);
  EXPECT_NEAR(q[1], 0.021, 1e-15);
}

// Ten independent true null hypotheses a family: Holm at 5 % errs in at most about 5 % of families.
// Uncorrected testing errs in 1 - 0.95^10 = 40 %.
TEST(Holm, KeepsTheFamilywiseErrorRate) {
  constexpr int kFamilies = 4000;
  int holm = 0, uncorrected = 0;
  for (uint64_t family = 0; family < kFamilies; ++family) {
    std::vector<double> p;
    for (uint32_t i = 0; i < 10; ++i) {
      p.push_back(Uniform({.seed = 3, .request = family, .purpose = RandomPurpose::kTest}, i));
    }
    const std::vector<double> adjusted = HolmAdjusted(p);
    holm += *std::min_element(adjusted.begin(), adjusted.end()) <= 0.05;
    uncorrected += *std::min_element(p.begin(), p.end()) <= 0.05;
  }
  EXPECT_NEAR(holm / double{kFamilies}, 0.049, 0.011);  // three standard errors
  EXPECT_NEAR(uncorrected / double{kFamilies}, 0.401, 0.024);
}

TEST(ResampledTail, CountsWithOneAdded) {
  const std::vector<double> samples{0.1, 0.2, 0.3, 0.4};
  EXPECT_DOUBLE_EQ(ResampledTail(samples, 0.05), 1 / 5.0);
  EXPECT_DOUBLE_EQ(ResampledTail(samples, 0.2), 3 / 5.0);
  EXPECT_DOUBLE_EQ(ResampledTail(samples, 1), 1);
  EXPECT_DOUBLE_EQ(ResampledTail({}, 0), 1);
}

TEST(NeededN, HandComputed) {
  // Half-width 0.03 at 40 prompts, 0.01 away from the margin: 40 x 9.
  EXPECT_EQ(NeededN(40, 0.03, 0.01, 0.02), 360);
  EXPECT_EQ(NeededN(40, 0.03, 0.03, 0.02), 360);  // on either side
  EXPECT_EQ(NeededN(10, 0.015, 0.0, 0.01), 23);   // 22.5 rounded up
  EXPECT_FALSE(NeededN(40, 0.03, 0.02, 0.02).has_value());
}

}  // namespace
}  // namespace dsb
