#include "results/metrics/depth.h"

#include <gtest/gtest.h>

#include "tests/results/metrics/metrics_test_data.h"

namespace dsb {
namespace {

using testing::SyntheticRun;

TEST(Depth, EachRungHasItsOwnFiguresAndARunWithoutDepthHasNone) {
  RunData data = SyntheticRun({.prompts_per_domain = 40, .domains = {"math"}});
  EXPECT_TRUE(FiguresByDepth(CheckRun(data), {}).empty());
  // Every other prompt lies behind 512 tokens, and its steps take twice as long to verify.
  int64_t rounds = 0, committed = 0, draft_ns = 0, verify_ns = 0;
  for (size_t i = 0; i < data.requests.size(); i += 2) {
    RequestRow& row = data.requests[i];
    row.prompt.context_depth_tokens = 512;
    row.prompt.num_prompt_tokens = 532;
    if (row.request.phase == "warmup") continue;
    for (const RoundRecord& round : row.request.rounds) {
      StepRecord& step = data.steps[static_cast<size_t>(*round.step_idx)];
      step.phases[1].wall_ns = step.wall_ns * 3 / 5;
      ++rounds;
      committed += round.committed;
      draft_ns += step.phases[0].wall_ns;
      verify_ns += step.phases[1].wall_ns;
    }
  }
  const std::vector<DepthFigures> depths = FiguresByDepth(CheckRun(data), {.num_resamples = 500});
  ASSERT_EQ(depths.size(), 2u);
  EXPECT_EQ(depths[0].depth_tokens, 0);
  EXPECT_EQ(depths[1].depth_tokens, 512);
  EXPECT_EQ(depths[1].prompts, 20);
  EXPECT_DOUBLE_EQ(depths[1].mean_prompt_tokens, 532);
  const auto n = static_cast<double>(rounds);
  EXPECT_DOUBLE_EQ(depths[1].accepted_length.value.value(), static_cast<double>(committed) / n);
  EXPECT_DOUBLE_EQ(depths[1].draft_time.value.value(), static_cast<double>(draft_ns) / n);
  EXPECT_DOUBLE_EQ(depths[1].verify_time.value.value(), static_cast<double>(verify_ns) / n);
  EXPECT_GT(*depths[1].verify_time.lo, *depths[0].verify_time.hi);
  EXPECT_LT(depths[1].accepted_length.lo.value(), *depths[1].accepted_length.value);
}

}  // namespace
}  // namespace dsb
