#include "results/metrics/metrics.h"

#include <cmath>
#include <utility>

#include "results/metrics/rows.h"

namespace dsb {

void MetricContext::Add(Estimate estimate, const std::string& metric, const std::string& scope) {
  if (notes != nullptr && !estimate.note.empty()) notes->push_back({metric, scope, estimate.note});
  metrics.push_back({.run_id = data.run.id,
                     .metric = metric,
                     .scope = scope,
                     .unit = std::string(DefinitionOf(metric).unit),
                     .estimate = std::move(estimate)});
}

void MetricContext::AddPlain(double value, int64_t n, const std::string& metric,
                             const std::string& scope) {
  Estimate estimate;
  if (std::isfinite(value)) estimate.value = value;
  estimate.n = n;
  Add(std::move(estimate), metric, scope);
}

void MetricContext::Note(const std::string& metric, const std::string& note) {
  if (notes != nullptr) notes->push_back({metric, "all", note});
}

std::vector<MetricRecord> ComputeMetrics(const CheckedRun& run, const MetricOptions& options,
                                         std::vector<MetricNote>* notes) {
  MetricContext context{run, *run, options, notes};
  for (const RequestRow& row : run->requests) context.facts.push_back(FactsOf(row.request));
  const bool natural =
      !run->flags.contains("ignore_eos") && !run->flags.contains("synthetic_acceptance");
  for (const std::string& scope : ScopesOf(*run)) {
    const Selection selection = Select(*run, scope);
    if (natural) AddAcceptanceRows(scope, selection, &context);
    AddTimingRows(scope, selection, &context);
  }
  AddLoadRows(&context);
  AddSloRows(&context);
  AddPhaseRows(&context);
  AddDeviceRows(&context);
  return std::move(context.metrics);
}

const MetricRecord* FindMetric(std::span<const MetricRecord> metrics, std::string_view metric,
                               std::string_view scope) {
  for (const MetricRecord& record : metrics) {
    if (record.metric == metric && record.scope == scope) return &record;
  }
  return nullptr;
}

std::string PositionScope(const std::string& scope, int64_t k) {
  const std::string position = "position:" + std::to_string(k);
  return scope == "all" ? position : scope + "/" + position;
}

}  // namespace dsb
