// What the harness costs: the replayer alone, the replayer with the recorder, and the store's
// rounds per second, behind an engine that takes no time. Reported as us_per_step and rounds_per_s.
#include <benchmark/benchmark.h>

#include <memory>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/thread_pool.h"
#include "harness/backends/null_engine.h"
#include "harness/replay/replayer.h"
#include "harness/selftest/selftest.h"

namespace dsb {
namespace {

constexpr int32_t kMaxTokens = 128;
constexpr int32_t kDraftLength = 7;

// What a border between two phases costs a step of a pool of so many threads; a step has about 9.
void PhaseBorder(benchmark::State& state) {
  const ThreadPool pool(static_cast<int>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(pool.CpuNs());
}
BENCHMARK(PhaseBorder)->Arg(1)->Arg(2)->Arg(8)->Arg(64);

class DroppingSink : public ReplaySink {
 public:
  void OnRequest(RequestRecord record) override { benchmark::DoNotOptimize(record.rounds.data()); }
  void OnStep(StepRecord record) override { benchmark::DoNotOptimize(record.phases.data()); }
};

// The engine's own time, to be subtracted from the rows below.
void NullEngineAlone(benchmark::State& state) {
  const auto concurrency = static_cast<int32_t>(state.range(0));
  MonotonicClock clock;
  NullEngine engine({.draft_length = kDraftLength, .max_concurrency = concurrency}, clock);
  int64_t next_id = 1, in_flight = 0, steps = 0;
  for (auto _ : state) {
    while (in_flight < concurrency) {
      EngineRequest request;
      request.id = next_id;
      request.random_id = static_cast<uint64_t>(next_id++);
      request.prompt.assign(64, 1);
      request.max_tokens = kMaxTokens;
      engine.Admit(std::move(request));
      ++in_flight;
    }
    const StepResult step = engine.Step(0);
    for (const TokenBurst& burst : step.bursts) in_flight -= burst.end != EndReason::kNone ? 1 : 0;
    ++steps;
  }
  state.counters["us_per_step"] = benchmark::Counter(
      static_cast<double>(steps) / 1e6, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(NullEngineAlone)->Arg(1)->Arg(8)->Arg(64);

void ReplayerWithNullEngine(benchmark::State& state) {
  const auto concurrency = static_cast<int32_t>(state.range(0));
  int64_t steps = 0, rounds = 0;
  for (auto _ : state) {
    MonotonicClock clock;
    NullEngine engine({.draft_length = kDraftLength, .max_concurrency = concurrency}, clock);
    DroppingSink sink;
    Replayer replayer(engine, clock, sink, {});
    std::vector<PreparedRequest> requests(256);
    for (size_t i = 0; i < requests.size(); ++i) {
      requests[i].engine.id = static_cast<int64_t>(i) + 1;
      requests[i].engine.random_id = i;
      requests[i].engine.prompt.assign(64, 1);
      requests[i].engine.max_tokens = kMaxTokens;
    }
    ClosedLoop source(std::move(requests), {.num_users = concurrency, .start_ns = clock.NowNs()});
    replayer.Run(source, std::atomic<bool>{false});
    steps += replayer.counters().steps;
    rounds += replayer.counters().rounds;
  }
  state.counters["us_per_step"] = benchmark::Counter(
      static_cast<double>(steps) / 1e6, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["rounds_per_s"] =
      benchmark::Counter(static_cast<double>(rounds), benchmark::Counter::kIsRate);
}
BENCHMARK(ReplayerWithNullEngine)->Arg(1)->Arg(8)->Arg(64)->Unit(benchmark::kMillisecond);

void ReplayerRecorderStore(benchmark::State& state) {
  SelftestOptions options;
  options.concurrency = static_cast<int32_t>(state.range(0));
  options.max_tokens = kMaxTokens;
  options.draft_length = kDraftLength;
  double us_per_step = 0, rounds_per_s = 0, stall_s = 0;
  for (auto _ : state) {
    const SelftestResult result = RunSelftest(options);
    us_per_step += result.us_per_step;
    rounds_per_s += result.rounds_per_s;
    stall_s += result.recorder_stall_s;
  }
  const auto average = benchmark::Counter::kAvgIterations;
  state.counters["us_per_step"] = benchmark::Counter(us_per_step, average);
  state.counters["rounds_per_s"] = benchmark::Counter(rounds_per_s, average);
  state.counters["stall_s"] = benchmark::Counter(stall_s, average);
}
BENCHMARK(ReplayerRecorderStore)
    ->Arg(1)
    ->Arg(8)
    ->Arg(64)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace dsb

BENCHMARK_MAIN();
