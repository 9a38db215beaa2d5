// A results file as a report sees it: sets of runs that answer one question, each with a baseline
// arm and its comparisons. Every printer reads this and nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "results/metrics/compare.h"
#include "results/metrics/depth.h"
#include "results/metrics/device.h"
#include "results/metrics/metrics.h"
#include "results/metrics/phases.h"
#include "results/metrics/scheduling.h"
#include "results/metrics/selection.h"

namespace dsb {

// What a report says of an arm's steps. These are most of a run's memory and not kept: whatever
// needs them is computed here.
struct StepFigures {
  std::optional<PhaseSummary> phases;
  std::optional<DeviceSummary> device;
  std::optional<SchedulingSummary> scheduling;
  std::string policy_inert;
  std::vector<DepthFigures> depths;
};

struct ReportArm {
  CheckedRun data;  // without token ids and steps
  std::string name = {};
  RequestCounts counts = {};
  std::vector<std::string> scopes = {};
  std::vector<MetricRecord> metrics = {};
  std::vector<MetricNote> notes = {};
  StepFigures steps = {};
  std::string broken = {};  // the invariants that its rows break, in words

  const MetricRecord* Find(const std::string& metric, const std::string& scope) const {
    return FindMetric(metrics, metric, scope);
  }
  std::optional<double> ValueOf(const std::string& metric, const std::string& scope) const {
    const MetricRecord* const record = Find(metric, scope);
    return record == nullptr ? std::nullopt : record->estimate.value;
  }
};

// What disturbed the arm's times (flag contended), in words; empty if nothing did.
std::string ContentionOf(const RunData& data);
// The arm's name beside a time: "NAME !" if its times were disturbed.
std::string TimedName(const ReportArm& arm);

// The watched twin of an arm and what watching cost.
struct ReportObserver {
  size_t arm = 0;         // index into ReportSet::arms
  ReportArm observed;     // its device times, phases and kernels
  MetricRecord overhead;  // observer_overhead, paired by prompt
};

struct ReportComparison {
  size_t candidate = 0, baseline = 0;  // indices into ReportSet::arms
  std::vector<ArmComparison> scopes;   // all first, then domains and data sets
  const ArmComparison* Find(const std::string& scope) const;
};

struct ReportSet {
  std::vector<ReportArm> arms;  // baselines first, then in the order they were run
  std::vector<ReportComparison> comparisons;
  std::vector<ReportObserver> observers;                         // of --device-time
  const ReportComparison* ComparisonOf(size_t candidate) const;  // null for a baseline
  const ReportObserver* ObserverOf(size_t arm) const;            // null: not observed
  // Where an arm's phases and device times are: its twin, or the arm itself.
  const ReportArm& TimesOf(size_t arm) const;
};

struct ReportModel {
  MetricOptions options;
  std::vector<ReportSet> sets;
  int64_t num_runs = 0;
  int64_t num_empty_runs =
      0;  // runs without a finished request that is not warm-up: left out of the sets
  std::vector<std::string> left_out = {};  // runs that this build cannot read, and why
};

// Runs with nothing to show are counted, not reported. A candidate's baseline is the drafter-none
// run of the same session (one call of `dsbench run`), or else the nearest one in the file.
ReportModel BuildModel(std::vector<CheckedRun> runs, const MetricOptions& options);
// The same of runs that are read when they are needed, few at a time: `read` is called once for
// each of 0 .. num_runs - 1, from several threads, by one of them at a time.
ReportModel BuildModel(size_t num_runs, const std::function<CheckedRun(size_t)>& read,
                       const MetricOptions& options);
ReportArm MakeArm(CheckedRun data, const MetricOptions& options);
// What watching cost: the row of metric observer_overhead, of the observed run.
MetricRecord ObserverOverhead(const CheckedRun& unobserved, const CheckedRun& observed,
                              const MetricOptions& options);

}  // namespace dsb
