// Every metric that there is: name, unit, direction, kind and definition, and of a ratio metric its
// two sums. One row of one table each: the sheet of a run, the paired table of two, the gate's
// lists and the printed definitions are loops over it. A new ratio metric is one row.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "results/metrics/request_facts.h"

namespace dsb {

enum class MetricKind {
  kAcceptance,  // of rounds: does not depend on time
  kConfidence,  // of rounds that have confidences
  kTiming,      // of timed requests
  kOutput,      // of timed requests, but of what they answered
  kLoad,        // of the window
  kPhase,       // of steps
  kDevice,      // of steps with device times
  kObserver,    // of two runs
};

// What a ratio metric is asked for, each its own column.
enum class MetricSpread { kOnce, kPositions, kJudgedPositions, kReadingRates };

struct MetricDefinition {
  std::string_view metric, unit;
  int better;  // +1: more is better, -1: less is better, 0: neither
  MetricKind kind;
  std::string_view definition;
  // A ratio metric is sum of `numerator` / sum of `denominator` over requests; others have neither.
  double (*numerator)(const RequestFacts& facts) = nullptr;
  double (*denominator)(const RequestFacts& facts) = nullptr;
  MetricSpread spread = MetricSpread::kOnce;
  int compared = 0;  // place among the metrics that two runs are compared on, from 1; 0: not

  bool is_ratio() const { return numerator != nullptr; }
};

// All metrics that ComputeMetrics can give, in the order in which it gives them (of a kind: ratios
// first), and observer_overhead.
std::span<const MetricDefinition> MetricCatalogue();
// The metric itself, or the longest entry that its name continues: phase_wall_verify is of
// phase_wall. Checks that there is one.
const MetricDefinition& DefinitionOf(std::string_view metric);

// The ratio metrics that compare and gate form paired ratios of, in the order in which they are
// shown.
std::span<const MetricDefinition* const> ComparedMetrics();
const MetricDefinition* FindCompared(std::string_view metric);  // null if it is not compared

}  // namespace dsb
