#include "reports/gate/rules.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "base/counted.h"
#include "results/invariants.h"
#include "results/metrics/selection.h"
#include "results/run_facts.h"

namespace dsb {
namespace {

using Outcome = GateRule::Outcome;
using Key = std::tuple<std::string, int64_t, int64_t>;

std::map<Key, const RequestRow*> Answers(const RunData& data, const std::string& scope) {
  std::map<Key, const RequestRow*> rows;
  for (const RequestRow* row : Select(data, scope).acceptance) {
    if (!Finished(row->request)) continue;
    rows[Key{row->prompt.item_key, row->prompt.turn, row->request.repeat}] = row;
  }
  return rows;
}

bool HasIds(const RequestRecord& request) {
  return !request.output_ids.empty() || request.bursts.empty();
}

GateRule GreedyRule(const GatePair& pair) {
  GateRule rule{.arm = ArmName(pair.candidate->run),
                .rule = "greedy output equals the target's own",
                .outcome = Outcome::kNotChecked,
                .detail = ""};
  if (!IsGreedy(pair.candidate->run)) {
    rule.detail = "sampled";
  } else if (IsBaseline(pair.candidate->run)) {
    rule.detail = "this is the target alone";
  } else if (!pair.target_only) {
    rule.detail = "no run of drafter none on the same question";
  } else {
    const AnswerMatch match = MatchAnswers(*pair.target_only, pair.candidate, "all");
    rule.detail = Counted(match.compared, "answer");
    if (match.unknown > 0) {
      rule.detail += ", " + std::to_string(match.unknown) + " more without token ids";
    }
    if (match.compared == 0) return rule;
    rule.outcome = match.different == 0 ? Outcome::kHolds : Outcome::kBroken;
    if (match.different > 0) {
      rule.detail = std::to_string(match.different) + " of " + rule.detail + " differ, first " +
                    match.first_difference;
    }
  }
  return rule;
}

GateRule InvariantRule(const std::string& arm, const std::string& name,
                       const std::vector<BrokenInvariant>& broken) {
  GateRule rule{.arm = arm, .rule = name, .outcome = Outcome::kHolds, .detail = ""};
  if (broken.empty()) return rule;
  rule.outcome = Outcome::kBroken;
  rule.detail = broken.front().rule + ": " + broken.front().where + ": " + broken.front().found;
  if (broken.size() > 1) rule.detail += " and " + std::to_string(broken.size() - 1) + " more";
  return rule;
}

GateRule FailedRequestsRule(const RunData& data, int64_t allowed) {
  const auto failed =
      std::count_if(data.requests.begin(), data.requests.end(), [](const RequestRow& row) {
        const RequestRecord& request = row.request;
        return request.phase != "warmup" &&
               (request.end_reason == "error" || request.end_reason == "timeout");
      });
  return {.arm = ArmName(data.run),
          .rule = "failed requests within the allowance",
          .outcome = failed > allowed ? Outcome::kBroken : Outcome::kHolds,
          .detail = std::to_string(failed) + " failed, " + std::to_string(allowed) + " allowed"};
}

}  // namespace

AnswerMatch MatchAnswers(const RunData& a, const RunData& b, const std::string& scope) {
  AnswerMatch match;
  const auto left = Answers(a, scope), right = Answers(b, scope);
  for (const auto& [key, row] : left) {
    const auto other = right.find(key);
    if (other == right.end()) continue;
    if (!HasIds(row->request) || !HasIds(other->second->request)) {
      ++match.unknown;
      continue;
    }
    ++match.compared;
    const std::vector<int32_t>& x = row->request.output_ids;
    const std::vector<int32_t>& y = other->second->request.output_ids;
    if (x == y) continue;
    if (match.different++ == 0) {
      const auto place = std::mismatch(x.begin(), x.end(), y.begin(), y.end()).first - x.begin();
      match.first_difference = row->prompt.item_key + " at token " + std::to_string(place);
    }
  }
  return match;
}

std::vector<GateRule> CheckRules(const GatePair& pair, const GatePolicy& policy) {
  const std::string arm = ArmName(pair.candidate->run);
  return {GreedyRule(pair),
          InvariantRule(arm, "nothing after the end token", CheckTokensAfterStop(pair.candidate)),
          FailedRequestsRule(pair.candidate, policy.failed_requests_allowed),
          InvariantRule(arm, "invariants of the stored rows", CheckInvariants(pair.candidate))};
}

}  // namespace dsb
