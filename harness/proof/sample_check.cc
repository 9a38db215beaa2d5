#include "harness/proof/sample_check.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <numeric>
#include <utility>

#include "engines/target_model/target_model.h"
#include "harness/backends/native_backend.h"
#include "harness/replay/engine_driver.h"

namespace dsb {
namespace {

constexpr double kLeastExpected = 5;  // of a cell

FirstTokensLaw LawFor(TargetRunner& runner, const SampleDraws& draws, int64_t num_samples) {
  return ComputeFirstTokensLaw(runner, draws.prompt, draws.sampling, kComparedTokens,
                               kLeastExpected / static_cast<double>(num_samples));
}

std::string TooFew(int64_t samples, std::optional<int64_t> needed) {
  return std::to_string(samples) +
         " samples are too few to find an engine whose law is off by a total variation of 0.1; " +
         (needed ? "about " + std::to_string(*needed) + " are enough"
                 : "not even " + std::to_string(kMostSearchedSamples) +
                       " are enough: the law has too few likely outcomes");
}

}  // namespace

std::vector<int64_t> CountFirstTokens(Engine& engine, const Clock& clock, const FirstTokensLaw& law,
                                      const SampleDraws& draws, DraftCounts* drafts) {
  std::vector<int64_t> counts(law.cells.size() + 1, 0);
  const auto on_burst = [&](const DrivenAnswer& answer, const TokenBurst&,
                            const RoundOutcome* round) {
    if (answer.end == EndReason::kError) ThrowResource("a sample ended in error: " + answer.error);
    if (round != nullptr && drafts != nullptr) {
      drafts->verified += round->verified;
      drafts->accepted += round->accepted;
    }
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

void JudgeSamples(const std::vector<int64_t>& counts, const std::vector<double>& law,
                  std::optional<int64_t> needed, SampleCheckResult* result) {
  const ChiSquareTest test = ChiSquare(counts, law, kLeastExpected);
  result->samples = std::accumulate(counts.begin(), counts.end(), int64_t{0});
  result->degrees_of_freedom = test.degrees_of_freedom;
  result->chi_square = test.statistic;
  result->p_value = test.p_value;
  result->found_total_variation =
      FoundTotalVariation(result->samples, test.degrees_of_freedom, kSampleGoal);
  if (test.p_value < kSampleSignificance) {
    result->state = ProofState::kRefuted;
  } else if (!HasPower(CellsOf(law, result->samples, kLeastExpected), result->samples,
                       kSampleGoal)) {
    result->reason = TooFew(result->samples, needed);
  } else if (result->drafter != "none" && result->drafts.verified == 0) {
    result->reason = "no draft was verified: only plain decoding was tested";
  } else {
    result->state = ProofState::kProved;
  }
}

std::optional<int64_t> NeededSamples(TargetRunner& runner, const SampleDraws& draws) {
  // With more samples more of the law's outcomes are cells, so the number is searched for.
  for (int64_t samples = 1000; samples <= kMostSearchedSamples; samples *= 2) {
    const ChiSquareCells cells =
        CellsOf(LawFor(runner, draws, samples).Probabilities(), samples, kLeastExpected);
    if (cells.degrees_of_freedom == 0 || cells.resolved < kSampleGoal.total_variation) continue;
    const int64_t enough = CountsForPower(cells.degrees_of_freedom, kSampleGoal);
    if (enough <= samples) return samples;
  }
  return std::nullopt;
}

struct SampleCheck::Parts {
  explicit Parts(const ProveOptions& given)
      : options(given), backend(given.run), clock(backend.MakeClock()) {
    const DecodeOptions& run = options.run;
    draws.prompt = backend.tokenizer().Encode(options.prompt, Tokenizer::Special::kMatch).ids;
    if (draws.prompt.empty()) ThrowBadInput("--prompt: no token in it, expected one or more");
    draws.sampling = {.temperature = run.temperature, .top_k = run.top_k, .top_p = run.top_p};
    draws.num_samples = options.num_samples;
    const int32_t draft_length = LongestDraft(run.arms);
    draws.max_tokens = draft_length + kComparedTokens;
    draws.seed = static_cast<uint64_t>(run.seed);
    context_tokens =
        static_cast<int32_t>(draws.prompt.size()) + draws.max_tokens + draft_length + 2;
    const ArmRoom room = {
        .max_concurrency = 2 * *std::max_element(options.loads.begin(), options.loads.end()),
        .context_tokens = context_tokens};
    for (const ArmOptions& arm : run.arms) arms.push_back(backend.MakeArm(arm, room, *clock));
  }

  const ProveOptions options;
  NativeBackend backend;
  const std::unique_ptr<Clock> clock;
  SampleDraws draws;
  int32_t context_tokens = 0;
  std::vector<BackendArm> arms;
};

SampleCheck::SampleCheck(const ProveOptions& options) : parts_(std::make_unique<Parts>(options)) {}
SampleCheck::~SampleCheck() = default;

std::vector<SampleCheckResult> SampleCheck::Run() {
  SampleDraws& draws = parts_->draws;
  TargetRunner runner(
      parts_->backend.loaded_target().model,
      {.num_slots = 1, .context_tokens = parts_->context_tokens, .feature_layers = {}},
      parts_->backend.pool());
  const FirstTokensLaw law = LawFor(runner, draws, draws.num_samples);
  const std::vector<double> probabilities = law.Probabilities();
  std::optional<int64_t> needed;
  if (!HasPower(CellsOf(probabilities, draws.num_samples, kLeastExpected), draws.num_samples,
                kSampleGoal)) {
    needed = NeededSamples(runner, draws);
  }
  std::vector<SampleCheckResult> results;
  for (size_t i = 0; i < parts_->arms.size(); ++i) {
    const ArmOptions& arm = parts_->options.run.arms[i];
    for (const int32_t load : parts_->options.loads) {
      std::fprintf(stderr, "%s, %d at a time: %lld samples\n", arm.drafter.c_str(), load,
                   static_cast<long long>(draws.num_samples));
      draws.load = load;
      SampleCheckResult& result = results.emplace_back();
      result.drafter = arm.drafter;
      result.policy = arm.policy;
      result.draft_length = arm.draft_length;
      result.load = load;
      const std::vector<int64_t> counts =
          CountFirstTokens(*parts_->arms[i].engine, *parts_->clock, law, draws, &result.drafts);
      JudgeSamples(counts, probabilities, needed, &result);
    }
  }
  return results;
}

}  // namespace dsb
