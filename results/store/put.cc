#include "base/error.h"
#include "results/store/chain.h"
#include "results/store/fingerprint.h"
#include "results/store/insert.h"
#include "results/store/reader.h"
#include "results/store/run_owner.h"
#include "results/store/store.h"
#include "results/store/store_impl.h"
#include "results/store/tables.h"

namespace dsb {
namespace {

int64_t LastId(const Store::Impl& impl) { return sqlite3_last_insert_rowid(impl.database.get()); }

int64_t FindId(Rows rows) {
  DSB_CHECK(rows.Next());
  return rows.Int(0);
}

}  // namespace

int64_t Store::PutEnvironment(const EnvironmentRecord& record) {
  const std::string fingerprint = Fingerprint(record);
  Insert(kEnvironmentTable, "INSERT", "ON CONFLICT (fingerprint) DO NOTHING")
      .One(impl_->sql, record, fingerprint);
  return FindId(impl_->sql("SELECT id FROM environment WHERE fingerprint = ?").Query(fingerprint));
}

int64_t Store::PutBuild(const BuildRecord& record) {
  const std::string fingerprint = Fingerprint(record);
  Insert(kBuildTable, "INSERT", "ON CONFLICT (fingerprint) DO NOTHING")
      .One(impl_->sql, record, fingerprint);
  return FindId(impl_->sql("SELECT id FROM build WHERE fingerprint = ?").Query(fingerprint));
}

int64_t Store::PutArtifact(const ArtifactRecord& record) {
  Insert(kArtifactTable, "INSERT", "ON CONFLICT (sha256) DO NOTHING").One(impl_->sql, record);
  return FindId(impl_->sql("SELECT id FROM artifact WHERE sha256 = ?").Query(record.sha256));
}

int64_t Store::PutRun(const RunRecord& record, int64_t environment_id, int64_t build_id) {
  RunRecord run = record;
  if (run.state == "running" && !run.owner_pid) MakeThisProcessOwner(run);
  Insert(kRunTable).One(impl_->sql, run, environment_id, build_id);
  return LastId(*impl_);
}

void Store::PutRunArtifact(int64_t run_id, const std::string& role, int64_t artifact_id) {
  impl_->sql("INSERT OR REPLACE INTO run_artifact (run_id, role, artifact_id) VALUES (?, ?, ?)")
      .Run(run_id, role, artifact_id);
}

void Store::PutRunFlag(int64_t run_id, const std::string& flag, const std::string& detail) {
  impl_->sql("INSERT OR REPLACE INTO run_flag (run_id, flag, detail) VALUES (?, ?, ?)")
      .Run(run_id, flag, detail);
}

std::string Store::StartChain(int64_t run_id) {
  {
    Rows rows = impl_
                    ->sql(
                        "SELECT coalesce(chain_start, ''), EXISTS (SELECT 1 FROM request WHERE "
                        "run_id = run.id) FROM run WHERE id = ?")
                    .Query(run_id);
    DSB_CHECK(rows.Next());
    // A run that began without a chain goes on without one.
    if (!rows.Text(0).empty() || rows.Int(1) != 0) return rows.Text(0);
  }
  const RunData data = ReadRun(*this, run_id, {.token_ids = false, .steps = false});
  const std::string start = ChainStart(data.run, data.artifacts, data.build);
  impl_->sql("UPDATE run SET chain_start = ?1, chain_head = ?1 WHERE id = ?2").Run(start, run_id);
  return start;
}

int64_t Store::PutPrompt(const PromptRecord& record, int64_t workload_artifact_id) {
  static const Insert insert(kPromptTable, "INSERT",
                             "ON CONFLICT (workload_artifact_id, item_key, turn, token_sha256, "
                             "context_depth_tokens) DO NOTHING");
  insert.One(impl_->sql, record, workload_artifact_id);
  return FindId(impl_
                    ->sql("SELECT id FROM prompt WHERE workload_artifact_id = ? AND item_key = ? "
                          "AND turn = ? AND token_sha256 = ? AND context_depth_tokens = ?")
                    .Query(workload_artifact_id, record.item_key, record.turn, record.token_sha256,
                           record.context_depth_tokens));
}

int64_t Store::PutSegment(int64_t run_id, int64_t t_start_ns) {
  impl_->sql("INSERT INTO segment (run_id, t_start_ns) VALUES (?, ?)").Run(run_id, t_start_ns);
  return LastId(*impl_);
}

void Store::EndSegment(int64_t segment_id, int64_t t_end_ns, int64_t window_start_ns,
                       int64_t window_end_ns) {
  impl_
      ->sql(
          "UPDATE segment SET t_end_ns = ?, window_start_ns = ?, window_end_ns = ? "
          "WHERE id = ?")
      .Run(t_end_ns, window_start_ns, window_end_ns, segment_id);
}

}  // namespace dsb
