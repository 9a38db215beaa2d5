// Two runs, of one file or of two, paired prompt by prompt: which runs, whether they may be
// compared, and what the pairs say. No text of a report.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/pairing/find_run.h"
#include "results/metrics/compare.h"
#include "results/store/checked_reader.h"

namespace dsb {

struct CompareOptions {
  MetricOptions metrics;
  // A run as FindRun takes it. Empty beside a named one: of one store the plain arm (drafter none)
  // as baseline and every other arm as candidates, of two the other file's run of the same arm, or
  // its only arm. Both empty: every arm that both files have, or, for one store, every arm against
  // the plain one.
  std::string baseline_run, candidate_run;
  // Fields of ComparableFacts that may differ.
  std::vector<std::string> across;
};

struct ComparedPair {
  CheckedRun baseline, candidate;
  std::vector<std::string> across = {};   // fields that differ and were allowed to
  std::vector<std::string> unknown = {};  // fields that only one side's file has
  std::vector<ArmComparison> scopes =
      {};                 // all first, then the domains and data sets of the baseline
  bool same_run = false;  // one run, or a copy of it, on both sides
  // The observed twins, where --device-time made them.
  std::optional<CheckedRun> baseline_times = {}, candidate_times = {};
};

// kBadInput if a field of ComparableFacts differs that `across` does not name, or if `across` names
// no such field.
ComparedPair ComparePair(CheckedRun baseline, CheckedRun candidate, const CompareOptions& options);

// What is compared: pairs of (baseline, candidate) run ids, and the runs of arms that only one of
// the files has.
struct ChosenPairs {
  std::vector<std::pair<int64_t, int64_t>> pairs;
  std::vector<int64_t> only_baseline = {}, only_candidate = {};
};

// Arms that only one of two files has, as "dspark fixed 7 #2".
struct UnpairedArms {
  std::vector<std::string> baseline, candidate;
};
std::vector<std::string> NamesOf(const std::vector<RunRecord>& runs,
                                 const std::vector<int64_t>& ids);

// The runs that the options name. kBadInput if there are none.
ChosenPairs ChooseRuns(const std::vector<RunRecord>& baseline,
                       const std::vector<RunRecord>& candidate, bool same_store,
                       const CompareOptions& options);
// Its pairs alone.
std::vector<std::pair<int64_t, int64_t>> ChoosePairs(const std::vector<RunRecord>& baseline,
                                                     const std::vector<RunRecord>& candidate,
                                                     bool same_store,
                                                     const CompareOptions& options);

// The observed twin of `run` in its file.
std::optional<CheckedRun> ReadTimesOf(const Store& store, const RunRecord& run);

}  // namespace dsb
