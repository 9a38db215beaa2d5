#include "reports/report/depth_section.h"

#include <string>

#include "reports/text/number_text.h"
#include "results/metrics/depth.h"
#include "results/run_facts.h"

namespace dsb {
namespace {

constexpr const char* kDepthWords =
    "depth: tokens of other text put before each prompt, another text for each prompt and depth; "
    "prompt tokens: read on average, the depth included. ms/round: decode time; ms draft, ms "
    "verify: "
    "of the steps that a round was part of. [brackets]: 95 % intervals by prompt.";

std::string Cell(const Estimate& estimate, int decimals, double scale = 1) {
  std::string text = FixedOr(estimate.value, decimals, scale);
  if (estimate.lo && estimate.hi) {
    text += " [" + Fixed(*estimate.lo * scale, decimals) + ", " +
            Fixed(*estimate.hi * scale, decimals) + "]";
  }
  return text;
}

}  // namespace

std::vector<Block> DepthSection(const ReportSet& set) {
  constexpr double kMs = 1e-6;
  Table table;
  table.columns = {{"arm", true},
                   {"depth", false},
                   {"prompt tokens", false},
                   {"accepted length", false},
                   {"ms/round", false},
                   {"ms draft", false},
                   {"ms verify", false}};
  for (const ReportArm& arm : set.arms) {
    for (const DepthFigures& depth : arm.steps.depths) {
      const bool drafts = !IsBaseline(arm.data->run);
      table.rows.push_back(
          {TimedName(arm), std::to_string(depth.depth_tokens), Fixed(depth.mean_prompt_tokens, 0),
           Cell(depth.accepted_length, 2), Cell(depth.step_time, 1, kMs),
           drafts ? Cell(depth.draft_time, 2, kMs) : "-", Cell(depth.verify_time, 1, kMs)});
    }
  }
  std::vector<Block> blocks;
  if (table.rows.empty()) return blocks;
  blocks.emplace_back(Heading{2, "By depth of context"});
  blocks.emplace_back(std::move(table));
  blocks.emplace_back(Line{kDepthWords});
  return blocks;
}

}  // namespace dsb
