// Measured runs beside simulated ones: errors, and the name of the term that misses.
#include "harness/bridge/validate.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace dsb {
namespace {

struct Spec {
  double step_ms = 10, prefill_ms = 0;
  int64_t tokens_per_round = 2;
};

// 12 prompts one after the other, each a prefill step and four rounds.
CheckedRun MakeRun(const Spec& spec) {
  RunData data;
  data.run.id = 1;
  data.run.users = 1;
  data.run.draft_length = 3;
  data.run.drafter = "dspark";
  data.run.policy = "fixed";
  int64_t now_ns = 0, index = 0;
  const auto step = [&](double wall_ms, double prefill_ms) -> StepRecord& {
    StepRecord& record = data.steps.emplace_back();
    record.idx = index++;
    record.t_start_ns = now_ns;
    record.num_requests = 1;
    record.wall_ns = static_cast<int64_t>(wall_ms * 1e6);
    if (prefill_ms > 0) {
      record.phases.emplace_back();
      record.phases.back().phase = "prefill";
      record.phases.back().wall_ns = static_cast<int64_t>(prefill_ms * 1e6);
    }
    now_ns += record.wall_ns;
    return record;
  };
  for (int prompt = 0; prompt < 12; ++prompt) {
    RequestRow& row = data.requests.emplace_back();
    row.id = prompt + 1;
    row.prompt.item_key = row.prompt.conversation_key = "item-" + std::to_string(prompt);
    row.prompt.dataset = "test";
    row.request.scheduled_ns = row.request.issued_ns = now_ns;
    row.request.end_reason = "length";
    step(5, 5).num_prefill_tokens = 10;
    row.request.first_ns = now_ns;
    row.request.bursts.push_back({now_ns, 1});
    for (int round = 0; round < 4; ++round) {
      StepRecord& record = step(spec.step_ms + spec.prefill_ms, spec.prefill_ms);
      record.num_verify_tokens = 4;
      record.num_draft_tokens = 3;
      RoundRecord& one = row.request.rounds.emplace_back();
      one.step_idx = record.idx;
      one.proposed = one.verified = 3;
      one.committed = spec.tokens_per_round;
      one.accepted = one.committed - 1;
      row.request.bursts.push_back({now_ns, spec.tokens_per_round});
    }
    row.request.finished_ns = now_ns;
  }
  return CheckRun(std::move(data));
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
