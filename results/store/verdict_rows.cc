#include "results/store/verdict_rows.h"

#include "results/store/insert.h"
#include "results/store/select.h"
#include "results/store/tables.h"

namespace dsb {

int64_t PutComparison(Store& store, const ComparisonRecord& record) {
  Store::Impl& impl = store.impl();
  Transaction transaction(impl.database, Transaction::Kind::kWrite);
  Insert(kComparisonTable).One(impl.sql, record);
  const int64_t id = sqlite3_last_insert_rowid(impl.database.get());
  const Insert insert(kComparisonMetricTable);
  for (const ComparisonMetricRecord& metric : record.metrics) insert.One(impl.sql, metric, id);
  transaction.Commit();
  return id;
}

void PutNoiseFloor(Store& store, const NoiseFloorRecord& record, int64_t environment_id,
                   int64_t build_id, int64_t workload_artifact_id) {
  Insert(kNoiseFloorTable, "INSERT OR REPLACE")
      .One(store.impl().sql, record, environment_id, build_id, workload_artifact_id);
}

std::vector<NoiseFloorRecord> ReadNoiseFloors(const Store& store) {
  std::vector<NoiseFloorRecord> records;
  Store::Impl& impl = store.impl();
  const char* const keys = "e.fingerprint, a.sha256, b.version, b.git_commit";
  const char* const from =
      "noise_floor JOIN environment AS e ON e.id = noise_floor.environment_id "
      "JOIN build AS b ON b.id = noise_floor.build_id "
      "JOIN artifact AS a ON a.id = noise_floor.workload_artifact_id "
      "ORDER BY noise_floor.created_utc, noise_floor.rowid";
  Rows rows = impl.sql(SelectSql(impl, true, keys, from, kNoiseFloorTable)).Query();
  while (rows.Next()) {
    NoiseFloorRecord& record = records.emplace_back();
    record.environment_fingerprint = rows.Text(0);
    record.workload_sha256 = rows.Text(1);
    record.build_version = rows.Text(2);
    record.build_git_commit = rows.Text(3);
    ReadRecord(rows, 4, kNoiseFloorTable, record);
  }
  return records;
}

int64_t CountComparisons(const Store& store) {
  Rows rows = store.impl().sql("SELECT count(*) FROM comparison").Query();
  return rows.Next() ? rows.Int(0) : 0;
}

}  // namespace dsb
