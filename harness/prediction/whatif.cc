#include "harness/prediction/whatif.h"

#include <algorithm>

#include "engines/simulated/sampled_table.h"
#include "engines/simulated/steady_state.h"

namespace dsb {
namespace {

SteadyState Run(const WhatifInput& input, int32_t users, int32_t drafts, bool scheduled,
                int32_t draw) {
  PolicyOptions policy{.kind = drafts == 0 ? PolicyKind::kNone : PolicyKind::kFixed};
  SimulatedArm arm;
  arm.cost = input.cost(drafts, draw);
  arm.draft_length = drafts;
  if (drafts > 0) arm.acceptance = input.acceptance;
  if (scheduled) {
    policy.kind = PolicyKind::kLagged;
    policy.costs = SampleTable(*arm.cost, users, int64_t{users} * (drafts + 1));
  }
  arm.policy = MakePolicy(policy);
  const bool named = draw == kNamedCost;
  return SimulateSteadyState(std::move(arm),
                             {.requests = users,
                              .num_rounds = drafts == 0 ? 1
                                            : named     ? input.rounds
                                                        : std::max<int64_t>(1, input.rounds / 8),
                              .seed = static_cast<uint64_t>(named ? 1 : 2 + draw)});
}

WhatifRow Study(const WhatifInput& input, int32_t users) {
  WhatifRow row;
  row.users = users;
  const SteadyState plain = Run(input, users, 0, false, kNamedCost);
  row.plain = row.best = plain.user_tokens_per_s;
  for (int32_t drafts = 1; drafts <= input.most_drafts; ++drafts) {
    const SteadyState state = Run(input, users, drafts, false, kNamedCost);
    if (state.user_tokens_per_s <= row.best) continue;
    row.best = state.user_tokens_per_s;
    row.best_drafts = drafts;
  }
  const int32_t looked_at = std::max(row.best_drafts, 1);
  const SteadyState fixed = Run(input, users, looked_at, false, kNamedCost);
  row.accepted_length = fixed.accepted_length;
  row.break_even = fixed.step_ms / plain.step_ms;
  const bool ranks = input.acceptance->has_confidence();
  if (ranks) {
    const SteadyState state = Run(input, users, input.most_drafts, true, kNamedCost);
    row.scheduled = state.user_tokens_per_s;
    row.verified = state.verified;
  }
  std::vector<double> gains, scheduled_gains;
  for (int32_t draw = 0; draw < input.num_draws; ++draw) {
    const double base = Run(input, users, 0, false, draw).user_tokens_per_s;
    gains.push_back(Run(input, users, looked_at, false, draw).user_tokens_per_s / base);
    if (!ranks) continue;
    scheduled_gains.push_back(Run(input, users, input.most_drafts, true, draw).user_tokens_per_s /
                              base);
  }
  row.best_gain = BandOf(std::move(gains));
  row.scheduled_gain = BandOf(std::move(scheduled_gains));
  return row;
}

}  // namespace

std::vector<WhatifRow> StudyWhatif(const WhatifInput& input, ThreadPool& pool) {
  std::vector<WhatifRow> rows(input.users.size());
  pool.ParallelFor(
      static_cast<int64_t>(rows.size()), 1, [&](int64_t first, int64_t last, int /*worker*/) {
        for (int64_t i = first; i < last; ++i) {
          rows[static_cast<size_t>(i)] = Study(input, input.users[static_cast<size_t>(i)]);
        }
      });
  return rows;
}

}  // namespace dsb
