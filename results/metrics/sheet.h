// A sheet of ratio metrics over one scope: each row a request's two sums per metric, added up by
// prompt, so that one set of resamples gives every interval. Used by ComputeMetrics only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "results/metrics/metrics.h"

namespace dsb {

// "all" + "position:3" -> "position:3"; "domain:math" + "position:3" -> "domain:math/position:3".
std::string JoinScope(const std::string& scope, const std::string& part);

class MetricSheet {
 public:
  // `part`: the scope inside the scope, or empty. All ratios are named before the first row.
  void AddRatio(std::string metric, std::string part = "");
  int64_t num_ratios() const { return static_cast<int64_t>(names_.size()); }

  // One request; `sums` holds numerator and denominator of each ratio in turn, [2 * num_ratios].
  void AddRow(const RequestRow& row, const std::vector<double>& sums);

  // The rows of `scope`, in the order of AddRatio.
  void Append(const std::string& scope, const MetricOptions& options, int64_t run_id,
              std::vector<MetricRecord>* metrics, std::vector<MetricNote>* notes) const;

 private:
  struct Name {
    std::string metric, part;
  };
  std::vector<Name> names_;
  std::optional<ClusterTable> table_;
};

// Adds one row of the metric table, and its note if there is one.
void AppendMetric(const Estimate& estimate, std::string metric, std::string scope, int64_t run_id,
                  std::vector<MetricRecord>* metrics, std::vector<MetricNote>* notes);

}  // namespace dsb
