#include "engines/sampling/draft_choice.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace dsb {
namespace {

const std::array<float, 3> kLogits = {std::log(0.2f), std::log(0.5f), std::log(0.3f)};

DraftBlock Choose(double temperature, bool law_confidence, uint64_t seed = 0) {
  DraftRequest request;
  request.sampling.temperature = temperature;
  request.seed = seed;
  request.law_confidence = law_confidence;
  DraftBlock block;
  ChooseDraft(request, kLogits, {}, 0, block);
  return block;
}

TEST(DraftChoice, GivesTheLawsLargestProbabilityIfItIsAsked) {
  EXPECT_TRUE(Choose(0, false).confidence.empty());
  EXPECT_NEAR(Choose(0, true).confidence.at(0), 0.5, 1e-6);
  // Squares: 0.04, 0.25, 0.09.
  EXPECT_NEAR(Choose(0.5, true).confidence.at(0), 0.25 / 0.38, 1e-6);
}

TEST(DraftChoice, ConfidenceDoesNotDependOnTheTokenThatIsDrawn) {
  std::array<bool, 3> seen = {};
  for (uint64_t seed = 0; seed < 64; ++seed) {
    const DraftBlock block = Choose(1, true, seed);
    EXPECT_NEAR(block.confidence.at(0), 0.5, 1e-6);
    seen.at(static_cast<size_t>(block.tokens.at(0))) = true;
  }
  EXPECT_TRUE(seen[0] && seen[1] && seen[2]);
}

}  // namespace
}  // namespace dsb
