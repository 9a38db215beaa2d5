// A results file as a report sees it: sets of runs that answer one question, each with a baseline
// arm and its comparisons. Every printer reads this and nothing else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "results/metrics.h"
#include "results/metrics_compare.h"
#include "results/metrics_selection.h"
#include "results/reader.h"

namespace dsb {

struct ReportArm {
  RunData data;  // without token ids
  std::string name;
  RequestCounts counts;
  std::vector<std::string> scopes;
  std::vector<MetricRecord> metrics;
  std::vector<MetricNote> notes;

  const MetricRecord* Find(const std::string& metric, const std::string& scope) const {
    return FindMetric(metrics, metric, scope);
  }
};

struct ReportComparison {
  size_t candidate = 0, baseline = 0;  // indices into ReportSet::arms
  std::vector<ArmComparison> scopes;   // all first, then domains and data sets
  const ArmComparison* Find(const std::string& scope) const;
};

struct ReportSet {
  std::vector<ReportArm> arms;  // baselines first, then in the order they were run
  std::vector<ReportComparison> comparisons;
  const ReportComparison* ComparisonOf(size_t candidate) const;  // null for a baseline
};

struct ReportModel {
  MetricOptions options;
  std::vector<ReportSet> sets;
  int64_t num_runs = 0;
  int64_t num_empty_runs =
      0;  // runs without a finished request that is not warm-up: left out of the sets
};

// Runs with nothing to show are counted, not reported. A candidate's baseline is the drafter-none
// run of the same session (one call of `dsbench run`), or else the nearest one in the file. Throws
// as ReadRuns and ReadRun do.
ReportModel BuildModel(const Store& store, const MetricOptions& options);
// The same from runs in memory.
ReportModel BuildModel(std::vector<RunData> runs, const MetricOptions& options);
ReportArm MakeArm(RunData data, const MetricOptions& options);

}  // namespace dsb
