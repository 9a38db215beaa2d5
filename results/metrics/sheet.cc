#include "results/metrics/sheet.h"

#include <algorithm>
#include <utility>

namespace dsb {
namespace {

// 30 -> "30", 7.5 -> "7.5".
std::string RateName(double tokens_per_s) {
  std::string name = std::to_string(tokens_per_s);
  name.erase(name.find_last_not_of('0') + 1);
  if (name.back() == '.') name.pop_back();
  return name;
}

}  // namespace

MetricSheet::MetricSheet(std::string scope, std::initializer_list<MetricKind> kinds,
                         const Spread& spread)
    : scope_(std::move(scope)) {
  for (const MetricDefinition& metric : MetricCatalogue()) {
    if (!metric.is_ratio() || std::count(kinds.begin(), kinds.end(), metric.kind) == 0) continue;
    const std::string name(metric.metric);
    const auto add_positions = [&](int64_t positions) {
      for (int64_t k = 1; k <= positions; ++k) {
        AddColumn(metric, name, PositionScope(scope_, k), AsDouble(k));
      }
    };
    switch (metric.spread) {
      case MetricSpread::kOnce:
        AddColumn(metric, name, scope_, 0);
        break;
      case MetricSpread::kPositions:
        add_positions(spread.positions);
        break;
      case MetricSpread::kJudgedPositions:
        add_positions(spread.judged_positions);
        break;
      case MetricSpread::kReadingRates:
        for (const double rate : spread.reading_rates) {
          AddColumn(metric, name + "_" + RateName(rate), scope_, rate);
        }
        break;
    }
  }
  table_ = ClusterTable(2 * static_cast<int64_t>(columns_.size()));
}

void MetricSheet::AddColumn(const MetricDefinition& metric, std::string name, std::string scope,
                            double at) {
  columns_.push_back({&metric, at});
  keys_.push_back({std::move(name), std::move(scope)});
}

void MetricSheet::AddRow(const RequestRow& row, RequestFacts* facts) {
  std::vector<double> sums;
  for (const Column& column : columns_) {
    facts->at = column.at;
    sums.push_back(column.metric->numerator(*facts));
    sums.push_back(column.metric->denominator(*facts));
  }
  table_.Add(row.prompt.dataset, ClusterOf(row), sums);
}

void MetricSheet::AppendTo(MetricContext* context) const {
  const std::vector<Estimate> ratios =
      RatiosWithIntervals(table_, scope_, keys_, context->options.bootstrap, context->data.metrics);
  for (size_t i = 0; i < ratios.size(); ++i) {
    context->Add(ratios[i], keys_[i].metric, keys_[i].scope);
  }
}

}  // namespace dsb
