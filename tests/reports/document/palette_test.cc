// Arms are told apart by colour and marker, however many there are of a sweep's.
#include "reports/document/palette.h"

#include <gtest/gtest.h>

#include <set>
#include <utility>

namespace dsb {
namespace {

TEST(Palette, NoTwoArmsLookTheSame) {
  std::set<std::pair<size_t, size_t>> looks;
  for (size_t arm = 0; arm < 57; ++arm) {
    EXPECT_EQ(ColourOf(arm) == 0, arm == 0) << arm;
    EXPECT_LT(ColourOf(arm), kNumColours);
    EXPECT_LT(MarkerOf(arm), kNumColours);
    EXPECT_TRUE(looks.emplace(ColourOf(arm), MarkerOf(arm)).second) << arm;
  }
}

}  // namespace
}  // namespace dsb
