#include "reports/report/tidy_table.h"

namespace dsb {
namespace {

template <typename T>
DataCell CellOf(const std::optional<T>& value) {
  DataCell cell;
  if (value) cell = *value;
  return cell;
}

class Rows {
 public:
  Rows(DataTable* table, int64_t set) : table_(table), set_(set) {}

  void Add(const ReportArm& arm, const ReportArm* baseline, const std::string& scope,
           const std::string& metric, const std::string& unit, const Estimate& estimate) {
    std::optional<int64_t> before;
    if (baseline != nullptr) before = baseline->data->run.id;
    table_->rows.push_back({set_, arm.data->run.label, arm.name, arm.data->run.id, CellOf(before),
                            scope, metric, unit, CellOf(estimate.value), CellOf(estimate.lo),
                            CellOf(estimate.hi), CellOf(estimate.interval_level()), estimate.method,
                            estimate.n});
  }

 private:
  DataTable* table_;
  int64_t set_;
};

}  // namespace

DataTable TidyTable(const ReportModel& model) {
  DataTable table;
  table.columns = {"set",  "label", "arm", "run", "baseline_run", "scope",  "metric",
                   "unit", "value", "lo",  "hi",  "level",        "method", "n"};
  int64_t number = 0;
  for (const ReportSet& set : model.sets) {
    Rows rows(&table, ++number);
    for (const ReportArm& arm : set.arms) {
      for (const MetricRecord& metric : arm.metrics) {
        rows.Add(arm, nullptr, metric.scope, metric.metric, metric.unit, metric.estimate);
      }
    }
    for (const ReportComparison& comparison : set.comparisons) {
      const ReportArm &arm = set.arms[comparison.candidate],
                      *before = &set.arms[comparison.baseline];
      for (const ArmComparison& scope : comparison.scopes) {
        const auto add = [&](const std::string& metric, const PairedEstimate& ratio) {
          rows.Add(arm, before, scope.scope, metric, "1", ratio.ratio);
        };
        add("speedup", scope.factors.speedup);
        add("accepted_length_factor", scope.factors.accepted_length_factor);
        add("step_time_factor", scope.factors.step_time_factor);
        for (const ComparedMetric& metric : scope.metrics) add(metric.metric, metric.ratio);
      }
    }
  }
  return table;
}

}  // namespace dsb
