#include <algorithm>
#include <numeric>
#include <tuple>

#include "results/store/multi_insert.h"
#include "results/store/store.h"
#include "results/store/store_impl.h"

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

void InsertBursts(Store::Impl& impl, int64_t request_id, const std::vector<BurstRecord>& bursts) {
  static const MultiInsert insert("burst", "(?, ?, ?, ?)");
  insert.Run(impl.sql, bursts.size(), [&](Statement& statement, size_t i, int first) {
    return statement.BindFrom(first, request_id, i, bursts[i].t_ns, bursts[i].num_tokens);
  });
}

void InsertRounds(Store::Impl& impl, int64_t request_id, const std::vector<RoundRecord>& rounds) {
  static const MultiInsert insert("round", "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  insert.Run(impl.sql, rounds.size(), [&](Statement& statement, size_t i, int first) {
    const RoundRecord& round = rounds[i];
    return statement.BindFrom(first, request_id, i, round.step_idx, round.position, round.proposed,
                              round.verified, round.accepted, round.committed, round.cut,
                              round.confidence, round.draft_ids);
  });
}

void InsertStepRows(Store::Impl& impl, const std::vector<StepRecord>& steps) {
  static const MultiInsert insert("step", "(NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  insert.Run(impl.sql, steps.size(), [&](Statement& statement, size_t i, int first) {
    const StepRecord& step = steps[i];
    return statement.BindFrom(first, step.run_id, step.idx, step.t_start_ns, step.wall_ns,
                              step.num_requests, step.num_prefill_tokens, step.num_draft_tokens,
                              step.num_verify_tokens, step.padded_tokens, step.context_tokens,
                              step.device_busy_ns);
  });
}

void InsertPhaseRows(Store::Impl& impl, const std::vector<StepRecord>& steps) {
  static const MultiInsert insert("phase_time", "(?, ?, ?, ?, ?, ?, ?)");
  struct Row {
    const StepRecord* step;
    const PhaseTimeRecord* phase;
  };
  std::vector<Row> rows;
  for (const StepRecord& step : steps) {
    for (const PhaseTimeRecord& phase : step.phases) rows.push_back({&step, &phase});
  }
  // In the order of the table's key every row goes to the end of its tree.
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    return std::tie(a.step->run_id, a.step->idx, a.phase->phase) <
           std::tie(b.step->run_id, b.step->idx, b.phase->phase);
  });
  insert.Run(impl.sql, rows.size(), [&](Statement& statement, size_t i, int first) {
    const auto& [step, phase] = rows[i];
    return statement.BindFrom(first, step->run_id, step->idx, phase->phase, phase->wall_ns,
                              phase->thread_cpu_ns, phase->device_kernel_ns, phase->device_busy_ns);
  });
}

}  // namespace

void Store::PutRequest(const RequestRecord& record) {
  Transaction transaction(impl_->database, Transaction::Kind::kWrite);
  const int64_t request_id = InsertRequest(*impl_, record);
  InsertBursts(*impl_, request_id, record.bursts);
  InsertRounds(*impl_, request_id, record.rounds);
  transaction.Commit();
}

void Store::PutSteps(const std::vector<StepRecord>& records) {
  Transaction transaction(impl_->database, Transaction::Kind::kWrite);
  InsertStepRows(*impl_, records);
  InsertPhaseRows(*impl_, records);
  transaction.Commit();
}

void Store::PutKernelTimes(const std::vector<KernelTimeRecord>& records) {
  Transaction transaction(impl_->database, Transaction::Kind::kWrite);
  for (const KernelTimeRecord& record : records) {
    impl_
        ->sql(
            "INSERT INTO kernel_time VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET calls = calls + excluded.calls, "
            "total_ns = total_ns + excluded.total_ns, min_ns = min(min_ns, excluded.min_ns), "
            "max_ns = max(max_ns, excluded.max_ns), bytes = bytes + excluded.bytes, "
            "flops = flops + excluded.flops")
        .Run(record.run_id, record.phase, record.kernel, record.device, record.batch_bucket,
             record.calls, record.total_ns, record.min_ns, record.max_ns, record.bytes,
             record.flops);
  }
  transaction.Commit();
}

void Store::PutMetrics(const std::vector<MetricRecord>& records) {
  Transaction transaction(impl_->database, Transaction::Kind::kWrite);
  for (const MetricRecord& record : records) {
    const Estimate& estimate = record.estimate;
    impl_->sql("INSERT OR REPLACE INTO metric VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .Run(record.run_id, record.metric, record.scope, record.unit, estimate.value, estimate.lo,
             estimate.hi, estimate.interval_level(), estimate.method, estimate.n,
             estimate.num_resamples, estimate.statistics_seed, record.definition_version);
  }
  transaction.Commit();
}

}  // namespace dsb
