#include "base/split_mix.h"

#include <gtest/gtest.h>

namespace dsb {
namespace {

// The first values of SplitMix64 from state 0: its state grows by the constant that SplitMix adds.
TEST(SplitMix, GivesTheSequenceOfItsPaper) {
  constexpr uint64_t kGrowth = 0x9E3779B97F4A7C15u;
  EXPECT_EQ(SplitMix(0), 0xE220A8397B1DCDAFu);
  EXPECT_EQ(SplitMix(kGrowth), 0x6E789E6AA1B965F4u);
  EXPECT_EQ(SplitMix(2 * kGrowth), 0x06C45D188009454Fu);
}

}  // namespace
}  // namespace dsb
