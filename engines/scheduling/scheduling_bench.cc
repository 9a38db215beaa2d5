// What a scheduler costs a step: the budget's answer, the ranking that fills it, and taking in what
// was drafted. 256 requests x 7 drafts are to take 50 us at most.
#include <benchmark/benchmark.h>

#include "base/philox.h"
#include "engines/scheduling/policy.h"

namespace dsb {
namespace {

std::shared_ptr<const CostTable> Costs() {
  const auto at = [](int64_t place, int64_t ns) {
    return CostPoint{.at = place, .median_ns = ns, .min_ns = ns, .max_ns = ns, .samples = 0};
  };
  CostTable table;
  table.measured = false;
  table.verify.push_back({.requests = 1, .by_tokens = {{at(1, 100), at(4096, 8000)}, 0, "bench"}});
  table.draft = {{at(1, 20), at(512, 300)}, 0, "bench"};
  return std::make_shared<const CostTable>(std::move(table));
}

void BM_ScheduleStep(benchmark::State& state, PolicyKind kind) {
  const auto num_requests = static_cast<size_t>(state.range(0));
  const auto length = static_cast<size_t>(state.range(1));
  const VerifyPolicy policy = MakePolicy({.kind = kind, .costs = Costs()});
  std::vector<RequestLoad> load;
  std::vector<FinishedRounds> steps(8);  // confidences of several steps in turn
  for (size_t r = 0; r < num_requests; ++r) {
    load.push_back({.slot = static_cast<int32_t>(r), .most = static_cast<int32_t>(length)});
  }
  uint32_t position = 0;
  for (FinishedRounds& finished : steps) {
    for (const RequestLoad& request : load) {
      FinishedRound& round = finished.rounds.emplace_back();
      round.request = request;
      round.proposed = request.most;
      for (size_t k = 0; k < length; ++k) {
        round.confidence.push_back(
            static_cast<float>(0.2 + 0.8 * Uniform({.position = position++})));
      }
    }
  }
  std::vector<DraftedRequest> drafted(num_requests);
  int64_t step = 0;
  for (auto _ : state) {
    FinishedRounds& finished = steps[static_cast<size_t>(step) % steps.size()];
    finished.step = ++step;
    const int32_t budget = policy.budget->Next({.step = step, .requests = load});
    for (size_t r = 0; r < num_requests; ++r) {
      drafted[r] = {.proposed = static_cast<int32_t>(length),
                    .confidence = finished.rounds[r].confidence};
    }
    benchmark::DoNotOptimize(policy.Choose(budget, drafted));
    policy.budget->Observe(finished);
  }
}
BENCHMARK_CAPTURE(BM_ScheduleStep, lagged, PolicyKind::kLagged)
    ->Args({1, 7})
    ->Args({32, 7})
    ->Args({256, 7})
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(BM_ScheduleStep, algorithm1, PolicyKind::kAlgorithm1)
    ->Args({256, 7})
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace dsb

BENCHMARK_MAIN();
