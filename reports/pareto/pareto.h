// Load points as a curve: what all users get together beside what each of them gets, over runs of
// equal load and arm, with those marked that another point beats in both. Points are never joined
// or interpolated. Pure functions of runs with their metrics.
#pragma once

#include <string>
#include <vector>

#include "reports/document/document.h"
#include "results/records.h"
#include "results/statistics/estimate.h"

namespace dsb {

// One run of a pass over all points: runs of one load and `pass` are pairs.
struct PointRun {
  RunRecord run;
  std::vector<MetricRecord> metrics;
  std::vector<std::string> flags;
  int64_t pass = 0;
  std::string arm = {};  // its name in the report; empty: ArmName
};

struct ParetoPoint {
  std::string load, arm;
  std::vector<int64_t> runs;                        // their ids, in order
  Estimate output_tokens_per_s, user_tokens_per_s;  // t_runs over passes
  Estimate decode_concurrency, budget;              // likewise; of the metrics mean_..., budget
  // Against the plain arm at the same load, paired by pass; no value for itself or without one.
  Estimate user_speedup, output_gain;
  std::optional<double> accepted_length;  // mean over passes
  std::vector<std::string> flags;         // that any of its runs has
  bool dominated = false;                 // another point has no less of both and more of one
};

// "users 8", "2.5/s poisson", ...
std::string LoadName(const RunRecord& run);
// In the order of the runs: by load, then by arm.
std::vector<ParetoPoint> ParetoPoints(const std::vector<PointRun>& runs, double level = 0.95);
Document ParetoDocument(const std::vector<ParetoPoint>& points);

}  // namespace dsb
