// Columns of the tables in schema_derived_tables.cc.
#include "results/store/tables.h"

namespace dsb {
namespace {

constexpr auto kIdColumn = ColumnUse::kRowId;

constexpr Column<MetricRow> kMetricColumns[] = {
    {"run_id", &MetricRow::run_id, 1, kIdColumn},
    {"metric", &MetricRow::metric},
    {"scope", &MetricRow::scope},
    {"unit", &MetricRow::unit},
    {"value", &MetricRow::value},
    {"lo", &MetricRow::lo},
    {"hi", &MetricRow::hi},
    {"level", &MetricRow::level},
    {"method", &MetricRow::method},
    {"n", &MetricRow::n},
    {"num_resamples", &MetricRow::num_resamples},
    {"statistics_seed", &MetricRow::statistics_seed},
    {"definition_version", &MetricRow::definition_version},
};

constexpr Column<ComparisonRecord> kComparisonColumns[] = {
    {"baseline_run_id", &ComparisonRecord::baseline_run_id, 1, kIdColumn},
    {"candidate_run_id", &ComparisonRecord::candidate_run_id, 1, kIdColumn},
    {"policy_json", &ComparisonRecord::policy_json},
    {"state", &ComparisonRecord::state},
    {"exit_code", &ComparisonRecord::exit_code},
    {"created_utc", &ComparisonRecord::created_utc},
    {"verdict_json", &ComparisonRecord::verdict_json},
};

constexpr Column<ComparisonMetricRecord> kComparisonMetricColumns[] = {
    {"metric", &ComparisonMetricRecord::metric},
    {"scope", &ComparisonMetricRecord::scope},
    {"ratio", &ComparisonMetricRecord::ratio},
    {"lo", &ComparisonMetricRecord::lo},
    {"hi", &ComparisonMetricRecord::hi},
    {"margin", &ComparisonMetricRecord::margin},
    {"p_holm", &ComparisonMetricRecord::p_holm},
    {"state", &ComparisonMetricRecord::state},
    {"needed_n", &ComparisonMetricRecord::needed_n},
};

constexpr Column<NoiseFloorRecord> kNoiseFloorColumns[] = {
    {"metric", &NoiseFloorRecord::metric},
    {"pairs", &NoiseFloorRecord::pairs},
    {"p95_abs_log_ratio", &NoiseFloorRecord::p95_abs_log_ratio},
    {"false_alarm_rate", &NoiseFloorRecord::false_alarm_rate},
    {"created_utc", &NoiseFloorRecord::created_utc},
};

}  // namespace

constinit const StoredTable<MetricRow> kMetricTable{"metric", {}, kMetricColumns};
constinit const StoredTable<ComparisonRecord> kComparisonTable{
    "comparison", {}, kComparisonColumns};
constinit const StoredTable<ComparisonMetricRecord> kComparisonMetricTable{
    "comparison_metric", {"comparison_id"}, kComparisonMetricColumns};
constinit const StoredTable<NoiseFloorRecord> kNoiseFloorTable{
    "noise_floor", {"environment_id", "build_id", "workload_artifact_id"}, kNoiseFloorColumns};

}  // namespace dsb
