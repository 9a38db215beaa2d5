// The bridge: factors multiply to the total exactly, and on hand-made runs each is what its
// counterfactual says.
#include "reports/bridge/waterfall.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "reports/bridge/bridge_document.h"
#include "reports/bridge/bridge_runs.h"
#include "tests/reports/bridge/hand_made_run.h"

namespace dsb {
namespace {

TEST(Waterfall, FactorsMultiplyToTheTotalExactly) {
  const std::vector<BridgeStage> stages = {
      {"a", "", 1.79, 3.61}, {"b", "", 0.1, 0.17}, {"c", "", 3, 4.7}, {"d", "", 80.1, 128.2}};
  const Waterfall waterfall = MakeWaterfall(stages);
  double product = 1, share = 0;
  for (const BridgeFactor& factor : waterfall.factors) {
    product *= factor.value;
    share += *factor.share;
    EXPECT_NEAR(product, factor.cumulative, 1e-15);
  }
  EXPECT_DOUBLE_EQ(waterfall.total, 128.2 / 80.1);
  EXPECT_NEAR(product, waterfall.total, 1e-15);
  EXPECT_NEAR(share, 1, 1e-12);
  EXPECT_FALSE(waterfall.lo.has_value());
}

TEST(BridgesJson, IsOneDocumentThatHoldsAnyText) {
  const std::vector<BridgeStage> stages = {{"a", "", 1, 2}};
  const Bridge bridge = {
      .text = {.title = "\x1b[31m\u202E\xff", .facts = {"</script>"}, .notes = {}},
      .waterfall = MakeWaterfall(stages)};
  for (const size_t count : {size_t{1}, size_t{2}}) {
    const std::string text = BridgesJson(std::vector(count, bridge));
    EXPECT_EQ(text.find("\u202E"), std::string::npos);
    const nlohmann::json json = nlohmann::json::parse(text);
    ASSERT_EQ(json["bridges"].size(), count);
    EXPECT_EQ(json["bridges"].back()["title"], "\x1b[31m\u202E\uFFFD");
    EXPECT_EQ(json["bridges"].back()["facts"][0], "</script>");
  }
}

struct RunSpec {
  int64_t id = 1, users = 1;
  int64_t tokens_per_round = 2;
  double draft_ms = 1, verify_ms = 9, prefill_ms = 0;
};

CheckedRun MakeRun(const RunSpec& spec) {
  HandMadeRun run(spec.id, spec.users, 7);
  for (int prompt = 0; prompt < HandMadeRun::kPrompts; ++prompt) {
    run.BeginPrompt();
    run.FirstToken();
    for (int round = 0; round < HandMadeRun::kRounds; ++round) {
      run.Step(
          {{"draft", spec.draft_ms}, {"verify", spec.verify_ms}, {"prefill", spec.prefill_ms}});
      run.Round(spec.tokens_per_round);
    }
  }
  return std::move(run).Check();
}

TEST(BridgeRuns, EachFactorIsWhatItsCounterfactualSays) {
  const CheckedRun a1 = MakeRun({.id = 1, .tokens_per_round = 2, .draft_ms = 1, .verify_ms = 9});
  const CheckedRun a8 = MakeRun({.id = 2, .users = 8, .draft_ms = 2, .verify_ms = 18});
  const CheckedRun b1 = MakeRun({.id = 3, .tokens_per_round = 3, .draft_ms = 3, .verify_ms = 9});
  const CheckedRun b8_fixed =
      MakeRun({.id = 4, .users = 8, .tokens_per_round = 3, .draft_ms = 4, .verify_ms = 36});
  const CheckedRun b8 = MakeRun({.id = 5,
                                 .users = 8,
                                 .tokens_per_round = 2,
                                 .draft_ms = 4,
                                 .verify_ms = 14,
                                 .prefill_ms = 2});
  const BridgeResult result = BridgeRuns(
      {.name = "a", .offline = &a1, .fixed = &a8, .served = &a8, .other_loads = {}},
      {.name = "b", .offline = &b1, .fixed = &b8_fixed, .served = &b8, .other_loads = {}},
      {.num_resamples = 200});
  const std::vector<BridgeFactor>& factors = result.waterfall.factors;
  ASSERT_EQ(factors.size(), 5U);
  EXPECT_EQ(result.num_prompts, 12);
  EXPECT_NEAR(factors[0].value, 1.5, 1e-12);                       // 3 tokens over 2
  EXPECT_NEAR(factors[1].value, 10.0 / 12, 1e-12);                 // 9 + 1 ms against 9 + 3
  EXPECT_NEAR(factors[2].value, (20.0 / 40) / (10.0 / 12), 1e-9);  // steps of 20 and 40 ms
  EXPECT_NEAR(factors[3].value, (2.0 / 18) / (3.0 / 40), 1e-9);    // 2 tokens in 18 ms, not 3 in 40
  EXPECT_NEAR(factors[4].value, 18.0 / 20, 1e-9);                  // the prefill in its steps
  EXPECT_NEAR(result.waterfall.total, (2.0 / 20) / (2.0 / 20), 1e-9);
  for (const BridgeFactor& factor : factors) {
    ASSERT_TRUE(factor.lo.has_value());  // all prompts are alike
    EXPECT_NEAR(*factor.lo, factor.value, 1e-9);
    EXPECT_NEAR(*factor.hi, factor.value, 1e-9);
  }
  EXPECT_THAT(result.notes, testing::ElementsAre(testing::HasSubstr("no matched throughput")));
}

TEST(BridgeRuns, TheBaselinesLoadsGiveAMatchedThroughput) {
  const CheckedRun a1 = MakeRun({.id = 1, .draft_ms = 1, .verify_ms = 9});
  const CheckedRun a8 = MakeRun({.id = 2, .users = 8, .draft_ms = 1, .verify_ms = 39});
  const CheckedRun b4 =
      MakeRun({.id = 3, .users = 4, .tokens_per_round = 3, .draft_ms = 1, .verify_ms = 14});
  const CheckedRun b1 = MakeRun({.id = 4, .tokens_per_round = 3, .draft_ms = 1, .verify_ms = 9});
  // The candidate's 4 users are looked at beside the baseline's one.
  const BridgeResult result =
      BridgeRuns({.name = "a", .offline = &a1, .fixed = &a1, .served = &a1, .other_loads = {&a8}},
                 {.name = "b", .offline = &b1, .fixed = &b4, .served = &b4, .other_loads = {}},
                 {.num_resamples = 100});
  // With the first tokens, which nobody waits for here, the loads deliver 9 tokens in 40 and 160
  // ms, the candidate 13 in 60 ms. The baseline's users get 8 of 9 tokens of theirs, at any load.
  ASSERT_EQ(result.waterfall.factors.size(), 6U);
  const double matched = 8.0 / 9 * (13 / 0.060);
  EXPECT_NEAR(result.waterfall.factors[5].value, 200 / matched, 1e-9);
  EXPECT_NEAR(result.waterfall.total, 200 / matched, 1e-9);
}

TEST(BridgeRuns, RefusesRunsWithoutSteps) {
  const CheckedRun run = MakeRun({});
  RunData bare = *run;
  bare.steps.clear();
  const CheckedRun without = CheckRun(std::move(bare));
  const BridgeArm arm{
      .name = "a", .offline = &run, .fixed = &run, .served = &run, .other_loads = {}};
  EXPECT_THROW(BridgeRuns(arm,
                          {.name = "b",
                           .offline = &without,
                           .fixed = &without,
                           .served = &without,
                           .other_loads = {}},
                          {}),
               Error);
}

}  // namespace
}  // namespace dsb
