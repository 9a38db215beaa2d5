#include "harness/proof/sample_check.h"

#include <algorithm>
#include <cstdio>
#include <map>

#include "base/clock.h"
#include "engines/target_model/target_model.h"
#include "harness/backends/native_backend.h"
#include "results/statistics/chi_square.h"

namespace dsb {

std::vector<int64_t> CountFirstTokens(Engine& engine, const FirstTokensLaw& law,
                                      const SampleDraws& draws) {
  std::vector<int64_t> counts(law.cells.size() + 1, 0);
  std::map<int64_t, std::vector<int32_t>> growing;
  int64_t admitted = 0, counted = 0;
  while (counted < draws.num_samples) {
    while (static_cast<int32_t>(growing.size()) < draws.load && admitted < draws.num_samples) {
      const int64_t id = ++admitted;
      engine.Admit({.id = id,
                    .random_id = static_cast<uint64_t>(id),
                    .seed = draws.seed,
                    .prompt = draws.prompt,
                    .sampling = draws.sampling,
                    .max_tokens = draws.max_tokens,
                    .stop_tokens = {}});
      growing[id];
    }
    const StepResult step = engine.Step(0);
    for (const TokenBurst& burst : step.bursts) {
      const auto found = growing.find(burst.request_id);
      if (found == growing.end()) continue;  // cancelled in the step before
      if (burst.end == EndReason::kError) ThrowResource("a sample ended in error: " + burst.error);
      std::vector<int32_t>& tokens = found->second;
      tokens.insert(tokens.end(), burst.tokens.begin(), burst.tokens.end());
      if (static_cast<int32_t>(tokens.size()) < kComparedTokens) continue;
      tokens.resize(kComparedTokens);
      ++counts[law.CellOf(tokens)];
      ++counted;
      growing.erase(found);
      if (burst.end == EndReason::kNone) engine.Cancel(burst.request_id);
    }
  }
  return counts;
}

std::vector<SampleCheckResult> CheckSamples(const ProveOptions& options) {
  MonotonicClock clock;
  const DecodeOptions& run = options.run;
  NativeBackend backend(run, 2 * *std::max_element(options.loads.begin(), options.loads.end()));
  SampleDraws draws;
  draws.prompt = backend.tokenizer().Encode(options.prompt, Tokenizer::Special::kMatch).ids;
  if (draws.prompt.empty()) ThrowBadInput("--prompt: no token in it, expected one or more");
  draws.sampling = {.temperature = run.temperature, .top_k = run.top_k, .top_p = run.top_p};
  draws.num_samples = options.num_samples;
  draws.max_tokens = run.draft_length + kComparedTokens;
  draws.seed = static_cast<uint64_t>(run.seed);
  const int32_t context_tokens =
      static_cast<int32_t>(draws.prompt.size()) + draws.max_tokens + run.draft_length + 2;
  TargetRunner runner(backend.loaded_target().model,
                      {.num_slots = 1, .context_tokens = context_tokens, .feature_layers = {}},
                      backend.pool());
  const FirstTokensLaw law =
      ComputeFirstTokensLaw(runner, draws.prompt, draws.sampling, kComparedTokens,
                            5.0 / static_cast<double>(options.num_samples));
  std::vector<SampleCheckResult> results;
  for (const ArmOptions& options_of_arm : run.arms) {
    const std::string& drafter = options_of_arm.drafter;
    const BackendArm arm = backend.MakeArm(options_of_arm, context_tokens, clock);
    for (const int32_t load : options.loads) {
      std::fprintf(stderr, "%s, %d at a time: %lld samples\n", drafter.c_str(), load,
                   static_cast<long long>(options.num_samples));
      draws.load = load;
      const ChiSquareTest test =
          ChiSquare(CountFirstTokens(*arm.engine, law, draws), law.Probabilities());
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
