#include <algorithm>
#include <numeric>
#include <tuple>

#include "results/store/chain.h"
#include "results/store/insert.h"
#include "results/store/select.h"
#include "results/store/store.h"
#include "results/store/store_impl.h"
#include "results/store/tables.h"

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

// The request's link in the chain of its run, and the run's new head; none without a chain.
std::optional<std::string> ContinueChain(Store::Impl& impl, const RequestRecord& record) {
  std::optional<std::string> head;
  PromptRecord prompt;
  {
    static const std::string sql = SelectSql(
        impl, true, "run.chain_head",
        "run JOIN prompt ON prompt.id = ? WHERE run.id = ? AND run.chain_head IS NOT NULL",
        kPromptTable);
    Rows rows = impl.sql(sql).Query(record.prompt_id, record.run_id);
    if (!rows.Next()) return std::nullopt;
    rows.Read(0, head);
    ReadRecord(rows, 1, kPromptTable, prompt);
  }
  head = ChainNext(*head, prompt, record);
  impl.sql("UPDATE run SET chain_head = ? WHERE id = ?").Run(head, record.run_id);
  return head;
}

int64_t InsertRequest(Store::Impl& impl, const RequestRecord& record) {
  static const Insert insert(kRequestTable);
  insert.One(impl.sql, record, NumOutputTokens(record), record.rounds.size(),
             FirstBurstTokens(record), ContinueChain(impl, record));
  return sqlite3_last_insert_rowid(impl.database.get());
}

void InsertBursts(Store::Impl& impl, int64_t request_id, const std::vector<BurstRecord>& bursts) {
  static const Insert insert(kBurstTable);
  insert.Many(impl.sql, bursts.size(),
              [&](size_t i) { return std::tuple(&bursts[i], request_id, i); });
}

void InsertRounds(Store::Impl& impl, int64_t request_id, const std::vector<RoundRecord>& rounds) {
  static const Insert insert(kRoundTable);
  insert.Many(impl.sql, rounds.size(),
              [&](size_t i) { return std::tuple(&rounds[i], request_id, i); });
}

void InsertStepRows(Store::Impl& impl, const std::vector<StepRecord>& steps) {
  static const Insert insert(kStepTable);
  insert.Many(impl.sql, steps.size(), [&](size_t i) { return std::tuple(&steps[i]); });
}

void InsertPhaseRows(Store::Impl& impl, const std::vector<StepRecord>& steps) {
  static const Insert insert(kPhaseTimeTable);
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
  insert.Many(impl.sql, rows.size(), [&](size_t i) {
    return std::tuple(rows[i].phase, rows[i].step->run_id, rows[i].step->idx);
  });
}

template <typename Record>
void PutAll(Store::Impl& impl, const std::vector<Record>& records, const Insert<Record>& insert) {
  Transaction transaction(impl.database, Transaction::Kind::kWrite);
  insert.Many(impl.sql, records.size(), [&](size_t i) { return std::tuple(&records[i]); });
  transaction.Commit();
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
  static const Insert insert(
      kKernelTimeTable, "INSERT",
      "ON CONFLICT DO UPDATE SET calls = calls + excluded.calls, "
      "total_ns = total_ns + excluded.total_ns, min_ns = min(min_ns, excluded.min_ns), "
      "max_ns = max(max_ns, excluded.max_ns), bytes = bytes + excluded.bytes, "
      "flops = flops + excluded.flops");
  PutAll(*impl_, records, insert);
}

void Store::PutSkippedItems(const std::vector<SkippedItemRecord>& records) {
  static const Insert insert(kSkippedItemTable, "INSERT OR REPLACE");
  PutAll(*impl_, records, insert);
}

void Store::PutServerSamples(const std::vector<ServerSampleRecord>& records) {
  static const Insert insert(kServerSampleTable, "INSERT OR REPLACE");
  PutAll(*impl_, records, insert);
}

void Store::PutMetrics(const std::vector<MetricRecord>& records) {
  static const Insert insert(kMetricTable, "INSERT OR REPLACE");
  std::vector<MetricRow> rows;
  rows.reserve(records.size());
  for (const MetricRecord& record : records) rows.push_back(RowOf(record));
  PutAll(*impl_, rows, insert);
}

}  // namespace dsb
