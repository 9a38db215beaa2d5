// Costs: the smooth form against numbers worked out by hand and published ones, and a table.
#include <gtest/gtest.h>

#include <cmath>

#include "engines/simulated/profile_cost.h"
#include "engines/simulated/smooth_cost.h"

namespace dsb {
namespace {

constexpr SmoothPass kFlash = {.layers = 43, .experts = 256, .active_experts = 6};

// Distinct experts a layer of V4-Flash touches by tokens, counted from its configuration.
TEST(SmoothCost, CoverageIsTheShareOfExpertsTouched) {
  const double tokens[] = {1, 2, 4, 8, 16, 32, 64, 128};
  const double experts[] = {6, 11.9, 23.2, 44.2, 80.8, 136.1, 199.9, 243.7};
  for (size_t i = 0; i < 8; ++i) {
    EXPECT_NEAR(256 * ExpertCoverage(kFlash, tokens[i]), experts[i], 0.15) << tokens[i];
  }
  EXPECT_EQ(ExpertCoverage({}, 1), 1);  // a dense model
}

TEST(SmoothCost, IsTheSumOfItsTerms) {
  SmoothPass pass{.floor_ms = 10, .experts_ms = 8, .token_ms = 0.5, .request_ms = 0.25};
  pass.layers = 40;
  pass.experts = 2;
  pass.active_experts = 1;
  pass.ranks = 2;
  // Coverage of 2 ranks x 1 token: 1 - 1/4.
  EXPECT_DOUBLE_EQ(SmoothPassMs(pass, 1, 2), 10 + 6 + 0.5 + 0.5);
  const double six = SmoothPassMs(pass, 6, 3);
  EXPECT_DOUBLE_EQ(SmoothDraftMs(pass, {.shape = DraftShape::kMtp1, .drafts = 1}, 3), six / 40);
  const DraftShare block{.shape = DraftShape::kBlock,
                         .drafts = 5,
                         .layers = 3,
                         .multiplier = 2.5,
                         .vocabulary_ms = 0.018};
  EXPECT_DOUBLE_EQ(SmoothDraftMs(pass, block, 3),
                   2.5 * 3 / 40 * SmoothPassMs(pass, 15, 0) + 3 * 0.018);
  const DraftShare serial{.shape = DraftShape::kSerial, .drafts = 7};
  EXPECT_DOUBLE_EQ(SmoothDraftMs(pass, serial, 3), 7 * SmoothPassMs(pass, 3, 3) / 40);
  EXPECT_EQ(SmoothDraftMs(pass, {}, 3), 0);
}

TEST(SmoothCost, ADataSheetSaysThatItIsABound) {
  // V4-Pro on 8 B300: 102.8 GB of experts a device at 7.75 TB/s.
  const SmoothPass pass =
      DataSheetBound({.memory_bytes_per_s = 7.75e12, .flop_per_s = 1e15}, {.expert_bytes = 102.8e9,
                                                                           .flop_per_token = 1e11,
                                                                           .layers = 61,
                                                                           .experts = 384,
                                                                           .active_experts = 6});
  EXPECT_NEAR(pass.experts_ms, 13.3, 0.05);
  EXPECT_DOUBLE_EQ(pass.token_ms, 0.1);
  const auto bound = MakeSmoothCost(pass, {}, CostKind::kBound);
  EXPECT_STREQ(CostKindName(bound->kind()), "bound");
}

TEST(StepCost, RatesAreOfTheWholeStep) {
  const auto cost = MakeSmoothCost({.floor_ms = 3, .token_ms = 1, .layers = 1},
                                   {.shape = DraftShape::kBlock, .drafts = 2, .layers = 1});
  const StepRates rates = RatesOf(*cost, 2, 6);
  // Drafting: a pass of 4 tokens, 7 ms.
  EXPECT_DOUBLE_EQ(rates.At(2), 1000 / (7.0 + 5));
  EXPECT_DOUBLE_EQ(rates.At(6), 1000 / (7.0 + 9));
  EXPECT_DOUBLE_EQ(rates.At(0), rates.At(2));  // anchors are always there
}

TEST(ProfileCost, PadsToTheCapturedSizes) {
  const auto point = [](int64_t at, int64_t ns) {
    return CostPoint{.at = at, .median_ns = ns, .min_ns = ns, .max_ns = ns, .samples = 5};
  };
  CostTable table;
  table.captured_tokens = 8;
  table.verify.push_back(
      {.requests = 1,
       .by_tokens =
           CostCurve({point(4, 2'000'000), point(8, 3'000'000), point(16, 9'000'000)}, 8, "here")});
  table.draft = CostCurve({point(1, 1'000'000), point(3, 2'000'000)}, 0, "here");
  const auto shared = std::make_shared<const CostTable>(table);
  const auto cost = MakeProfileCost(shared), slow = MakeProfileCost(shared, 1000.0);
  EXPECT_EQ(cost->kind(), CostKind::kProfile);
  EXPECT_EQ(cost->PaddedTokens(5), 8);
  EXPECT_EQ(cost->PaddedTokens(9), 9);
  EXPECT_DOUBLE_EQ(cost->VerifyMs(5, 1), 3);
  EXPECT_DOUBLE_EQ(cost->DraftMs(2), 1.5);
  EXPECT_DOUBLE_EQ(cost->PrefillMs(8), 3);
  EXPECT_DOUBLE_EQ(slow->PrefillMs(8), 8);
}

}  // namespace
}  // namespace dsb
