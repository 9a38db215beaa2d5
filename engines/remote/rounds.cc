#include "engines/remote/rounds.h"

#include <utility>

namespace dsb {
namespace {

constexpr int64_t kMostDrafts = 1024;  // of a round

FoundRounds Refused(std::string why) { return {.rounds = {}, .refused = std::move(why)}; }

struct RoundCounts {
  int64_t drafted = 0, accepted = 0, committed = 0;
};

// Empty, or what is wrong with the counts. `cut`: kNone unless it is the last round.
std::string AppendRound(const RoundCounts& counts, RoundCut cut, int64_t position,
                        std::vector<RoundOutcome>& rounds) {
  const bool whole = counts.committed == counts.accepted + 1;
  const bool shortened =
      cut != RoundCut::kNone && 1 <= counts.committed && counts.committed <= counts.accepted;
  if (counts.accepted < 0 || counts.accepted > counts.drafted || counts.drafted > kMostDrafts ||
      (!whole && !shortened)) {
    return "round " + std::to_string(rounds.size()) + ": " + std::to_string(counts.committed) +
           " tokens, " + std::to_string(counts.accepted) + " of " + std::to_string(counts.drafted) +
           " drafts accepted";
  }
  RoundOutcome& round = rounds.emplace_back();
  round.position = static_cast<int32_t>(position);
  round.proposed = round.verified = static_cast<int32_t>(counts.drafted);
  round.accepted = static_cast<int32_t>(counts.accepted);
  round.committed = static_cast<int32_t>(counts.committed);
  round.cut = whole ? RoundCut::kNone : cut;
  return {};
}

}  // namespace

FoundRounds RoundsOfTimings(const std::vector<AnswerPiece>& bursts, RoundCut cut) {
  FoundRounds found;
  int64_t position = 0;  // of the last token before the round
  for (size_t i = 0; i < bursts.size(); ++i) {
    const AnswerPiece& burst = bursts[i];
    if (!burst.timings) return Refused("an event has no timings");
    if (i == 0) {
      if (burst.num_tokens != 1 || burst.timings->draft_n != 0) {
        return Refused("the first pass has more than the prompt's token");
      }
      continue;
    }
    const PassTimings &before = *bursts[i - 1].timings, &now = *burst.timings;
    if (now.predicted_ms < before.predicted_ms) return Refused("the server's times run backwards");
    const RoundCounts counts = {.drafted = now.draft_n - before.draft_n,
                                .accepted = now.accepted_n - before.accepted_n,
                                .committed = burst.num_tokens};
    const bool last = i + 1 == bursts.size();
    std::string wrong = AppendRound(counts, last ? cut : RoundCut::kNone, position, found.rounds);
    if (!wrong.empty()) return Refused(std::move(wrong));
    position += burst.num_tokens;
  }
  return found;
}

FoundRounds RoundsOfSteps(const std::vector<AnswerPiece>& bursts, const SpeculationTotals& totals,
                          RoundCut cut) {
  FoundRounds found;
  const size_t num_steps = totals.step_accepted.size();
  if (bursts.empty()) return found;
  if (bursts.front().num_tokens != 1) {
    return Refused("the first event has more than the prompt's token");
  }
  size_t step = 0;
  int64_t position = 0;
  for (size_t i = 1; i < bursts.size(); ++i) {
    for (int64_t left = bursts[i].num_tokens; left > 0; ++step) {
      if (step == num_steps) {
        return Refused("the server tells of " + std::to_string(num_steps) +
                       " steps, its events hold more");
      }
      RoundCounts counts = {.drafted = totals.step_drafted[step],
                            .accepted = totals.step_accepted[step],
                            .committed = totals.step_accepted[step] + 1};
      const bool last = i + 1 == bursts.size() && step + 1 == num_steps;
      if (last && counts.committed > left) counts.committed = left;
      if (counts.committed > left) return Refused("an event ends inside a step");
      std::string wrong = AppendRound(counts, last ? cut : RoundCut::kNone, position, found.rounds);
      if (!wrong.empty()) return Refused(std::move(wrong));
      position += counts.committed;
      left -= counts.committed;
    }
  }
  if (step != num_steps) {
    return Refused("the server tells of " + std::to_string(num_steps) + " steps, its events hold " +
                   std::to_string(step));
  }
  return found;
}

FoundRounds RoundsOfPlainDecoding(const std::vector<AnswerPiece>& bursts) {
  FoundRounds found;
  int64_t num_tokens = 0;
  for (const AnswerPiece& burst : bursts) num_tokens += burst.num_tokens;
  for (int64_t position = 0; position + 1 < num_tokens; ++position) {
    AppendRound({.committed = 1}, RoundCut::kNone, position, found.rounds);
  }
  return found;
}

}  // namespace dsb
