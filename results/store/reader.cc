#include "results/store/reader.h"

#include <unordered_map>

#include "base/error.h"
#include "results/store/reader_rows.h"
#include "results/store/store_impl.h"

namespace dsb {
namespace {

void ReadArtifactsAndFlags(Store::Impl& impl, RunData& data) {
  Rows artifacts = impl.sql(
                           "SELECT ra.role, a.kind, a.name, a.sha256, a.size_bytes, a.source, "
                           "a.detail_json FROM run_artifact AS ra "
                           "JOIN artifact AS a ON a.id = ra.artifact_id WHERE ra.run_id = ?")
                       .Query(data.run.id);
  while (artifacts.Next()) {
    data.artifacts[artifacts.Text(0)] = {.kind = artifacts.Text(1),
                                         .name = artifacts.Text(2),
                                         .sha256 = artifacts.Text(3),
                                         .size_bytes = artifacts.Int(4),
                                         .source = artifacts.OptionalText(5),
                                         .detail_json = artifacts.Text(6)};
  }
  Rows flags = impl.sql("SELECT flag, detail FROM run_flag WHERE run_id = ?").Query(data.run.id);
  while (flags.Next()) data.flags[flags.Text(0)] = flags.Text(1);
  Rows segments = impl.sql("SELECT count(*) FROM segment WHERE run_id = ?").Query(data.run.id);
  if (segments.Next()) data.num_segments = segments.Int(0);
}

size_t PlaceOf(const Store::Impl& impl, const std::unordered_map<int64_t, size_t>& places,
               int64_t request_id) {
  const auto place = places.find(request_id);
  if (place != places.end()) return place->second;
  ThrowBadInput(impl.path + ": request " + std::to_string(request_id) + " has no prompt");
}

void ReadRequests(Store::Impl& impl, bool token_ids, RunData& data) {
  std::unordered_map<int64_t, size_t> place;  // of a request id in data.requests
  {
    Rows rows = QueryRequests(impl, data.run.id, token_ids);
    while (rows.Next()) {
      place.emplace(rows.Int(0), data.requests.size());
      data.requests.push_back(RequestFromRow(rows));
    }
  }
  Rows bursts = impl.sql(
                        "SELECT b.request_id, b.t_ns, b.num_tokens FROM request AS r "
                        "JOIN burst AS b ON b.request_id = r.id WHERE r.run_id = ? "
                        "ORDER BY b.request_id, b.idx")
                    .Query(data.run.id);
  while (bursts.Next()) {
    data.requests[PlaceOf(impl, place, bursts.Int(0))].request.bursts.push_back(
        {.t_ns = bursts.Int(1), .num_tokens = bursts.Int(2)});
  }
  Rows rounds = QueryRounds(impl, data.run.id, token_ids);
  while (rounds.Next()) {
    data.requests[PlaceOf(impl, place, rounds.Int(0))].request.rounds.push_back(
        RoundFromRow(rounds));
  }
}

void ReadSteps(Store::Impl& impl, RunData& data) {
  std::unordered_map<int64_t, size_t> place;  // of a step idx in data.steps
  {
    Rows rows = QuerySteps(impl, data.run.id);
    while (rows.Next()) {
      data.steps.push_back(StepFromRow(rows));
      place.emplace(data.steps.back().idx, data.steps.size() - 1);
    }
  }
  Rows phases = impl.sql(
                        "SELECT step_idx, phase, wall_ns, thread_cpu_ns, device_kernel_ns, "
                        "device_busy_ns FROM phase_time WHERE run_id = ? "
                        "ORDER BY step_idx, phase")
                    .Query(data.run.id);
  while (phases.Next()) {
    const auto step = place.find(phases.Int(0));
    if (step == place.end()) {
      ThrowBadInput(impl.path + ": run " + std::to_string(data.run.id) +
                    ": a phase time belongs to step " + std::to_string(phases.Int(0)) +
                    ", which does not exist");
    }
    data.steps[step->second].phases.push_back({.phase = phases.Text(1),
                                               .wall_ns = phases.Int(2),
                                               .thread_cpu_ns = phases.OptionalInt(3),
                                               .device_kernel_ns = phases.OptionalInt(4),
                                               .device_busy_ns = phases.OptionalInt(5)});
  }
}

void ReadKernels(Store::Impl& impl, RunData& data) {
  Rows rows = impl.sql(
                      "SELECT phase, kernel, device, batch_bucket, calls, total_ns, min_ns, "
                      "max_ns, bytes, flops FROM kernel_time WHERE run_id = ? "
                      "ORDER BY phase, kernel, device, batch_bucket")
                  .Query(data.run.id);
  while (rows.Next()) {
    data.kernels.push_back({.run_id = data.run.id,
                            .phase = rows.Text(0),
                            .kernel = rows.Text(1),
                            .device = rows.Int(2),
                            .batch_bucket = rows.Int(3),
                            .calls = rows.Int(4),
                            .total_ns = rows.Int(5),
                            .min_ns = rows.Int(6),
                            .max_ns = rows.Int(7),
                            .bytes = rows.OptionalInt(8),
                            .flops = rows.OptionalInt(9)});
  }
}

}  // namespace

std::vector<RunRecord> ReadRuns(const Store& store) {
  std::vector<RunRecord> runs;
  Rows rows = QueryRuns(store.impl());
  while (rows.Next()) runs.push_back(RunFromRow(rows));
  return runs;
}

RunData ReadRun(const Store& store, int64_t run_id, const ReadOptions& options) {
  Store::Impl& impl = store.impl();
  // One snapshot, also while another process writes.
  Transaction transaction(impl.database, Transaction::Kind::kRead);
  RunData data;
  {
    Rows rows = QueryRun(impl, run_id);
    if (!rows.Next()) {
      ThrowBadInput(impl.path + ": run " + std::to_string(run_id) + " does not exist");
    }
    data.run = RunFromRow(rows);
    data.environment = EnvironmentFromRow(rows);
    data.build = BuildFromRow(rows);
  }
  ReadArtifactsAndFlags(impl, data);
  ReadRequests(impl, options.token_ids, data);
  if (options.steps) {
    ReadSteps(impl, data);
    ReadKernels(impl, data);
  }
  transaction.Commit();
  return data;
}

}  // namespace dsb
