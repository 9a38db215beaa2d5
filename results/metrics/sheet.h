// A sheet of ratio metrics over one scope: a column for each ratio of the catalogue that belongs on
// it, each row a request's sums, added up by prompt, so that one set of resamples gives every
// interval. Used by ComputeMetrics only.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "results/metrics/rows.h"

namespace dsb {

class MetricSheet {
 public:
  // What the metrics that spread are asked for.
  struct Spread {
    int64_t positions = 0, judged_positions = 0;
    std::vector<double> reading_rates = {};
  };
  // The ratios of these kinds, in the order of the catalogue.
  MetricSheet(std::string scope, std::initializer_list<MetricKind> kinds, const Spread& spread);

  // One request; its facts are asked for every column in turn.
  void AddRow(const RequestRow& row, RequestFacts* facts);
  // A row of the metric table for each column.
  void AppendTo(MetricContext* context) const;

 private:
  struct Column {
    const MetricDefinition* metric;
    double at;  // RequestFacts::at
  };
  void AddColumn(const MetricDefinition& metric, std::string name, std::string scope, double at);

  std::string scope_;
  std::vector<Column> columns_;
  std::vector<RatioKey> keys_;  // of the columns
  ClusterTable table_{0};
};

}  // namespace dsb
