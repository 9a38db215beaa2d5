#include "results/store/store.h"

#include <algorithm>

#include "base/error.h"
#include "results/store/run_owner.h"
#include "results/store/store_file.h"
#include "results/store/store_impl.h"

namespace dsb {
namespace {

constexpr int64_t kLongestWaitAtCloseMs = 1000;

bool IsDead(const RunRecord& run) { return run.state == "running" && !OwnerIsAlive(run); }

void InterruptDeadRuns(Store::Impl& impl) {
  // Most files have none: they are opened without a lock.
  if (std::ranges::none_of(ReadRuns(impl), IsDead)) return;
  // Read once more, with the lock: another process may have resumed one meanwhile.
  Transaction transaction(impl.database, Transaction::Kind::kWrite);
  for (const RunRecord& run : ReadRuns(impl)) {
    if (!IsDead(run)) continue;
    impl.sql("UPDATE run SET state = 'interrupted', steps_complete = 0 WHERE id = ?").Run(run.id);
  }
  transaction.Commit();
}

// Throws kBadInput if the run cannot be resumed.
void CheckResumable(Store::Impl& impl, int64_t run_id) {
  const std::string name = impl.path + ": run " + std::to_string(run_id);
  const std::vector<RunRecord> runs = ReadRuns(impl);
  const auto run = std::ranges::find(runs, run_id, &RunRecord::id);
  if (run == runs.end()) ThrowBadInput(name + " does not exist");
  if (run->state == "complete") ThrowBadInput(name + " is complete, expected an unfinished run");
  if (run->state == "running" && OwnerIsAlive(*run)) {
    ThrowBadInput(name + " is still being written by process " +
                  std::to_string(run->owner_pid.value_or(0)));
  }
}

}  // namespace

Store::Store(const std::string& path, const Options& options) {
  if (options.mode == Mode::kReadOnly) {
    impl_ = OpenForReading(path, options);
    return;
  }
  impl_ = OpenForWriting(path, options, CreateResultsFile(path));
  InterruptDeadRuns(*impl_);
}

Store::~Store() {
  if (impl_->read_only) return;
  // What fails here (a full disk, a reader in the way) costs no committed row.
  impl_->database.SetLongestWait(kLongestWaitAtCloseMs);
  sqlite3_exec(impl_->database.get(), "PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE);", nullptr,
               nullptr, nullptr);
}

std::string Store::ChangedSince(int64_t run_id, int64_t environment_id, int64_t build_id) const {
  Rows rows = impl_->sql("SELECT environment_id <> ?, build_id <> ? FROM run WHERE id = ?")
                  .Query(environment_id, build_id, run_id);
  if (!rows.Next()) return "";
  const bool machine = rows.Int(0) != 0, build = rows.Int(1) != 0;
  return machine && build ? "another machine and build"
         : machine        ? "another machine"
         : build          ? "another build"
                          : "";
}

int64_t Store::ResumeRun(int64_t run_id, const std::string& changed) {
  Transaction transaction(impl_->database, Transaction::Kind::kWrite);
  CheckResumable(*impl_, run_id);
  RunRecord owned;
  MakeThisProcessOwner(owned);
  impl_
      ->sql(
          "UPDATE run SET state = 'running', failure = NULL, owner_pid = ?, "
          "owner_start_ticks = ?, boot_id = ? WHERE id = ?")
      .Run(owned.owner_pid, owned.owner_start_ticks, owned.boot_id, run_id);
  // What an earlier resumption changed stays true.
  impl_
      ->sql(
          "INSERT INTO run_flag (run_id, flag, detail) VALUES (?, 'resumed', ?) "
          "ON CONFLICT (run_id, flag) DO UPDATE SET "
          "detail = CASE WHEN excluded.detail = '' THEN detail ELSE excluded.detail END")
      .Run(run_id, changed);
  const int64_t next_step = Reach(run_id).next_step_idx;
  transaction.Commit();
  return next_step;
}

void Store::EndRun(int64_t run_id, const std::string& state, const std::string& failure,
                   int64_t duration_ns, bool steps_complete) {
  Transaction transaction(impl_->database, Transaction::Kind::kWrite);
  impl_
      ->sql(
          "UPDATE run SET state = ?, failure = nullif(?, ''), duration_ns = ?, "
          "steps_complete = ? WHERE id = ?")
      .Run(state, failure, duration_ns, steps_complete, run_id);
  transaction.Commit();
}

std::vector<std::pair<int64_t, int64_t>> Store::FinishedRequests(int64_t run_id) const {
  std::vector<std::pair<int64_t, int64_t>> keys;
  Rows rows = impl_
                  ->sql(
                      "SELECT prompt_id, repeat FROM request WHERE run_id = ? "
                      "ORDER BY prompt_id, repeat")
                  .Query(run_id);
  while (rows.Next()) keys.emplace_back(rows.Int(0), rows.Int(1));
  return keys;
}

RunReach Store::Reach(int64_t run_id) const {
  RunReach reach;
  {
    // Steps are numbered in the order of time.
    Rows last = impl_
                    ->sql(
                        "SELECT idx + 1, t_start_ns + wall_ns FROM step WHERE run_id = ? "
                        "ORDER BY idx DESC LIMIT 1")
                    .Query(run_id);
    if (last.Next()) reach = {.next_step_idx = last.Int(0), .end_ns = last.Int(1)};
  }
  // Rounds may name steps that a crash lost: their numbers must not be given out again.
  Rows rows = impl_
                  ->sql(
                      "SELECT (SELECT coalesce(max(o.step_idx) + 1, 0) FROM request AS r "
                      "JOIN round AS o ON o.request_id = r.id WHERE r.run_id = ?1), "
                      "(SELECT coalesce(max(finished_ns), 0) FROM request WHERE run_id = ?1), "
                      "(SELECT count(*) FROM segment WHERE run_id = ?1)")
                  .Query(run_id);
  if (rows.Next()) {
    reach.next_step_idx = std::max(reach.next_step_idx, rows.Int(0));
    reach.end_ns = std::max(reach.end_ns, rows.Int(1));
    reach.num_segments = rows.Int(2);
  }
  return reach;
}

std::string Store::IntegrityCheck() const {
  std::string text;
  Rows rows = impl_->sql("PRAGMA integrity_check").Query();
  while (rows.Next()) text += (text.empty() ? "" : "\n") + rows.Text(0);
  return text;
}

bool Store::HasMoved() const { return impl_->database.HasMoved(); }

const std::string& Store::warning() const { return impl_->warning; }

void Store::Transact(const std::function<void()>& write) {
  Transaction transaction(impl_->database, Transaction::Kind::kWrite);
  write();
  transaction.Commit();
}

void Store::SetLongestWait(int64_t longest_ms) { impl_->database.SetLongestWait(longest_ms); }

int64_t Store::longest_wait_ms() const { return impl_->database.longest_wait_ms(); }

}  // namespace dsb
