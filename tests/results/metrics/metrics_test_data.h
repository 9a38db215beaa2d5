// Small runs made by hand or by seed, for the tests of metrics and reports. Not a test.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/philox.h"
#include "results/store/reader.h"

namespace dsb::testing {

struct SyntheticArm {
  std::string drafter = "dspark";
  int64_t draft_length = 4;
  double acceptance = 0.7;       // of each position, before the prompt's own difficulty
  int64_t step_ns = 10'000'000;  // a round, before the step's own noise
  uint64_t seed = 1;
  int prompts_per_domain = 12;
  std::vector<std::string> domains{"math", "code", "chat"};
  int64_t tokens = 64;
};

inline RoundRecord MakeRound(int64_t proposed, int64_t verified, int64_t accepted,
                             int64_t committed, int64_t cut = 0) {
  RoundRecord round;
  round.proposed = proposed;
  round.verified = verified;
  round.accepted = accepted;
  round.committed = committed;
  round.cut = cut;
  return round;
}

// One request with a burst of one token at 5 ms after its start, then one burst a round until
// `tokens` are out.
inline RequestRow SyntheticRequest(const SyntheticArm& arm, const std::string& domain, int prompt,
                                   int64_t start_ns, std::vector<StepRecord>* steps) {
  RequestRow row;
  row.prompt.item_key = domain + "-" + std::to_string(prompt);
  row.prompt.dataset = "synthetic";
  row.prompt.domain = domain;
  row.prompt.num_prompt_tokens = 20;
  RequestRecord& request = row.request;
  request.scheduled_ns = start_ns;
  request.issued_ns = start_ns + 1000;
  request.admitted_ns = start_ns + 2000;
  request.end_reason = "length";
  int64_t now_ns = start_ns + 5'000'000, left = arm.tokens - 1;
  request.bursts.push_back({now_ns, 1});
  uint64_t name = 0;
  for (const char letter : row.prompt.item_key) name = name * 131 + static_cast<uint64_t>(letter);
  const auto draw = [&](uint64_t seed, uint32_t round, uint32_t lane) {
    return Uniform({.seed = seed, .request = name, .purpose = RandomPurpose::kTest, .round = round},
                   lane);
  };
  const double difficulty = 0.7 + 0.3 * draw(0, 0, 1000);  // the same in every arm
  for (uint32_t index = 0; left > 0; ++index) {
    const int64_t proposed = arm.drafter == "none" ? 0 : arm.draft_length;
    RoundRecord round;
    round.step_idx = static_cast<int64_t>(steps->size());
    round.proposed = proposed;
    round.verified = std::min(proposed, left - 1);
    while (round.accepted < round.verified &&
           draw(arm.seed, index, static_cast<uint32_t>(round.accepted)) <
               arm.acceptance * difficulty) {
      ++round.accepted;
    }
    round.committed = round.accepted + 1;
    for (int64_t k = 0; k < proposed; ++k) {
      round.confidence.push_back(static_cast<float>(arm.acceptance * difficulty));
    }
    left -= round.committed;
    if (left == 0) round.cut = 2;
    const auto wall_ns = static_cast<int64_t>(static_cast<double>(arm.step_ns) *
                                              (0.9 + 0.2 * draw(arm.seed, index, 500)));
    StepRecord step;
    step.idx = *round.step_idx;
    step.t_start_ns = now_ns;
    step.wall_ns = wall_ns;
    step.num_requests = 1;
    step.num_verify_tokens = round.verified + 1;
    step.phases = {{"draft", wall_ns / 5, wall_ns / 5 * 2, {}, {}},
                   {"verify", wall_ns / 2, wall_ns / 2 * 2 - wall_ns / 10, {}, {}},
                   {"other", wall_ns / 10, wall_ns / 10, {}, {}}};
    steps->push_back(step);
    now_ns += wall_ns;
    request.bursts.push_back({now_ns, round.committed});
    request.rounds.push_back(std::move(round));
  }
  request.first_ns = request.bursts.front().t_ns;
  request.first_burst_tokens = 1;
  request.finished_ns = now_ns;
  return row;
}

// A run of one arm at batch 1, with two warm-up requests before the measured ones.
inline RunData SyntheticRun(const SyntheticArm& arm) {
  RunData data;
  data.run.id = arm.drafter == "none" ? 1 : 2;
  data.run.label = "synthetic";
  data.run.state = "complete";
  data.run.drafter = arm.drafter;
  data.run.draft_length = arm.drafter == "none" ? 0 : arm.draft_length;
  data.run.policy = arm.drafter == "none" ? "none" : "fixed";
  data.run.max_tokens = arm.tokens;
  data.run.threads = 2;
  data.run.users = 1;
  data.num_segments = 1;
  int64_t now_ns = 0;
  const auto add = [&](const std::string& domain, int prompt, const std::string& phase) {
    RequestRow row = SyntheticRequest(arm, domain, prompt, now_ns, &data.steps);
    row.id = static_cast<int64_t>(data.requests.size()) + 1;
    row.request.phase = phase;
    now_ns = *row.request.finished_ns;
    data.requests.push_back(std::move(row));
  };
  for (int i = 0; i < 2; ++i) add("math", 1000 + i, "warmup");
  for (int i = 0; i < arm.prompts_per_domain; ++i) {
    for (const std::string& domain : arm.domains) add(domain, i, "measured");
  }
  return data;
}

}  // namespace dsb::testing
