#include "engines/simulated/simulated_rounds.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/error.h"

namespace dsb {

SimulatedRounds::SimulatedRounds(SimulatedArm arm) : arm_(std::move(arm)) {
  DSB_CHECK(arm_.policy.budget != nullptr && arm_.cost != nullptr);
  if (arm_.acceptance == nullptr) {
    DSB_CHECK(arm_.draft_length == 0);
    return;
  }
  const PolicyEntry& policy = arm_.policy.entry();
  if (policy.needs_confidence && !arm_.acceptance->has_confidence()) {
    ThrowBadInput("policy " + std::string(policy.name) + " reads confidences, " +
                  arm_.acceptance->Description() + " has none");
  }
  if (arm_.draft_length > arm_.acceptance->draft_length()) {
    ThrowBadInput("draft length " + std::to_string(arm_.draft_length) + " is more than the " +
                  std::to_string(arm_.acceptance->draft_length()) + " drafts that " +
                  arm_.acceptance->Description() + " tells of");
  }
}

RoundWork SimulatedRounds::Run(int64_t step, std::span<const RequestLoad> load,
                               std::span<const RoundKey> keys) {
  DSB_CHECK(load.size() == keys.size());
  const size_t count = load.size();
  RoundWork work;
  const int32_t budget = arm_.policy.budget->Next({.step = step, .requests = load});
  const bool drafts = budget != kNoDraft;
  if (budget != kUnlimitedBudget) work.budget_tokens = std::max(budget, 0);
  const auto stride = static_cast<size_t>(arm_.draft_length);
  confidences_.resize(count * stride);
  drafted_.resize(count);
  outcomes_.assign(count, {});
  for (size_t i = 0; i < count; ++i) {
    const int32_t proposed = drafts ? std::clamp(load[i].most, 0, arm_.draft_length) : 0;
    const std::span<float> confidence =
        std::span(confidences_).subspan(i * stride, static_cast<size_t>(proposed));
    outcomes_[i].proposed = proposed;
    if (proposed > 0) {
      outcomes_[i].accepted = arm_.acceptance->Draw(keys[i], confidence);
      arm_.policy.Calibrate(confidence);
    }
    drafted_[i] = {.proposed = proposed, .confidence = confidence};
    work.num_draft_tokens += proposed;
  }
  const std::vector<int32_t> lengths = arm_.policy.Choose(budget, drafted_);
  for (size_t i = 0; i < count; ++i) {
    outcomes_[i].verified = lengths[i];
    outcomes_[i].accepted = std::min(outcomes_[i].accepted, lengths[i]);
    work.num_verify_tokens += 1 + lengths[i];
  }
  const auto requests = static_cast<int64_t>(count);
  work.padded_tokens = arm_.cost->PaddedTokens(work.num_verify_tokens);
  if (drafts && arm_.draft_length > 0) work.draft_ms = arm_.cost->DraftMs(requests);
  work.verify_ms = arm_.cost->VerifyMs(work.num_verify_tokens, requests);
  work.overhead_ms = arm_.cost->OverheadMs(requests);
  Observe(step, load);
  return work;
}

void SimulatedRounds::Observe(int64_t step, std::span<const RequestLoad> load) {
  finished_.step = step;
  finished_.rounds.resize(load.size());  // their vectors keep their memory
  const bool says = arm_.acceptance != nullptr && arm_.acceptance->has_confidence();
  for (size_t i = 0; i < load.size(); ++i) {
    FinishedRound& round = finished_.rounds[i];
    round.request = load[i];
    round.proposed = outcomes_[i].proposed;
    round.verified = outcomes_[i].verified;
    round.accepted = outcomes_[i].accepted;
    const std::span<const float> said = confidence(i);
    round.confidence.assign(said.begin(), says ? said.end() : said.begin());
  }
  arm_.policy.budget->Observe(finished_);
}

}  // namespace dsb
