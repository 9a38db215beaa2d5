#include "base/error.h"
#include "results/store/fingerprint.h"
#include "results/store/run_owner.h"
#include "results/store/store.h"
#include "results/store/store_impl.h"

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
  impl_
      ->sql(
          "INSERT INTO environment VALUES "
          "(NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
          "ON CONFLICT (fingerprint) DO NOTHING")
      .Run(fingerprint, record.machine_id, record.cpu_model, record.cpu_flags, record.num_cores,
           record.num_threads_hw, record.memory_bytes, record.os, record.kernel, record.virtualised,
           record.gpu_model, record.gpu_count, record.gpu_memory_bytes, record.driver, record.cuda,
           record.power_limit_mw, record.detail_json);
  return FindId(impl_->sql("SELECT id FROM environment WHERE fingerprint = ?").Query(fingerprint));
}

int64_t Store::PutBuild(const BuildRecord& record) {
  const std::string fingerprint = Fingerprint(record);
  impl_
      ->sql(
          "INSERT INTO build VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
          "ON CONFLICT (fingerprint) DO NOTHING")
      .Run(fingerprint, record.version, record.git_commit, record.git_dirty, record.diff_sha256,
           record.compiler, record.build_type, record.flags, record.isa, record.sqlite_version,
           record.detail_json);
  return FindId(impl_->sql("SELECT id FROM build WHERE fingerprint = ?").Query(fingerprint));
}

int64_t Store::PutArtifact(const ArtifactRecord& record) {
  impl_
      ->sql(
          "INSERT INTO artifact VALUES (NULL, ?, ?, ?, ?, ?, ?) "
          "ON CONFLICT (sha256) DO NOTHING")
      .Run(record.kind, record.name, record.sha256, record.size_bytes, record.source,
           record.detail_json);
  return FindId(impl_->sql("SELECT id FROM artifact WHERE sha256 = ?").Query(record.sha256));
}

int64_t Store::PutRun(const RunRecord& record, int64_t environment_id, int64_t build_id) {
  std::optional<int64_t> owner_pid = record.owner_pid;
  std::optional<std::string> boot_id = record.boot_id;
  if (record.state == "running" && !owner_pid) {
    owner_pid = OwnPid();
    boot_id = BootId();
  }
  impl_
      ->sql(
          "INSERT INTO run VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
          "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .Run(record.uuid, record.label, record.state, record.failure, record.started_utc,
           record.duration_ns, environment_id, build_id, record.engine, record.drafter,
           record.draft_length, record.policy, record.load_mode, record.offered_rate_per_s,
           record.users, record.temperature, record.top_p, record.top_k, record.max_tokens,
           record.seed, record.threads, record.num_devices, record.clock, record.device_time_source,
           record.steps_complete, owner_pid, boot_id, record.config_json, record.config_sha256);
  return LastId(*impl_);
}

void Store::PutRunArtifact(int64_t run_id, const std::string& role, int64_t artifact_id) {
  impl_->sql("INSERT OR REPLACE INTO run_artifact VALUES (?, ?, ?)").Run(run_id, role, artifact_id);
}

void Store::PutRunFlag(int64_t run_id, const std::string& flag, const std::string& detail) {
  impl_->sql("INSERT OR REPLACE INTO run_flag VALUES (?, ?, ?)").Run(run_id, flag, detail);
}

int64_t Store::PutPrompt(const PromptRecord& record, int64_t workload_artifact_id) {
  impl_
      ->sql(
          "INSERT INTO prompt VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?) "
          "ON CONFLICT (workload_artifact_id, item_key, turn, token_sha256) DO NOTHING")
      .Run(workload_artifact_id, record.item_key, record.conversation_key, record.turn,
           record.dataset, record.domain, record.num_prompt_tokens, record.token_sha256);
  return FindId(
      impl_
          ->sql("SELECT id FROM prompt WHERE workload_artifact_id = ? AND "
                "item_key = ? AND turn = ? AND token_sha256 = ?")
          .Query(workload_artifact_id, record.item_key, record.turn, record.token_sha256));
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
