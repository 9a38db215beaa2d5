#include "harness/crosscheck/crosscheck_command.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/console.h"
#include "harness/crosscheck/target_check.h"
#include "harness/machine/environment.h"
#include "harness/options/names.h"
#include "harness/run/results_file.h"
#include "harness/terminal/screen.h"
#include "reports/pairing/find_run.h"
#include "results/run_facts.h"
#include "results/store/checked_reader.h"

namespace dsb {
namespace {

constexpr ReadOptions kWithIds = {.token_ids = true, .steps = false};

struct RunPair {
  CheckedRun left, right;
};

// Of each drafter the newest complete run of either side.
std::vector<std::pair<int64_t, int64_t>> PairByDrafter(const std::vector<RunRecord>& left,
                                                       const std::vector<RunRecord>& right) {
  const auto newest = [](const std::vector<RunRecord>& runs, const std::string& drafter) {
    std::vector<const RunRecord*> same;
    for (const RunRecord& run : runs) {
      if (run.drafter == drafter) same.push_back(&run);
    }
    return NewestOf(same);
  };
  std::vector<std::pair<int64_t, int64_t>> pairs;
  std::vector<std::string> seen;
  for (const RunRecord& run : left) {
    if (std::find(seen.begin(), seen.end(), run.drafter) != seen.end()) continue;
    seen.push_back(run.drafter);
    const RunRecord* const other = newest(right, run.drafter);
    if (other != nullptr) pairs.emplace_back(newest(left, run.drafter)->id, other->id);
  }
  return pairs;
}

std::vector<RunPair> ReadPairs(const CrosscheckChoice& choice) {
  const Store left(choice.left, ReadingOptions(choice.left));
  const Store right(choice.right, ReadingOptions(choice.right));
  const std::vector<RunRecord> left_runs = UnobservedRuns(ReadRuns(left)),
                               right_runs = UnobservedRuns(ReadRuns(right));
  std::vector<std::pair<int64_t, int64_t>> ids;
  if (!choice.left_run.empty() || !choice.right_run.empty()) {
    const std::string &one = choice.left_run.empty() ? choice.right_run : choice.left_run,
                      &two = choice.right_run.empty() ? choice.left_run : choice.right_run;
    ids.emplace_back(FindRun(left_runs, one, "first").id, FindRun(right_runs, two, "second").id);
  } else {
    ids = PairByDrafter(left_runs, right_runs);
  }
  if (ids.empty()) {
    ThrowBadInput("no drafter is in both files: " + choice.left + " has " + ListOf(left_runs) +
                  ", " + choice.right + " has " + ListOf(right_runs));
  }
  std::vector<RunPair> pairs;
  pairs.reserve(ids.size());
  for (const auto& [one, two] : ids) {
    pairs.push_back({ReadCheckedRun(left, one, kWithIds), ReadCheckedRun(right, two, kWithIds)});
  }
  return pairs;
}

void RefuseOtherSampling(const RunPair& pair) {
  const RunRecord &a = pair.left->run, &b = pair.right->run;
  if (a.temperature != b.temperature || a.top_p != b.top_p || a.top_k != b.top_k) {
    ThrowBadInput("runs " + std::to_string(a.id) + " and " + std::to_string(b.id) +
                  ": found different temperature, top-p or top-k, expected the same");
  }
}

// Whatever is wrong with an engine, it agrees with itself.
void RefuseOneRun(const RunPair& pair, const CrosscheckChoice& choice) {
  if (!AreOneRun(*pair.left, *pair.right)) return;
  ThrowBadInput("run " + std::to_string(pair.left->run.id) + " of " + choice.left + " and run " +
                std::to_string(pair.right->run.id) + " of " + choice.right +
                " are one run, or a copy of it, expected runs of two engines");
}

std::string EngineText(const RunRecord& run) {
  const std::string server = ConfigOf(run).server;
  return server.empty() ? "dsbench's " + run.engine + " engine" : server;
}

int32_t LongestSequence(const std::vector<RunPair>& pairs) {
  size_t longest = 1;
  for (const RunPair& pair : pairs) {
    size_t prompt = 0, answer = 0;
    for (const RunData* run : {&*pair.left, &*pair.right}) {
      for (const RequestRow& row : run->requests) {
        prompt = std::max(prompt, row.request.prompt_ids.size());
        answer = std::max(answer, row.request.output_ids.size());
      }
    }
    longest = std::max(longest, prompt + answer + 1);
  }
  return static_cast<int32_t>(longest);
}

// The prompt's tokens, which one of the two knows.
const std::vector<int32_t>& PromptOf(const AnswerPair& pair) {
  return pair.left->prompt_ids.empty() ? pair.right->prompt_ids : pair.left->prompt_ids;
}

void AddGaps(TargetCheck& target, Crosscheck& check) {
  for (AnswerPair& pair : check.answers) {
    const std::vector<int32_t>& prompt = PromptOf(pair);
    if (pair.identical || prompt.empty()) continue;
    pair.gap = target.Gap(prompt, pair.left->output_ids, pair.common_tokens);
  }
}

SurprisalCheck CheckLaw(TargetCheck& target, const Crosscheck& check, const RunRecord& run,
                        bool left) {
  TargetCheck::Sums sums;
  const SamplingParams sampling = {
      .temperature = run.temperature, .top_k = static_cast<int32_t>(run.top_k), .top_p = run.top_p};
  for (const AnswerPair& pair : check.answers) {
    const std::vector<int32_t>& prompt = PromptOf(pair);
    if (prompt.empty()) continue;
    target.AddSurprisal(prompt, (left ? pair.left : pair.right)->output_ids, sampling, sums);
  }
  return TargetCheck::Judge(sums);
}

GreedyCheck CheckGreedy(TargetCheck& target, const Crosscheck& check, double largest_gap,
                        bool left) {
  GreedyCheck greedy;
  for (const AnswerPair& pair : check.answers) {
    const std::vector<int32_t>& prompt = PromptOf(pair);
    if (prompt.empty()) continue;
    target.AddGreedy(prompt, (left ? pair.left : pair.right)->output_ids, largest_gap, greedy);
  }
  return greedy;
}

// Two engines that agree may be wrong alike: a greedy answer must be the target's.
void JudgeGreedy(TargetCheck& target, const CrossRules& rules, CheckedPair& pair) {
  AddGaps(target, pair.check);
  pair.left_greedy = CheckGreedy(target, pair.check, rules.largest_gap, true);
  pair.right_greedy = CheckGreedy(target, pair.check, rules.largest_gap, false);
  pair.judgement = Judge(pair.check, rules);
  const int64_t far = pair.left_greedy->far() + pair.right_greedy->far();
  if (far == 0 || pair.judgement.verdict == CrossVerdict::kAnotherAlgorithm) return;
  pair.judgement = {CrossVerdict::kAnotherAlgorithm,
                    std::to_string(far) +
                        " tokens of greedy answers are not the target's best, "
                        "by more than rounding explains"};
}

// Sampled answers of two engines need not be equal: each must follow the target's law.
CrossJudgement JudgeSampled(const CheckedPair& pair) {
  if (!pair.right_law || pair.right_law->tokens == 0) {
    return {CrossVerdict::kUnknown, "sampled answers are judged by the target alone (--target)"};
  }
  const bool same = pair.left_law->passes && pair.right_law->passes;
  return {same ? CrossVerdict::kSame : CrossVerdict::kAnotherAlgorithm,
          same ? "both sample the target's law"
               : "the answers of the " + std::string(pair.right_law->passes ? "first" : "second") +
                     " run are not sampled from the target's law"};
}

ExitCode CodeOf(const std::vector<CheckedPair>& pairs) {
  const auto any = [&](CrossVerdict verdict) {
    return std::any_of(pairs.begin(), pairs.end(),
                       [&](const CheckedPair& pair) { return pair.judgement.verdict == verdict; });
  };
  if (any(CrossVerdict::kAnotherAlgorithm)) return ExitCode::kRegression;
  return any(CrossVerdict::kUnknown) ? ExitCode::kInconclusive : ExitCode::kDone;
}

}  // namespace

ExitCode ExecuteTexts(const TextsChoice& choice) {
  const Store store(choice.results, ReadingOptions(choice.results));
  std::vector<RunPair> runs;
  std::vector<CheckedRun> plain;
  for (const RunRecord& run : UnobservedRuns(ReadRuns(store))) {
    if (!IsGreedy(run)) continue;
    CheckedRun read = ReadCheckedRun(store, run.id, kWithIds);
    if (IsBaseline(run)) {
      plain.push_back(std::move(read));
    } else {
      runs.push_back({read, read});
    }
  }
  if (plain.empty() && runs.empty()) {
    ThrowBadInput(choice.results + ": found no greedy runs (--temperature 0), expected some");
  }
  for (RunPair& pair : runs) {
    const auto partner =
        std::find_if(plain.rbegin(), plain.rend(), [&](const CheckedRun& baseline) {
          return SessionOf(baseline->run) == SessionOf(pair.right->run);
        });
    if (partner != plain.rend()) pair.left = *partner;
  }
  std::vector<TextsPair> pairs;
  pairs.reserve(plain.size() + runs.size());
  for (const CheckedRun& run : plain) pairs.push_back({"none against itself", PairRepeats(run)});
  for (const RunPair& pair : runs) {
    const std::string name = ArmName(pair.right->run);
    if (IsBaseline(pair.left->run)) {
      pairs.push_back({name + " against none", PairAnswers(pair.left, pair.right)});
    }
    pairs.push_back({name + " against itself", PairRepeats(pair.right)});
  }
  std::erase_if(pairs, [](const TextsPair& pair) {
    return pair.check.answers.empty() && pair.check.without_ids == 0;
  });
  if (!choice.target.empty()) {
    std::vector<RunPair> all = runs;
    for (const CheckedRun& run : plain) all.push_back({run, run});
    TargetCheck target(choice.target, WeightModeFromName(choice.weights), LongestSequence(all),
                       UsableCores());
    for (TextsPair& pair : pairs) AddGaps(target, pair.check);
  }
  const Document document = TextsDocument(pairs, choice.largest_gap);
  WriteOutput(choice.format == "markdown" ? PrintMarkdown(document)
                                          : PrintTerminal(document, ColumnsOf(stdout)));
  return ExitCode::kDone;
}

ExitCode ExecuteCrosscheck(const CrosscheckChoice& choice) {
  const std::vector<RunPair> runs = ReadPairs(choice);
  for (const RunPair& pair : runs) {
    RefuseOneRun(pair, choice);
    RefuseOtherSampling(pair);
  }
  std::unique_ptr<TargetCheck> target;
  if (!choice.target.empty()) {
    target = std::make_unique<TargetCheck>(choice.target, WeightModeFromName(choice.weights),
                                           LongestSequence(runs), UsableCores());
  }
  std::vector<CheckedPair> pairs;
  for (const RunPair& run : runs) {
    CheckedPair& pair = pairs.emplace_back();
    pair.arm = run.left->run.drafter;
    pair.left = EngineText(run.left->run);
    pair.right = EngineText(run.right->run);
    pair.check = PairAnswers(run.left, run.right);
    if (IsGreedy(run.left->run)) {
      if (target != nullptr) {
        JudgeGreedy(*target, choice.rules, pair);
      } else {
        pair.judgement = Judge(pair.check, choice.rules);
      }
      continue;
    }
    if (target != nullptr) {
      pair.left_law = CheckLaw(*target, pair.check, run.left->run, true);
      pair.right_law = CheckLaw(*target, pair.check, run.right->run, false);
    }
    pair.judgement = JudgeSampled(pair);
  }
  if (choice.format == "json") {
    WriteOutput(CrosscheckJson(pairs));
  } else {
    const Document document = CrosscheckDocument(pairs);
    WriteOutput(choice.format == "markdown" ? PrintMarkdown(document)
                                            : PrintTerminal(document, ColumnsOf(stdout)));
  }
  return CodeOf(pairs);
}

}  // namespace dsb
