// The parts of ComputeMetrics: each adds the rows of one family. Used by metrics.cc only.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "results/metrics/intervals.h"
#include "results/metrics/metrics.h"
#include "results/metrics/selection.h"

namespace dsb {

inline double AsDouble(int64_t value) { return static_cast<double>(value); }

// One computation's input and output.
struct MetricContext {
  const CheckedRun& run;
  const RunData& data;  // of the run
  const MetricOptions& options;
  std::vector<MetricNote>* notes = nullptr;
  std::vector<RequestFacts> facts = {};  // of data.requests
  std::vector<MetricRecord> metrics = {};

  RequestFacts* FactsOf(const RequestRow* row) {
    return &facts[static_cast<size_t>(row - data.requests.data())];
  }
  void Add(Estimate estimate, const std::string& metric, const std::string& scope);
  void AddPlain(double value, int64_t n, const std::string& metric, const std::string& scope);
  void Note(const std::string& metric, const std::string& note);  // of all
};

void AddAcceptanceRows(const std::string& scope, const Selection& selection,
                       MetricContext* context);
void AddTimingRows(const std::string& scope, const Selection& selection, MetricContext* context);
void AddLoadRows(MetricContext* context);
void AddSloRows(MetricContext* context);
void AddPhaseRows(MetricContext* context);
void AddDeviceRows(MetricContext* context);

}  // namespace dsb
