// Two runs, of one file or of two, paired prompt by prompt: which runs, whether they may be
// compared, and what the pairs say. No text of a report.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "results/metrics/compare.h"
#include "results/store/checked_reader.h"

namespace dsb {

struct CompareOptions {
  MetricOptions metrics;
  // A run: its number in the file, or an arm's or a drafter's name (the newest complete run, else
  // the newest). Empty: the file's only arm. Both empty: every arm that both files have, or, for
  // one store, every arm against drafter none.
  std::string baseline_run, candidate_run;
  // Fields of ComparableFacts that may differ.
  std::vector<std::string> across;
};

struct ComparedPair {
  CheckedRun baseline, candidate;
  std::vector<std::string> across = {};   // fields that differ and were allowed to
  std::vector<std::string> unknown = {};  // fields that only one side's file has
  std::vector<ArmComparison> scopes =
      {};  // all first, then the domains and data sets of the baseline
  // The observed twins, where --device-time made them.
  std::optional<CheckedRun> baseline_times = {}, candidate_times = {};
};

// kBadInput if a field of ComparableFacts differs that `across` does not name, or if `across` names
// no such field.
ComparedPair ComparePair(CheckedRun baseline, CheckedRun candidate, const CompareOptions& options);

// The run that `selector` names: its number, an arm's or a drafter's name (the newest complete one,
// else the newest), or "" for the only arm. kBadInput naming `side` and what the file has.
const RunRecord& FindRun(const std::vector<RunRecord>& runs, const std::string& selector,
                         const char* side);

// The runs that the options name: pairs of (baseline, candidate) run ids. kBadInput if there are
// none.
std::vector<std::pair<int64_t, int64_t>> ChoosePairs(const std::vector<RunRecord>& baseline,
                                                     const std::vector<RunRecord>& candidate,
                                                     bool same_store,
                                                     const CompareOptions& options);

// The observed twin of `run` in its file.
std::optional<CheckedRun> ReadTimesOf(const Store& store, const RunRecord& run);

}  // namespace dsb
