#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/console.h"
#include "harness/crosscheck/crosscheck_command.h"
#include "harness/crosscheck/run_pairs.h"
#include "harness/machine/environment.h"
#include "harness/options/names.h"
#include "harness/run/results_file.h"
#include "harness/terminal/screen.h"
#include "reports/crosscheck/crosscheck_document.h"
#include "reports/pairing/find_run.h"
#include "results/run_facts.h"
#include "results/store/checked_reader.h"

namespace dsb {

ExitCode ExecuteTexts(const TextsChoice& choice) {
  const Store store(choice.results, ReadingOptions(choice.results));
  std::vector<RunPair> runs;
  std::vector<CheckedRun> plain;
  std::vector<std::string> notes;
  for (const RunRecord& run : UnobservedRuns(ReadRuns(store))) {
    if (!IsGreedy(run)) {
      notes.push_back("Not compared: " + ShownName(run) + " #" + std::to_string(run.id) +
                      ": its answers are sampled.");
      continue;
    }
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
    } else {
      notes.push_back("Not compared: " + name + " #" + std::to_string(pair.right->run.id) +
                      ": no plain run was started with it.");
    }
    pairs.push_back({name + " against itself", PairRepeats(pair.right)});
  }
  std::erase_if(pairs, [](const TextsPair& pair) {
    return pair.check.answers.empty() && pair.check.num_left_out() == 0;
  });
  if (pairs.empty()) {
    ThrowBadInput(choice.results +
                  ": found no two greedy answers to one prompt, expected an arm beside a plain one "
                  "of the same command, or --repeats 2");
  }
  if (!choice.target.empty()) {
    std::vector<RunPair> all = runs;
    for (const CheckedRun& run : plain) all.push_back({run, run});
    TargetCheck target(choice.target, WeightModeFromName(choice.weights), LongestSequence(all),
                       UsableCores());
    for (TextsPair& pair : pairs) AddGaps(target, pair.check);
  }
  const Document document = TextsDocument(pairs, choice.largest_gap, notes);
  WriteOutput(choice.format == "markdown" ? PrintMarkdown(document)
                                          : PrintTerminal(document, ColumnsOf(stdout)));
  return ExitCode::kDone;
}

}  // namespace dsb
