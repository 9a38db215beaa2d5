// What a gate looks at and what it found, as plain data: pairs of runs in, tests, rules and one
// verdict out (measurement.md 8). No decision here.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reports/gate/policy.h"
#include "results/checked_run.h"
#include "results/facts.h"
#include "results/statistics/bootstrap.h"
#include "results/store/verdict_rows.h"

namespace dsb {

enum class GateState { kPass, kFail, kInconclusive, kNotComparable };
// "pass", "fail", "inconclusive", "not_comparable".
const char* GateStateName(GateState state);
// 0, 1, 4, 2.
int GateExitCode(GateState state);

// One arm: its baseline, its candidate, and what else is known. Runs with their token ids.
struct GatePair {
  CheckedRun baseline, candidate;
  std::optional<CheckedRun> anchor = {};               // the pinned release's run of this arm
  std::optional<CheckedRun> target_only = {};          // drafter none, same question, greedy
  std::map<std::string, NoiseFloorRecord> noise = {};  // by metric
  std::string name = {};  // tells it from the other pairs; empty: the candidate's arm does
};
std::string NameOf(const GatePair& pair);

// One primary metric of one arm on one data set. Losses are relative changes in the bad direction:
// 1 - ratio if more is better, else ratio - 1.
struct GateTest {
  std::string arm, against;  // baseline, anchor
  std::string metric, scope;
  double margin = 0;
  Estimate ratio;  // candidate / baseline; of exact_match the share of equal answers
  std::optional<double> baseline, candidate;
  std::optional<double> loss, lo, hi;
  std::optional<double> p, p_holm;    // one-sided, of "the loss is at most the margin"
  std::optional<double> noise_floor;  // p95 of |log ratio| between equal runs
  std::string blocked;                // why it may not decide, whatever its interval says
  GateState state = GateState::kInconclusive;
  std::string reason;
  std::optional<int64_t> needed_n;  // prompts
};

// A metric that is shown and never decides.
struct GateSecondary {
  std::string arm, metric;
  Estimate ratio;              // candidate / baseline, all data sets
  std::optional<double> p, q;  // two-sided, of "no difference"; q over all of them
};

// A rule without statistics.
struct GateRule {
  std::string arm, rule;
  enum class Outcome { kHolds, kBroken, kNotChecked } outcome = Outcome::kHolds;
  std::string detail;
};

struct GateDifference {
  std::string arm;
  Difference what;  // before: the baseline's; after: the candidate's
};

// What was found while the runs of the files were chosen.
struct GateFindings {
  std::vector<GateDifference> differences;
  std::vector<std::string> warnings;
};

struct GateArm {
  std::string name;
  int64_t baseline_run = 0, candidate_run = 0;
  std::string baseline_uuid, candidate_uuid;
  std::optional<int64_t> anchor_run;
  int64_t pairs = 0, only_baseline = 0, only_candidate = 0;
};

struct GateVerdict {
  GateState state = GateState::kInconclusive;
  GatePolicy policy;
  BootstrapOptions bootstrap;
  std::string across;  // a field that was allowed to differ and did
  std::vector<GateArm> arms;
  std::vector<GateDifference> differences;  // why not comparable
  std::vector<GateRule> rules;
  std::vector<GateTest> tests;
  std::vector<GateSecondary> secondary;
  std::vector<std::string> reasons;  // of the state, most important first
  std::vector<std::string> warnings;
};

}  // namespace dsb
