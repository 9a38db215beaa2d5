#include "engines/sampling/draft_choice.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace dsb {
namespace {

const std::array<float, 3> kLogits = {std::log(0.2f), std::log(0.5f), std::log(0.3f)};

DraftBlock Choose(DraftRequest request) {
  DraftBlock block;
  ChooseDraft(request, kLogits, {}, 0, block);
  return block;
}

TEST(DraftChoice, GivesTheLawsLargestProbabilityIfItIsAsked) {
  EXPECT_TRUE(Choose({}).confidence.empty());
  EXPECT_NEAR(Choose({.law_confidence = true}).confidence.at(0), 0.5, 1e-6);
  const DraftBlock drawn = Choose({.sampling = {.temperature = 0.5}, .law_confidence = true});
  // Squares: 0.04, 0.25, 0.09.
  EXPECT_NEAR(drawn.confidence.at(0), 0.25 / 0.38, 1e-6);
}

TEST(DraftChoice, ConfidenceDoesNotDependOnTheTokenThatIsDrawn) {
  std::array<bool, 3> seen = {};
  for (uint64_t seed = 0; seed < 64; ++seed) {
    const DraftBlock block =
        Choose({.sampling = {.temperature = 1}, .seed = seed, .law_confidence = true});
    EXPECT_NEAR(block.confidence.at(0), 0.5, 1e-6);
    seen.at(static_cast<size_t>(block.tokens.at(0))) = true;
  }
  EXPECT_TRUE(seen[0] && seen[1] && seen[2]);
}

}  // namespace
}  // namespace dsb
