#include "results/store/verdict_rows.h"

#include "results/store/store_impl.h"

namespace dsb {

int64_t PutComparison(Store& store, const ComparisonRecord& record) {
  Store::Impl& impl = store.impl();
  Transaction transaction(impl.database, Transaction::Kind::kWrite);
  impl.sql("INSERT INTO comparison VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)")
      .Run(record.baseline_run_id, record.candidate_run_id, record.policy_json, record.state,
           record.exit_code, record.created_utc, record.verdict_json);
  const int64_t id = sqlite3_last_insert_rowid(impl.database.get());
  for (const ComparisonMetricRecord& metric : record.metrics) {
    impl.sql("INSERT INTO comparison_metric VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .Run(id, metric.metric, metric.scope, metric.ratio, metric.lo, metric.hi, metric.margin,
             metric.p_holm, metric.state, metric.needed_n);
  }
  transaction.Commit();
  return id;
}

void PutNoiseFloor(Store& store, const NoiseFloorRecord& record, int64_t environment_id,
                   int64_t build_id, int64_t workload_artifact_id) {
  store.impl()
      .sql("INSERT OR REPLACE INTO noise_floor VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
      .Run(environment_id, build_id, workload_artifact_id, record.metric, record.pairs,
           record.p95_abs_log_ratio, record.false_alarm_rate, record.created_utc);
}

std::vector<NoiseFloorRecord> ReadNoiseFloors(const Store& store) {
  std::vector<NoiseFloorRecord> records;
  Rows rows = store.impl()
                  .sql(
                      "SELECT n.metric, n.pairs, n.p95_abs_log_ratio, n.false_alarm_rate, "
                      "n.created_utc, e.fingerprint, a.sha256, b.version, b.git_commit "
                      "FROM noise_floor AS n JOIN environment AS e ON e.id = n.environment_id "
                      "JOIN build AS b ON b.id = n.build_id "
                      "JOIN artifact AS a ON a.id = n.workload_artifact_id "
                      "ORDER BY n.created_utc, n.rowid")
                  .Query();
  while (rows.Next()) {
    records.push_back({.metric = rows.Text(0),
                       .pairs = rows.Int(1),
                       .p95_abs_log_ratio = rows.Real(2),
                       .false_alarm_rate = rows.Real(3),
                       .created_utc = rows.Text(4),
                       .environment_fingerprint = rows.Text(5),
                       .workload_sha256 = rows.Text(6),
                       .build_version = rows.Text(7),
                       .build_git_commit = rows.Text(8)});
  }
  return records;
}

int64_t CountComparisons(const Store& store) {
  Rows rows = store.impl().sql("SELECT count(*) FROM comparison").Query();
  return rows.Next() ? rows.Int(0) : 0;
}

}  // namespace dsb
