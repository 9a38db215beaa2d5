// The parts of ComputeMetrics: each adds the rows of one family. Used by metrics.cc only.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "results/metrics/metrics.h"
#include "results/metrics/selection.h"
#include "results/metrics/sheet.h"

namespace dsb {

inline double AsDouble(int64_t value) { return static_cast<double>(value); }

// One computation's input and output.
struct MetricContext {
  const RunData& data;
  const MetricOptions& options;
  std::vector<MetricRecord> metrics = {};
  std::vector<MetricNote>* notes = nullptr;

  void Add(const Estimate& estimate, const std::string& metric, const std::string& scope) {
    AppendMetric(estimate, metric, scope, data.run.id, &metrics, notes);
  }
  void AddPlain(double value, int64_t n, const std::string& metric, const std::string& scope) {
    Estimate estimate;
    if (std::isfinite(value)) estimate.value = value;
    estimate.n = n;
    Add(estimate, metric, scope);
  }
};

void AddAcceptanceRows(const std::string& scope, const Selection& selection,
                       MetricContext* context);
void AddTimingRows(const std::string& scope, const Selection& selection, MetricContext* context);

}  // namespace dsb
