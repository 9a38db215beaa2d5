#include "results/store/reader.h"

#include <unordered_map>

#include "base/error.h"
#include "results/run_facts.h"
#include "results/store/select.h"
#include "results/store/store_impl.h"
#include "results/store/tables.h"
#include "results/window_segments.h"

namespace dsb {
namespace {

using Places = std::unordered_map<int64_t, size_t>;  // of a row's number in a vector

std::string RunName(const Store::Impl& impl, int64_t run_id) {
  return impl.path + ": run " + std::to_string(run_id);
}

void ReadHead(Store::Impl& impl, int64_t run_id, RunData& data) {
  Rows rows = impl.sql(SelectSql(impl, true, "run.id",
                                 "run JOIN environment ON environment.id = run.environment_id "
                                 "JOIN build ON build.id = run.build_id WHERE run.id = ?",
                                 kRunTable, kEnvironmentTable, kBuildTable))
                  .Query(run_id);
  if (!rows.Next()) ThrowBadInput(RunName(impl, run_id) + " does not exist");
  data.run.id = rows.Int(0);
  int next = ReadRecord(rows, 1, kRunTable, data.run);
  next = ReadRecord(rows, next, kEnvironmentTable, data.environment);
  ReadRecord(rows, next, kBuildTable, data.build);
}

void ReadArtifactsAndFlags(Store::Impl& impl, RunData& data) {
  Rows artifacts =
      impl.sql(SelectSql(impl, true, "run_artifact.role",
                         "run_artifact JOIN artifact ON artifact.id = run_artifact.artifact_id "
                         "WHERE run_artifact.run_id = ?",
                         kArtifactTable))
          .Query(data.run.id);
  while (artifacts.Next()) {
    ReadRecord(artifacts, 1, kArtifactTable, data.artifacts[artifacts.Text(0)]);
  }
  Rows flags = impl.sql("SELECT flag, detail FROM run_flag WHERE run_id = ?").Query(data.run.id);
  while (flags.Next()) data.flags[flags.Text(0)] = flags.Text(1);
  Rows segments = impl.sql("SELECT count(*) FROM segment WHERE run_id = ?").Query(data.run.id);
  if (segments.Next()) data.num_segments = segments.Int(0);
}

void AppendSegments(Store::Impl& impl, int64_t run_id, std::vector<SegmentSize>& segments) {
  std::unordered_map<int64_t, int64_t> timed;
  Rows counts = impl.sql(
                        "SELECT segment_id, count(*) FROM request WHERE run_id = ? AND "
                        "phase = 'measured' AND end_reason IN ('stop', 'length') "
                        "GROUP BY segment_id")
                    .Query(run_id);
  while (counts.Next()) timed[counts.Int(0)] = counts.Int(1);
  Rows rows = impl.sql("SELECT id FROM segment WHERE run_id = ? ORDER BY id").Query(run_id);
  while (rows.Next()) segments.push_back({run_id, rows.Int(0), timed[rows.Int(0)]});
}

void ChooseWindowSegment(Store::Impl& impl, RunData& data) {
  if (data.num_segments < 2) return;
  const std::string session = SessionOf(data.run);
  std::vector<SegmentSize> segments;
  for (const RunRecord& run : ReadRuns(impl)) {
    const bool together = !session.empty() && SessionOf(run) == session;
    if (together || run.id == data.run.id) AppendSegments(impl, run.id, segments);
  }
  const auto chosen = ChooseWindowSegments(segments);
  const auto own = chosen.find(data.run.id);
  if (own != chosen.end()) data.window_segment_id = own->second;
}

RequestRecord& RequestOf(const Store::Impl& impl, const Places& places, int64_t request_id,
                         RunData& data) {
  const auto place = places.find(request_id);
  if (place != places.end()) return data.requests[place->second].request;
  ThrowBadInput(impl.path + ": request " + std::to_string(request_id) + " has no prompt");
}

void ReadRequests(Store::Impl& impl, bool token_ids, RunData& data) {
  Places places;
  {
    Rows rows =
        impl.sql(SelectSql(impl, token_ids, "request.id",
                           "request JOIN prompt ON prompt.id = request.prompt_id "
                           "WHERE request.run_id = ? ORDER BY request.issued_ns, request.id",
                           kRequestTable, kPromptTable))
            .Query(data.run.id);
    while (rows.Next()) {
      places.emplace(rows.Int(0), data.requests.size());
      RequestRow& row = data.requests.emplace_back();
      row.id = rows.Int(0);
      ReadRecord(rows, ReadRecord(rows, 1, kRequestTable, row.request), kPromptTable, row.prompt);
    }
  }
  Rows bursts = impl.sql(SelectSql(impl, token_ids, "burst.request_id",
                                   "request JOIN burst ON burst.request_id = request.id "
                                   "WHERE request.run_id = ? ORDER BY burst.request_id, burst.idx",
                                   kBurstTable))
                    .Query(data.run.id);
  while (bursts.Next()) {
    ReadRecord(bursts, 1, kBurstTable,
               RequestOf(impl, places, bursts.Int(0), data).bursts.emplace_back());
  }
  Rows rounds = impl.sql(SelectSql(impl, token_ids, "round.request_id",
                                   "request JOIN round ON round.request_id = request.id "
                                   "WHERE request.run_id = ? ORDER BY round.request_id, round.idx",
                                   kRoundTable))
                    .Query(data.run.id);
  while (rounds.Next()) {
    ReadRecord(rounds, 1, kRoundTable,
               RequestOf(impl, places, rounds.Int(0), data).rounds.emplace_back());
  }
}

void ReadSteps(Store::Impl& impl, RunData& data) {
  data.steps = ReadRecords(impl, kStepTable, "WHERE run_id = ? ORDER BY idx", data.run.id);
  Places places;
  for (size_t i = 0; i < data.steps.size(); ++i) places.emplace(data.steps[i].idx, i);
  Rows phases =
      impl.sql(SelectSql(impl, true, "phase_time.step_idx",
                         "phase_time WHERE run_id = ? ORDER BY step_idx, phase", kPhaseTimeTable))
          .Query(data.run.id);
  while (phases.Next()) {
    const auto place = places.find(phases.Int(0));
    if (place == places.end()) {
      ThrowBadInput(RunName(impl, data.run.id) + ": a phase time belongs to step " +
                    std::to_string(phases.Int(0)) + ", which does not exist");
    }
    ReadRecord(phases, 1, kPhaseTimeTable, data.steps[place->second].phases.emplace_back());
  }
}

}  // namespace

std::vector<RunRecord> ReadRuns(Store::Impl& impl) {
  std::vector<RunRecord> runs;
  Rows rows = impl.sql(SelectSql(impl, true, "run.id", "run ORDER BY run.id", kRunTable)).Query();
  while (rows.Next()) {
    ReadRecord(rows, 1, kRunTable, runs.emplace_back());
    runs.back().id = rows.Int(0);
  }
  return runs;
}

std::vector<RunRecord> ReadRuns(const Store& store) { return ReadRuns(store.impl()); }

RunData ReadRun(const Store& store, int64_t run_id, const ReadOptions& options) {
  Store::Impl& impl = store.impl();
  // One snapshot, also while another process writes.
  Transaction transaction(impl.database, Transaction::Kind::kRead);
  RunData data;
  ReadHead(impl, run_id, data);
  ReadArtifactsAndFlags(impl, data);
  ChooseWindowSegment(impl, data);
  data.skipped =
      ReadRecords(impl, kSkippedItemTable, "WHERE run_id = ? ORDER BY item_key, turn", run_id);
  ReadRequests(impl, options.token_ids, data);
  if (options.steps) {
    ReadSteps(impl, data);
    data.kernels =
        ReadRecords(impl, kKernelTimeTable,
                    "WHERE run_id = ? ORDER BY phase, kernel, device, batch_bucket", run_id);
    data.server_samples =
        ReadRecords(impl, kServerSampleTable, "WHERE run_id = ? ORDER BY t_ns, name", run_id);
  }
  transaction.Commit();
  return data;
}

std::vector<MetricRecord> ReadMetrics(const Store& store, int64_t run_id) {
  std::vector<MetricRecord> records;
  for (const MetricRow& row :
       ReadRecords(store.impl(), kMetricTable, "WHERE run_id = ? ORDER BY metric, scope", run_id)) {
    records.push_back(RecordOf(row));
  }
  return records;
}

}  // namespace dsb
