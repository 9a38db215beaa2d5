#include "harness/crosscheck/crosscheck_command.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/console.h"
#include "harness/crosscheck/run_pairs.h"
#include "harness/crosscheck/target_check.h"
#include "harness/machine/environment.h"
#include "harness/options/names.h"
#include "harness/run/results_file.h"
#include "harness/terminal/screen.h"
#include "reports/pairing/find_run.h"
#include "reports/text/number_text.h"
#include "results/run_facts.h"
#include "results/store/checked_reader.h"

namespace dsb {
namespace {

// Of each drafter the newest complete run of either side.
std::vector<std::pair<int64_t, int64_t>> PairByDrafter(const std::vector<RunRecord>& left,
                                                       const std::vector<RunRecord>& right,
                                                       std::vector<UnpairedArm>& unpaired) {
  const auto newest = [](const std::vector<RunRecord>& runs, const std::string& drafter) {
    std::vector<const RunRecord*> same;
    for (const RunRecord& run : runs) {
      if (run.drafter == drafter) same.push_back(&run);
    }
    return NewestOf(same);
  };
  std::vector<std::pair<int64_t, int64_t>> pairs;
  std::set<std::string> seen;
  for (const RunRecord& run : left) {
    if (!seen.insert(run.drafter).second) continue;
    const RunRecord* const other = newest(right, run.drafter);
    if (other != nullptr) {
      pairs.emplace_back(newest(left, run.drafter)->id, other->id);
    } else {
      unpaired.push_back({run.drafter, "first", "second"});
    }
  }
  for (const RunRecord& run : right) {
    if (seen.insert(run.drafter).second) unpaired.push_back({run.drafter, "second", "first"});
  }
  return pairs;
}

std::vector<RunPair> ReadPairs(const CrosscheckChoice& choice, std::vector<UnpairedArm>& unpaired) {
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
    ids = PairByDrafter(left_runs, right_runs, unpaired);
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

// What makes answers or rounds differ in the best of engines.
void RefuseOtherSettings(const RunPair& pair) {
  const RunRecord &a = pair.left->run, &b = pair.right->run;
  const auto facts = [](const RunRecord& run, bool drafts) {
    std::vector<Fact> all = {{"temperature", Shortest(run.temperature)},
                             {"top_p", Shortest(run.top_p)},
                             {"top_k", std::to_string(run.top_k)},
                             {"max_tokens", std::to_string(run.max_tokens)}};
    // 0: how many drafts a server makes is its own.
    if (drafts) all.push_back({"draft_length", std::to_string(run.draft_length)});
    return all;
  };
  const bool drafts = a.draft_length > 0 && b.draft_length > 0;
  std::string found;
  for (const Difference& difference : Differences(facts(a, drafts), facts(b, drafts))) {
    found += (found.empty() ? "" : ", ") + DifferenceText(difference, {"first", "second"});
  }
  if (found.empty()) return;
  ThrowBadInput("runs " + std::to_string(a.id) + " and " + std::to_string(b.id) +
                " were asked differently: " + found + ", expected the same");
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
  if (auto unknown = TooFewCompared(pair.check)) return *unknown;
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

ExitCode ExecuteCrosscheck(const CrosscheckChoice& choice) {
  std::vector<UnpairedArm> unpaired;
  const std::vector<RunPair> runs = ReadPairs(choice, unpaired);
  for (const RunPair& pair : runs) {
    RefuseOneRun(pair, choice);
    RefuseOtherSettings(pair);
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
    WriteOutput(CrosscheckJson(pairs, unpaired));
  } else {
    const Document document = CrosscheckDocument(pairs, unpaired);
    WriteOutput(choice.format == "markdown" ? PrintMarkdown(document)
                                            : PrintTerminal(document, ColumnsOf(stdout)));
  }
  return CodeOf(pairs);
}

}  // namespace dsb
