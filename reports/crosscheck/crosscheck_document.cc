#include "reports/crosscheck/crosscheck_document.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/counted.h"
#include "reports/text/estimate_json.h"
#include "reports/text/number_text.h"
#include "results/statistics/estimate.h"

namespace dsb {
namespace {

using Json = nlohmann::ordered_json;

std::string N(int64_t value) { return std::to_string(value); }

std::string LawText(const SurprisalCheck& law) {
  return std::string(law.passes ? "the target's law" : "NOT the target's law") + ": z " +
         Fixed(law.z, 1) + " over " + Counted(law.tokens, "token") + ", " + N(law.outside) +
         " outside its support";
}

std::string GreedyText(const GreedyCheck& greedy) {
  return N(greedy.best) + " of " + Counted(greedy.tokens, "token") + " the target's best, " +
         N(greedy.near) + " as near as rounding explains, " + N(greedy.far()) + " further off";
}

Table SummaryTable(const std::vector<CheckedPair>& pairs) {
  Table table;
  table.columns = {{"arm", true},           {"answers", false},         {"identical", false},
                   {"rounds equal", false}, {"accepted length", false}, {"verdict", true}};
  for (const CheckedPair& pair : pairs) {
    const Crosscheck& check = pair.check;
    const std::string compared = N(check.rounds_compared());
    table.rows.push_back(
        {pair.arm, N(static_cast<int64_t>(check.answers.size())), N(check.num_identical()),
         check.rounds_compared() == 0 ? "n/a" : N(check.rounds_equal()) + " of " + compared,
         FixedOr(check.left_length, 3) + " / " + FixedOr(check.right_length, 3),
         CrossVerdictName(pair.judgement.verdict)});
  }
  return table;
}

Table PartingTable(const Crosscheck& check) {
  Table table;
  table.columns = {{"item", true},          {"tokens", false},
                   {"common", false},       {"gap of logits", false},
                   {"rounds equal", false}, {"first round that differs", true}};
  for (const AnswerPair& pair : check.answers) {
    if (pair.identical && !pair.parted) continue;
    std::string parted = "none";
    if (pair.parted) {
      parted = "behind token " + N(pair.parted->token) + ": " + N(pair.parted->left_accepted) +
               " and " + N(pair.parted->right_accepted) + " accepted";
    }
    table.rows.push_back({pair.item_key,
                          N(static_cast<int64_t>(pair.left->output_ids.size())) + " / " +
                              N(static_cast<int64_t>(pair.right->output_ids.size())),
                          N(pair.common_tokens), FixedOr(pair.gap, 4),
                          N(pair.rounds_equal) + " of " + N(pair.rounds_compared), parted});
  }
  return table;
}

void AddLeftOut(const Crosscheck& check, Document& document) {
  const auto add = [&](int64_t count, const char* noun, const char* what) {
    if (count > 0) document.emplace_back(Line{Counted(count, noun) + " " + what});
  };
  add(check.only_left, "answer", "of the first run without a partner");
  add(check.only_right, "answer", "of the second run without a partner");
  add(check.other_prompts, "pair", "asked with different prompt tokens, left out");
  add(check.without_ids, "pair", "without token ids on one side, left out");
  add(check.without_rounds, "pair", "without rounds on one side: their texts alone are compared");
}

Json LawJson(const std::optional<SurprisalCheck>& law) {
  if (!law) return nullptr;
  return {
      {"tokens", law->tokens}, {"outside", law->outside}, {"z", law->z}, {"passes", law->passes}};
}

Json GreedyJson(const std::optional<GreedyCheck>& greedy) {
  if (!greedy) return nullptr;
  return {{"tokens", greedy->tokens},
          {"best", greedy->best},
          {"near", greedy->near},
          {"far", greedy->far()}};
}

}  // namespace

Document CrosscheckDocument(const std::vector<CheckedPair>& pairs,
                            const std::vector<UnpairedArm>& unpaired) {
  Document document;
  document.emplace_back(Heading{1, "Crosscheck"});
  document.emplace_back(SummaryTable(pairs));
  for (const UnpairedArm& one : unpaired) {
    document.emplace_back(Line{"Not compared: " + one.arm + " of the " + one.only +
                               " file: not in the " + one.other + "."});
  }
  for (const CheckedPair& pair : pairs) {
    document.emplace_back(Heading{2, pair.arm + ": " + CrossVerdictName(pair.judgement.verdict)});
    document.emplace_back(
        Line{pair.left + " against " + pair.right + ": " + pair.judgement.reason});
    if (pair.left_law) document.emplace_back(Line{"first run: " + LawText(*pair.left_law)});
    if (pair.right_law) document.emplace_back(Line{"second run: " + LawText(*pair.right_law)});
    if (pair.left_greedy)
      document.emplace_back(Line{"first run: " + GreedyText(*pair.left_greedy)});
    if (pair.right_greedy) {
      document.emplace_back(Line{"second run: " + GreedyText(*pair.right_greedy)});
    }
    AddLeftOut(pair.check, document);
    const bool sampled = pair.left_law || pair.right_law;  // then answers differ anyhow
    if (Table table = PartingTable(pair.check); !sampled && !table.rows.empty()) {
      document.emplace_back(std::move(table));
    }
  }
  return document;
}

Document TextsDocument(const std::vector<TextsPair>& pairs, double largest_gap,
                       const std::vector<std::string>& notes) {
  Table table;
  table.columns = {{"", true},
                   {"answers", false},
                   {"identical", false},
                   {"identical % [95 %]", false},
                   {"first divergence, token", false},
                   {"near ties", false},
                   {"wider", false},
                   {"not known", false}};
  Document document;
  document.emplace_back(Heading{1, "Greedy answers as texts"});
  std::vector<Line> left_out;
  for (const TextsPair& pair : pairs) {
    int64_t near = 0, wide = 0, unknown = 0;
    std::vector<int64_t> parted;
    for (const AnswerPair& answer : pair.check.answers) {
      if (answer.identical) continue;
      parted.push_back(answer.common_tokens);
      ++(!answer.gap ? unknown : *answer.gap <= largest_gap ? near : wide);
    }
    std::sort(parted.begin(), parted.end());
    const auto answers = static_cast<int64_t>(pair.check.answers.size());
    const Estimate share = Wilson(pair.check.num_identical(), answers);
    table.rows.push_back({pair.name, N(answers), N(pair.check.num_identical()),
                          share.value ? Percent(share.value) + " [" + Percent(share.lo) + ", " +
                                            Percent(share.hi) + "]"
                                      : "n/a",
                          parted.empty() ? "none" : "median " + N(parted[parted.size() / 2]),
                          N(near), N(wide), N(unknown)});
    const auto add = [&](int64_t count, const char* noun, const char* what) {
      if (count > 0) left_out.push_back({Counted(count, noun) + " of " + pair.name + what});
    };
    add(pair.check.without_ids, "pair", " without token ids on one side, left out");
    add(pair.check.other_prompts, "pair", " with other prompt tokens, left out");
    add(pair.check.only_left + pair.check.only_right, "answer", " without a partner");
  }
  document.emplace_back(std::move(table));
  document.emplace_back(
      Line{"near ties: the target's best logit leads by at most " + Shortest(largest_gap) +
           " where the answers part, which rounding may turn round; wider: by more, which it may "
           "not; not known: --target tells. An arm against itself, by --repeats 2, is the control: "
           "what differs there is the server's own doing and not speculation's."});
  for (Line& line : left_out) document.emplace_back(std::move(line));
  for (const std::string& note : notes) document.emplace_back(Line{note});
  return document;
}

std::string CrosscheckJson(const std::vector<CheckedPair>& pairs,
                           const std::vector<UnpairedArm>& unpaired) {
  Json root = Json::array();
  for (const CheckedPair& pair : pairs) {
    const Crosscheck& check = pair.check;
    Json answers = Json::array();
    for (const AnswerPair& answer : check.answers) {
      Json parted = nullptr;
      if (answer.parted) {
        parted = {{"token", answer.parted->token},
                  {"left_accepted", answer.parted->left_accepted},
                  {"right_accepted", answer.parted->right_accepted}};
      }
      answers.push_back({{"item", answer.item_key},
                         {"repeat", answer.repeat},
                         {"identical", answer.identical},
                         {"common_tokens", answer.common_tokens},
                         {"rounds_compared", answer.rounds_compared},
                         {"rounds_equal", answer.rounds_equal},
                         {"parted", parted},
                         {"gap", OrNull<Json>(answer.gap)}});
    }
    root.push_back({{"arm", pair.arm},
                    {"left", pair.left},
                    {"right", pair.right},
                    {"verdict", CrossVerdictName(pair.judgement.verdict)},
                    {"reason", pair.judgement.reason},
                    {"identical", check.num_identical()},
                    {"rounds_compared", check.rounds_compared()},
                    {"rounds_equal", check.rounds_equal()},
                    {"left_accepted_length", OrNull<Json>(check.left_length)},
                    {"right_accepted_length", OrNull<Json>(check.right_length)},
                    {"only_left", check.only_left},
                    {"only_right", check.only_right},
                    {"other_prompts", check.other_prompts},
                    {"without_ids", check.without_ids},
                    {"without_rounds", check.without_rounds},
                    {"left_law", LawJson(pair.left_law)},
                    {"right_law", LawJson(pair.right_law)},
                    {"left_greedy", GreedyJson(pair.left_greedy)},
                    {"right_greedy", GreedyJson(pair.right_greedy)},
                    {"answers", answers}});
  }
  for (const UnpairedArm& one : unpaired) {
    root.push_back({{"arm", one.arm},
                    {"verdict", "not compared"},
                    {"reason", "the " + one.other + " file has no such arm"}});
  }
  return Dump(root);
}

}  // namespace dsb
