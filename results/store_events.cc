#include <numeric>

#include "results/store.h"
#include "results/store_impl.h"

namespace dsb {
namespace {

int64_t NumOutputTokens(const RequestRecord& record) {
  if (record.bursts.empty()) return static_cast<int64_t>(record.output_ids.size());
  return std::accumulate(
      record.bursts.begin(), record.bursts.end(), int64_t{0},
      [](int64_t sum, const BurstRecord& burst) { return sum + burst.num_tokens; });
}

std::optional<int64_t> FirstBurstTokens(const RequestRecord& record) {
  if (record.first_burst_tokens || record.bursts.empty()) return record.first_burst_tokens;
  return record.bursts.front().num_tokens;
}

int64_t InsertRequest(Store::Impl& impl, const RequestRecord& record) {
  impl.sql(
          "INSERT INTO request VALUES "
          "(NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .Run(record.run_id, record.segment_id, record.prompt_id, record.repeat, record.phase,
           record.seed, record.scheduled_ns, record.issued_ns, record.admitted_ns, record.first_ns,
           record.finished_ns, FirstBurstTokens(record), NumOutputTokens(record),
           record.rounds.size(), record.end_reason, record.error, record.token_count_source,
           record.prompt_ids, record.output_ids);
  return sqlite3_last_insert_rowid(impl.database.get());
}

void InsertStep(Store::Impl& impl, const StepRecord& record) {
  impl.sql("INSERT INTO step VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .Run(record.run_id, record.idx, record.t_start_ns, record.wall_ns, record.num_requests,
           record.num_prefill_tokens, record.num_draft_tokens, record.num_verify_tokens,
           record.padded_tokens, record.context_tokens, record.device_busy_ns);
  Statement& insert = impl.sql("INSERT INTO phase_time VALUES (?, ?, ?, ?, ?, ?, ?)");
  for (const PhaseTimeRecord& phase : record.phases) {
    insert.Run(record.run_id, record.idx, phase.phase, phase.wall_ns, phase.thread_cpu_ns,
               phase.device_kernel_ns, phase.device_busy_ns);
  }
}

}  // namespace

void Store::PutRequest(const RequestRecord& record) {
  Transaction transaction(impl_->database, Transaction::Kind::kWrite);
  const int64_t request_id = InsertRequest(*impl_, record);
  Statement& insert_burst = impl_->sql("INSERT INTO burst VALUES (?, ?, ?, ?)");
  int64_t idx = 0;
  for (const BurstRecord& burst : record.bursts) {
    insert_burst.Run(request_id, idx++, burst.t_ns, burst.num_tokens);
  }
  Statement& insert_round =
      impl_->sql("INSERT INTO round VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  idx = 0;
  for (const RoundRecord& round : record.rounds) {
    insert_round.Run(request_id, idx++, round.step_idx, round.position, round.proposed,
                     round.verified, round.accepted, round.committed, round.cut, round.confidence,
                     round.draft_ids);
  }
  transaction.Commit();
}

void Store::PutSteps(const std::vector<StepRecord>& records) {
  Transaction transaction(impl_->database, Transaction::Kind::kWrite);
  for (const StepRecord& record : records) InsertStep(*impl_, record);
  transaction.Commit();
}

void Store::PutMetrics(const std::vector<MetricRecord>& records) {
  Transaction transaction(impl_->database, Transaction::Kind::kWrite);
  for (const MetricRecord& record : records) {
    impl_->sql("INSERT OR REPLACE INTO metric VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .Run(record.run_id, record.metric, record.scope, record.unit, record.value, record.lo,
             record.hi, record.level, record.method, record.n, record.num_resamples,
             record.statistics_seed, record.definition_version);
  }
  transaction.Commit();
}

}  // namespace dsb
