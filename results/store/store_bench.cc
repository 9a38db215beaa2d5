// What storing costs: rounds per second into the file with everything around them, and the time
// that Recorder::Add takes from its caller.
#include <benchmark/benchmark.h>

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/temporary_folder.h"
#include "results/store/recorder.h"
#include "results/store/store.h"

namespace dsb {
namespace {

constexpr int64_t kTokensPerRound = 4;
constexpr int64_t kDraftLength = 7;

// A request as the native engine leaves it: ids, one burst and one full round for every 4 tokens.
RequestRecord MakeRequest(int64_t num_rounds) {
  RequestRecord request;
  request.end_reason = "length";
  request.admitted_ns = request.first_ns = 1;
  request.finished_ns = num_rounds * 1000;
  request.prompt_ids.assign(200, 17);
  request.output_ids.assign(static_cast<size_t>(1 + num_rounds * kTokensPerRound), 23);
  request.bursts.push_back({.t_ns = 1, .num_tokens = 1});
  for (int64_t i = 0; i < num_rounds; ++i) {
    request.bursts.push_back({.t_ns = 1000 * (i + 1), .num_tokens = kTokensPerRound});
    request.rounds.push_back({.step_idx = i,
                              .position = 200 + i * kTokensPerRound,
                              .proposed = kDraftLength,
                              .verified = kDraftLength,
                              .accepted = kTokensPerRound - 1,
                              .committed = kTokensPerRound,
                              .cut = 0,
                              .confidence = std::vector<float>(kDraftLength, 0.5F),
                              .draft_ids = std::vector<int32_t>(kDraftLength, 23)});
  }
  return request;
}

StepRecord MakeStep() {
  StepRecord step;
  step.wall_ns = 20'000'000;
  for (const char* phase : {"draft", "confidence", "schedule", "verify", "sample", "commit"}) {
    step.phases.push_back({.phase = phase,
                           .wall_ns = 1'000'000,
                           .thread_cpu_ns = 2'000'000,
                           .device_kernel_ns = std::nullopt,
                           .device_busy_ns = std::nullopt});
  }
  return step;
}

// A new run in `store`; fills the record's keys.
void StartRun(Store& store, RequestRecord& request) {
  RunRecord run;
  run.uuid = "bench";
  request.run_id = store.PutRun(run, store.PutEnvironment({}), store.PutBuild({}));
  store.StartChain(request.run_id);
  ArtifactRecord workload;
  workload.kind = "workload";
  request.segment_id = store.PutSegment(request.run_id, 0);
  request.prompt_id = store.PutPrompt({}, store.PutArtifact(workload));
}

// Arguments: rounds a request; whether a step with six phases comes with each round, as at batch 1.
void BM_StoreRounds(benchmark::State& state) {
  const TemporaryFolder folder;
  Store store(folder / "results.db", {});
  RequestRecord request = MakeRequest(state.range(0));
  StartRun(store, request);
  std::vector<StepRecord> steps(256, MakeStep());
  int64_t num_steps = 0;
  int64_t num_steps_owed = 0;
  for (auto _ : state) {
    store.PutRequest(request);
    ++request.repeat;
    if (state.range(1) != 0) num_steps_owed += state.range(0);
    for (; num_steps_owed >= 256; num_steps_owed -= 256) {
      for (StepRecord& step : steps) {
        step.run_id = request.run_id;
        step.idx = num_steps++;
      }
      store.PutSteps(steps);
    }
  }
  state.counters["rounds"] = benchmark::Counter(
      static_cast<double>(state.iterations() * state.range(0)), benchmark::Counter::kIsRate);
}
BENCHMARK(BM_StoreRounds)->ArgsProduct({{32, 200}, {0, 1}})->UseRealTime();

// Add alone: the queue never fills, and what a batch of calls left is flushed outside the timing.
template <typename Record>
void MeasureAdd(benchmark::State& state, Record record, int64_t Record::*key) {
  const TemporaryFolder folder;
  Store store(folder / "results.db", {});
  RequestRecord keys = MakeRequest(1);
  StartRun(store, keys);
  record.run_id = keys.run_id;
  if constexpr (std::is_same_v<Record, RequestRecord>) {
    record.segment_id = keys.segment_id;
    record.prompt_id = keys.prompt_id;
  }
  Recorder recorder(store, {});
  std::vector<Record> batch;
  while (state.KeepRunningBatch(256)) {
    state.PauseTiming();
    recorder.Flush();
    batch.assign(256, record);
    for (Record& each : batch) each.*key = (record.*key)++;
    state.ResumeTiming();
    for (Record& each : batch) recorder.Add(std::move(each));
  }
  state.counters["stall_ns"] = static_cast<double>(recorder.stall_ns());
}

void BM_RecorderAddRequest(benchmark::State& state) {
  MeasureAdd(state, MakeRequest(32), &RequestRecord::repeat);
}
BENCHMARK(BM_RecorderAddRequest)->Iterations(2048)->UseRealTime();

void BM_RecorderAddStep(benchmark::State& state) {
  MeasureAdd(state, MakeStep(), &StepRecord::idx);
}
BENCHMARK(BM_RecorderAddStep)->Iterations(16384)->UseRealTime();

}  // namespace
}  // namespace dsb

BENCHMARK_MAIN();
