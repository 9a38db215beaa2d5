// The rows that a gate leaves behind and reads back (measurement.md 12): comparison,
// comparison_metric and noise_floor. It decides nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "results/records.h"
#include "results/store/store.h"

namespace dsb {

struct ComparisonMetricRecord {
  std::string metric, scope;
  double ratio = 0, lo = 0, hi = 0, margin = 0;  // candidate / baseline
  std::optional<double> p_holm;
  std::string state;  // pass, fail, inconclusive
  std::optional<int64_t> needed_n;
};

struct ComparisonRecord {
  int64_t baseline_run_id = 0, candidate_run_id = 0;  // both in this file
  std::string policy_json, state, created_utc, verdict_json;
  int64_t exit_code = 0;
  std::vector<ComparisonMetricRecord> metrics;
};

// What repeated runs of one arm differ by, though nothing changed.
struct NoiseFloorRecord {
  std::string metric;
  int64_t pairs = 0;
  double p95_abs_log_ratio = 0;
  double false_alarm_rate = 0;  // share of the pairs that the gate failed
  std::string created_utc;
  // Of reading only: what it was recorded on.
  std::string environment_fingerprint = {}, workload_sha256 = {};
  std::string build_version = {}, build_git_commit = {};
};

// One transaction. Returns the comparison's id.
int64_t PutComparison(Store& store, const ComparisonRecord& record);
// Replaces the record of the same machine, build, workload and metric.
void PutNoiseFloor(Store& store, const NoiseFloorRecord& record, int64_t environment_id,
                   int64_t build_id, int64_t workload_artifact_id);
std::vector<NoiseFloorRecord> ReadNoiseFloors(const Store& store);  // oldest first
int64_t CountComparisons(const Store& store);

}  // namespace dsb
