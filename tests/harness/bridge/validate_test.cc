// Measured runs beside simulated ones: errors, and the name of the term that misses.
#include "harness/bridge/validate.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/reports/bridge/hand_made_run.h"

namespace dsb {
namespace {

struct Spec {
  double step_ms = 10, prefill_ms = 0;
  int64_t tokens_per_round = 2;
};

// Each prompt begins with a step that reads it.
CheckedRun MakeRun(const Spec& spec) {
  HandMadeRun run(1, 1, 3);
  run.run().drafter = "dspark";
  run.run().policy = "fixed";
  for (int prompt = 0; prompt < HandMadeRun::kPrompts; ++prompt) {
    run.BeginPrompt();
    run.Step({{"prefill", 5}}).num_prefill_tokens = 10;
    run.FirstToken();
    for (int round = 0; round < HandMadeRun::kRounds; ++round) {
      StepRecord& step = run.Step({{"verify", spec.step_ms}, {"prefill", spec.prefill_ms}});
      step.num_verify_tokens = 4;
      step.num_draft_tokens = 3;
      run.Round(spec.tokens_per_round);
    }
  }
  return std::move(run).Check();
}

// A pass of 4 tokens takes 8 ms, drafting 2.
CostTable Table() {
  const auto point = [](int64_t at, int64_t ms) {
    return CostPoint{.at = at,
                     .median_ns = ms * 1'000'000,
                     .min_ns = ms * 1'000'000,
                     .max_ns = ms * 1'000'000,
                     .samples = 5};
  };
  CostTable table;
  table.verify.push_back({.requests = 1, .by_tokens = CostCurve({point(4, 8)}, 0, "")});
  table.draft = CostCurve({point(1, 2)}, 0, "");
  return table;
}

TEST(Validate, EqualRunsMissNothing) {
  const ValidationRow row = ValidateRun(MakeRun({}), MakeRun({}), Table(), {.num_resamples = 100});
  EXPECT_EQ(row.user_tokens_per_s.error(), 0);
  EXPECT_DOUBLE_EQ(row.user_tokens_per_s.real, 200);
  EXPECT_DOUBLE_EQ(row.ttft_ms.real, 5);
  EXPECT_EQ(row.missing, "");
  EXPECT_TRUE(row.has_interval);
  ASSERT_EQ(row.residuals.size(), 1U);
  EXPECT_EQ(row.residuals[0].requests, 1);
  EXPECT_EQ(row.residuals[0].num_steps, 48);
  EXPECT_NEAR(row.residuals[0].ms.real, 10, 1e-9);
  EXPECT_NEAR(row.residuals[0].ms.simulated, 10, 1e-9);
}

TEST(Validate, SaysWhatDisturbedTheMeasuredRun) {
  RunData data = *MakeRun({});
  data.flags["contended"] = "other programs used 66 % of the processors";
  EXPECT_EQ(ValidateRun(CheckRun(std::move(data)), MakeRun({}), Table(), {.num_resamples = 100})
                .contended,
            "other programs used 66 % of the processors");
}

TEST(Validate, NamesTheTermThatMisses) {
  const auto missing = [](const Spec& real) {
    return ValidateRun(MakeRun(real), MakeRun({}), Table(), {.num_resamples = 100}).missing;
  };
  EXPECT_EQ(missing({.step_ms = 12}), "decode step time");
  EXPECT_EQ(missing({.tokens_per_round = 3}), "accepted length");
  EXPECT_EQ(missing({.prefill_ms = 4}), "prefill and what waits for it");
  EXPECT_EQ(missing({.step_ms = 10.5}), "");
  const ValidationRow slow =
      ValidateRun(MakeRun({.step_ms = 20}), MakeRun({}), Table(), {.num_resamples = 100});
  EXPECT_NEAR(slow.residuals[0].ms.error(), -0.5, 1e-9);
  EXPECT_NEAR(slow.user_tokens_per_s.error(), 1, 1e-9);
}

}  // namespace
}  // namespace dsb
