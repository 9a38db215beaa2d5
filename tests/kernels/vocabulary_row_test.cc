#include "kernels/vocabulary_row.h"

#include <limits>

#include "tests/kernels/kernel_test.h"

namespace dsb::testing {
namespace {

class VocabularyRowTest : public KernelTest {
 protected:
  template <typename Run>
  auto AtPortable(Run run) {
    SetActiveIsaForTest(Isa::kPortable);
    auto out = run();
    SetActiveIsaForTest(GetParam());
    return out;
  }
};

constexpr int64_t kSizes[] = {1, 2, 15, 16, 17, 63, 64, 65, 255, 256, 257, 1000, 49152};

TEST_P(VocabularyRowTest, ArgMaxTakesTheFirstOfEqualEntries) {
  for (const int64_t size : kSizes) {
    auto row = RandomFloats(size, 4);
    const auto n = static_cast<size_t>(size);
    for (const size_t first : {size_t{0}, n / 3, n / 2, n - 1}) {
      auto peaked = row;
      peaked[first] = peaked[n - 1] = 100.0f;
      EXPECT_EQ(ArgMax(peaked), static_cast<int32_t>(first)) << size;
    }
    const std::vector<float> low(n, -std::numeric_limits<float>::infinity());
    EXPECT_EQ(ArgMax(low), 0);
  }
  EXPECT_EQ(ArgMax(std::vector<float>(20, -3.0f)), 0);
}

TEST_P(VocabularyRowTest, AllFiniteSeesEveryPlace) {
  for (const int64_t size : {1, 16, 17, 100}) {
    std::vector<float> row(static_cast<size_t>(size), std::numeric_limits<float>::max());
    EXPECT_TRUE(AllFinite(row));
    for (size_t i = 0; i < row.size(); ++i) {
      for (const float bad : {std::numeric_limits<float>::infinity(),
                              -std::numeric_limits<float>::infinity(), std::nanf("")}) {
        auto copy = row;
        copy[i] = bad;
        EXPECT_FALSE(AllFinite(copy)) << i;
      }
    }
  }
}

TEST_P(VocabularyRowTest, SoftmaxWeights) {
  for (const int64_t size : kSizes) {
    for (const float inverse_temperature : {1.0f, 0.5f, 1.6f}) {
      const auto logits = RandomFloats(size, 8, 6.0f);
      std::vector<float> want(logits.size());
      const double want_sum = reference::SoftmaxWeights(logits, inverse_temperature, want);
      double got_sum = 0;
      const auto run = [&] {
        std::vector<float> out(logits.size());
        got_sum = SoftmaxWeights(logits, inverse_temperature, out);
        return out;
      };
      const auto portable = AtPortable(run);
      const double portable_sum = got_sum;
      const auto got = run();
      for (size_t i = 0; i < got.size(); ++i) {
        // The float argument is rounded twice before exp.
        const double argument = std::log(std::max(double{want[i]}, 1e-40));
        const Tolerance tolerance{kSoftmax.absolute,
                                  kSoftmax.relative - 2 * kFloatEpsilon * argument};
        ASSERT_TRUE(Near(got[i], want[i], tolerance, want[i])) << size << " " << i;
      }
      EXPECT_NEAR(got_sum, want_sum, 1e-6 * want_sum);
      EXPECT_GE(got_sum, 1.0);
      EXPECT_TRUE(SameBits(got, portable));
      EXPECT_EQ(got_sum, portable_sum);
    }
  }
}

TEST_P(VocabularyRowTest, SoftmaxWeightsInPlaceAndVanishingEntries) {
  std::vector<float> row(40, -1000.0f);
  row[7] = 3.0f;
  row[8] = 3.0f - 87.0f;
  row[9] = -std::numeric_limits<float>::infinity();
  EXPECT_NEAR(SoftmaxWeights(row, 1.0f, row), 1.0, 1e-12);
  EXPECT_EQ(row[7], 1.0f);
  EXPECT_NEAR(row[8] / std::exp(-87.0), 1.0, 4e-7);
  EXPECT_EQ(row[0], 0.0f);
  EXPECT_EQ(row[9], 0.0f);
}

TEST_P(VocabularyRowTest, SampleIndexInvertsTheCumulatedWeights) {
  for (const int64_t size : kSizes) {
    auto weights = RandomFloats(size, 12);
    for (float& w : weights) w = w > 0.5f ? w : 0.0f;
    weights[static_cast<size_t>(size) / 2] = 1.0f;
    for (int k = 0; k < 200; ++k) {
      const double u = k / 200.0 + 1e-4;
      const auto run = [&] { return SampleIndex(weights, u); };
      const int32_t got = run();
      ASSERT_GT(weights[static_cast<size_t>(got)], 0.0f);
      ASSERT_EQ(got, reference::SampleIndex(weights, u)) << size << " u " << u;
      ASSERT_EQ(got, AtPortable(run));
    }
    for (const double u : {0.0, std::nextafter(1.0, 0.0)}) {
      ASSERT_GT(weights[static_cast<size_t>(SampleIndex(weights, u))], 0.0f);
    }
  }
  EXPECT_EQ(SampleIndex(std::vector<float>{0.0f, 1.0f, 0.0f, 1.0f, 0.0f}, 0.5), 3);
  EXPECT_EQ(SampleIndex(std::vector<float>{0.0f, 1.0f, 0.0f, 1.0f, 0.0f}, 0.0), 1);
}

TEST_P(VocabularyRowTest, ResidualIsTheExcess) {
  for (const int64_t size : kSizes) {
    auto p = RandomFloats(size, 1);
    auto q = RandomFloats(size, 2);
    for (float& x : p) x = std::fabs(x);
    for (float& x : q) x = std::fabs(x);
    constexpr double kP = 0.37;
    constexpr double kQ = 0.29;
    double got_sum = 0;
    const auto run = [&] {
      std::vector<float> out(p.size());
      got_sum = Residual(p, kP, q, kQ, out);
      return out;
    };
    const auto portable = AtPortable(run);
    const double portable_sum = got_sum;
    const auto got = run();
    double sum = 0;
    for (size_t i = 0; i < got.size(); ++i) {
      const double excess = p[i] * kP - q[i] * kQ;
      EXPECT_EQ(got[i], static_cast<float>(std::max(excess, 0.0)));
      sum += double{got[i]};
    }
    EXPECT_NEAR(got_sum, sum, 1e-9 * sum);
    EXPECT_TRUE(SameBits(got, portable));
    EXPECT_EQ(got_sum, portable_sum);
  }
  std::vector<float> same = {0.5f, 0.25f, 0.125f};
  EXPECT_EQ(Residual(same, 0.7, same, 0.7, same), 0.0);
}

INSTANTIATE_TEST_SUITE_P(Isas, VocabularyRowTest, ::testing::ValuesIn(AvailableIsas()),
                         IsaParamName);

}  // namespace
}  // namespace dsb::testing
