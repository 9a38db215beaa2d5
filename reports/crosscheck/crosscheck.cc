#include "reports/crosscheck/crosscheck.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

#include "base/counted.h"
#include "reports/text/number_text.h"
#include "results/run_facts.h"
#include "results/statistics/estimate.h"

namespace dsb {
namespace {

using Key = std::pair<std::string, int64_t>;  // item and repeat

std::map<Key, const RequestRow*> ByKey(const RunData& run) {
  std::map<Key, const RequestRow*> rows;
  for (const RequestRow& row : run.requests) {
    const bool counts = row.request.phase != "warmup" && Finished(row.request);
    if (counts) rows.emplace(Key{row.prompt.item_key, row.request.repeat}, &row);
  }
  return rows;
}

int64_t CommonTokens(const std::vector<int32_t>& a, const std::vector<int32_t>& b) {
  return std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin();
}

// Rounds that lie wholly inside the common tokens on both sides, up to the first that differs: from
// there on the two are not at the same place.
void CompareRounds(AnswerPair& pair) {
  const auto &left = pair.left->rounds, &right = pair.right->rounds;
  int64_t token = 1;  // the prompt's own token is no round's
  for (size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    const int64_t most = std::max(left[i].accepted, right[i].accepted);
    if (token + most + 1 > pair.common_tokens) break;
    ++pair.rounds_compared;
    if (left[i].accepted != right[i].accepted) {
      pair.parted = {
          .token = token, .left_accepted = left[i].accepted, .right_accepted = right[i].accepted};
      break;
    }
    ++pair.rounds_equal;
    token += left[i].accepted + 1;
  }
}

struct Length {
  int64_t rounds = 0, committed = 0;
  void Add(const RequestRecord& request) {
    rounds += static_cast<int64_t>(request.rounds.size());
    for (const RoundRecord& round : request.rounds) committed += round.committed;
  }
  std::optional<double> value() const {
    if (rounds == 0) return std::nullopt;
    return static_cast<double>(committed) / static_cast<double>(rounds);
  }
};

bool AskOtherPrompts(const RequestRow& left, const RequestRow& right) {
  const auto &a = left.request.prompt_ids, &b = right.request.prompt_ids;
  return !a.empty() && !b.empty() && a != b;
}

// Whether the pair's rounds could be compared.
bool AddPair(const Key& key, const RequestRecord& left, const RequestRecord& right,
             Crosscheck& check) {
  if (left.output_ids.empty() || right.output_ids.empty()) {
    ++check.without_ids;
    return false;
  }
  AnswerPair& pair = check.answers.emplace_back();
  std::tie(pair.item_key, pair.repeat) = key;
  pair.left = &left;
  pair.right = &right;
  pair.common_tokens = CommonTokens(left.output_ids, right.output_ids);
  pair.identical = left.output_ids == right.output_ids;
  if (left.rounds.empty() || right.rounds.empty()) {
    ++check.without_rounds;
    return false;
  }
  CompareRounds(pair);
  return true;
}

}  // namespace

int64_t Crosscheck::num_identical() const {
  return std::count_if(answers.begin(), answers.end(),
                       [](const AnswerPair& pair) { return pair.identical; });
}
int64_t Crosscheck::num_left_out() const {
  return only_left + only_right + other_prompts + without_ids;
}
int64_t Crosscheck::rounds_compared() const {
  int64_t sum = 0;
  for (const AnswerPair& pair : answers) sum += pair.rounds_compared;
  return sum;
}
int64_t Crosscheck::rounds_equal() const {
  int64_t sum = 0;
  for (const AnswerPair& pair : answers) sum += pair.rounds_equal;
  return sum;
}

Crosscheck PairAnswers(const CheckedRun& left, const CheckedRun& right) {
  Crosscheck check;
  check.drafts = !IsBaseline(left->run);
  std::map<Key, const RequestRow*> others = ByKey(right);
  Length left_length, right_length;
  for (const auto& [key, row] : ByKey(left)) {
    const auto found = others.find(key);
    if (found == others.end()) {
      ++check.only_left;
      continue;
    }
    const RequestRow& other = *found->second;
    others.erase(found);
    if (AskOtherPrompts(*row, other)) {
      ++check.other_prompts;
      continue;
    }
    if (!AddPair(key, row->request, other.request, check)) continue;
    left_length.Add(row->request);
    right_length.Add(other.request);
  }
  check.only_right = static_cast<int64_t>(others.size());
  check.left_length = left_length.value();
  check.right_length = right_length.value();
  return check;
}

Crosscheck PairRepeats(const CheckedRun& run) {
  Crosscheck check;
  const std::map<Key, const RequestRow*> rows = ByKey(run);
  for (const auto& [key, row] : rows) {
    const auto next = rows.find({key.first, key.second + 1});
    if (next == rows.end()) continue;
    AddPair(key, row->request, next->second->request, check);
  }
  return check;
}

const char* CrossVerdictName(CrossVerdict verdict) {
  constexpr const char* kNames[] = {"same", "numerics only", "another algorithm", "unknown"};
  return kNames[static_cast<int>(verdict)];
}

std::optional<CrossJudgement> TooFewCompared(const Crosscheck& check) {
  const auto compared = static_cast<int64_t>(check.answers.size());
  const int64_t all = compared + check.num_left_out();
  if (50 * check.num_left_out() <= all) return std::nullopt;
  return CrossJudgement{CrossVerdict::kUnknown,
                        "only " + std::to_string(compared) + " of " + std::to_string(all) +
                            " answers could be compared, expected 98 % of them"};
}

CrossJudgement Judge(const Crosscheck& check, const CrossRules& rules) {
  const int64_t compared = check.rounds_compared(), equal = check.rounds_equal();
  const auto answers = static_cast<int64_t>(check.answers.size());
  const std::string rounds = std::to_string(equal) + " of " + Counted(compared, "round") +
                             " equal inside the common prefixes";
  if (answers == 0) return {CrossVerdict::kUnknown, "no answers to compare"};
  const Estimate unequal = Wilson(compared - equal, compared);
  if (compared > equal && unequal.lo.value_or(0) > rules.most_unequal_rounds) {
    return {CrossVerdict::kAnotherAlgorithm,
            rounds + ": more differ than rounding explains (at least " +
                PercentWithUnit(*unequal.lo) + ", with 95 % confidence)"};
  }
  if (static_cast<double>(check.num_identical()) <
      rules.least_identical * static_cast<double>(answers)) {
    return {CrossVerdict::kAnotherAlgorithm,
            std::to_string(check.num_identical()) + " of " + Counted(answers, "answer") +
                " identical, expected at least " + PercentWithUnit(rules.least_identical)};
  }
  int64_t unknown_gaps = 0;
  double largest = 0;
  const AnswerPair* widest = nullptr;
  for (const AnswerPair& pair : check.answers) {
    if (pair.identical) continue;
    if (!pair.gap) {
      ++unknown_gaps;
    } else if (*pair.gap >= largest) {
      largest = *pair.gap;
      widest = &pair;
    }
  }
  if (widest != nullptr && largest > rules.largest_gap) {
    return {CrossVerdict::kAnotherAlgorithm, "item " + widest->item_key + " parts at token " +
                                                 std::to_string(widest->common_tokens) +
                                                 ", where the target's best logit leads by " +
                                                 Fixed(largest, 3) + ": no rounding bridges that"};
  }
  if (auto unknown = TooFewCompared(check)) return *unknown;
  if (compared == 0 && check.drafts) {
    return {CrossVerdict::kUnknown,
            "no rounds to compare: greedy texts are the same with any lossless drafter"};
  }
  if (check.num_identical() == answers && compared == equal) {
    return {CrossVerdict::kSame, compared == 0 ? "all answers identical; no rounds to compare"
                                               : "all answers identical, " + rounds};
  }
  if (unknown_gaps > 0 && compared == 0) {
    return {CrossVerdict::kUnknown,
            "answers part and there are no rounds to compare (--target tells how near the best "
            "two tokens are there)"};
  }
  std::string reason = compared == 0 ? "no rounds to compare" : rounds;
  if (widest != nullptr) {
    reason += "; answers part where the target's best two logits are at most " + Fixed(largest, 3) +
              " apart";
  }
  if (unknown_gaps > 0) {
    reason += "; how near the best two tokens are where " + std::to_string(unknown_gaps) +
              " answers part is not known (--target tells)";
  }
  return {CrossVerdict::kNumericsOnly, reason};
}

}  // namespace dsb
