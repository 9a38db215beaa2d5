#include "harness/proof/sample_check.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <utility>

#include "engines/target_model/target_model.h"
#include "harness/backends/native_backend.h"
#include "harness/replay/engine_driver.h"
#include "results/statistics/chi_square.h"

namespace dsb {

std::vector<int64_t> CountFirstTokens(Engine& engine, const Clock& clock, const FirstTokensLaw& law,
                                      const SampleDraws& draws) {
  std::vector<int64_t> counts(law.cells.size() + 1, 0);
  const auto on_burst = [&](const DrivenAnswer& answer, const TokenBurst&, const RoundOutcome*) {
    if (answer.end == EndReason::kError) ThrowResource("a sample ended in error: " + answer.error);
    if (static_cast<int32_t>(answer.tokens.size()) < kComparedTokens) return true;
    ++counts[law.CellOf({answer.tokens.begin(), answer.tokens.begin() + kComparedTokens})];
    return false;
  };
  EngineDriver driver(engine, clock);
  int64_t submitted = 0;
  while (submitted < draws.num_samples || !driver.idle()) {
    while (driver.num_wanted() < draws.load && submitted < draws.num_samples) {
      EngineRequest request;
      request.id = ++submitted;
      request.random_id = static_cast<uint64_t>(request.id);
      request.seed = draws.seed;
      request.prompt = draws.prompt;
      request.sampling = draws.sampling;
      request.max_tokens = draws.max_tokens;
      driver.Submit(std::move(request));
    }
    driver.Step(on_burst);
  }
  return counts;
}

std::vector<SampleCheckResult> CheckSamples(const ProveOptions& options) {
  const DecodeOptions& run = options.run;
  NativeBackend backend(run);
  const std::unique_ptr<Clock> clock = backend.MakeClock();
  SampleDraws draws;
  draws.prompt = backend.tokenizer().Encode(options.prompt, Tokenizer::Special::kMatch).ids;
  if (draws.prompt.empty()) ThrowBadInput("--prompt: no token in it, expected one or more");
  draws.sampling = {.temperature = run.temperature, .top_k = run.top_k, .top_p = run.top_p};
  draws.num_samples = options.num_samples;
  const int32_t draft_length = LongestDraft(run.arms);
  draws.max_tokens = draft_length + kComparedTokens;
  draws.seed = static_cast<uint64_t>(run.seed);
  const int32_t context_tokens =
      static_cast<int32_t>(draws.prompt.size()) + draws.max_tokens + draft_length + 2;
  TargetRunner runner(backend.loaded_target().model,
                      {.num_slots = 1, .context_tokens = context_tokens, .feature_layers = {}},
                      backend.pool());
  const FirstTokensLaw law =
      ComputeFirstTokensLaw(runner, draws.prompt, draws.sampling, kComparedTokens,
                            5.0 / static_cast<double>(options.num_samples));
  std::vector<SampleCheckResult> results;
  for (const ArmOptions& options_of_arm : run.arms) {
    const std::string& drafter = options_of_arm.drafter;
    const BackendArm arm = backend.MakeArm(
        options_of_arm,
        {.max_concurrency = 2 * *std::max_element(options.loads.begin(), options.loads.end()),
         .context_tokens = context_tokens},
        *clock);
    for (const int32_t load : options.loads) {
      std::fprintf(stderr, "%s, %d at a time: %lld samples\n", drafter.c_str(), load,
                   static_cast<long long>(options.num_samples));
      draws.load = load;
      const ChiSquareTest test =
          ChiSquare(CountFirstTokens(*arm.engine, *clock, law, draws), law.Probabilities());
      results.push_back({.drafter = drafter,
                         .load = load,
                         .samples = options.num_samples,
                         .degrees_of_freedom = test.degrees_of_freedom,
                         .chi_square = test.statistic,
                         .p_value = test.p_value,
                         .passed = test.p_value >= kSampleSignificance});
    }
  }
  return results;
}

}  // namespace dsb
