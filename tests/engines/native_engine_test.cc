// The engine as its caller sees it, on the tiny fixture models: greedy identity under every load
// and policy, stops, limits, cancellation, failures, the law of sampled tokens.
#include "engines/decoding/native_engine.h"

#include <map>

#include "base/error.h"
#include "tests/engines/tiny_world.h"

namespace dsb {
namespace {

constexpr char kDrafter[] = "dspark_for_llama";

std::vector<EngineRequest> Requests(int count, int32_t max_tokens) {
  std::vector<EngineRequest> requests;
  for (int i = 0; i < count; ++i) {
    EngineRequest request;
    const int length = 1 + i * 7 % 23;
    for (int j = 0; j < length; ++j) request.prompt.push_back((i * 31 + j * 17 + i * j) % 90);
    request.max_tokens = max_tokens;
    request.random_id = static_cast<uint64_t>(i);
    request.seed = 5;
    requests.push_back(request);
  }
  return requests;
}

std::vector<std::vector<int32_t>> Answers(const std::vector<Finished>& runs) {
  std::vector<std::vector<int32_t>> answers;
  for (const Finished& run : runs) answers.push_back(run.tokens);
  return answers;
}

TEST(NativeEngine, GreedySpeculationChangesNoTokenUnderAnyLoadPolicyOrWeightMode) {
  const MonotonicClock clock;
  for (const WeightMode mode : {WeightMode::kF32, WeightMode::kBf16, WeightMode::kQ8}) {
    const TinyWorld world = MakeTinyWorld(kDrafter, mode);
    const std::vector<EngineRequest> requests = Requests(6, 16);
    ThreadPool one(1);
    const auto plain = MakeTinyEngine(world, {.draft = false, .policy = {}}, one, clock);
    const auto expected = Answers(RunAll(*plain, requests, 1));
    for (const int threads : {1, 2}) {
      ThreadPool pool(threads);
      for (const int32_t concurrency : {1, 2, 6}) {
        for (const char* policy : {"none", "fixed", "threshold"}) {
          for (int32_t length = 0; length <= 4; ++length) {
            SCOPED_TRACE(testing::Message()
                         << "threads " << threads << " concurrency " << concurrency << " policy "
                         << policy << " length " << length);
            const auto engine = MakeTinyEngine(
                world,
                {.draft = true,
                 .policy = {.name = policy, .draft_length = length, .threshold = 0.4},
                 .concurrency = concurrency,
                 .prefill_chunk_tokens = 3 + 5 * concurrency},
                pool, clock);
            ASSERT_EQ(Answers(RunAll(*engine, requests, concurrency)), expected);
          }
        }
      }
    }
  }
}

TEST(NativeEngine, SampledTokensDoNotDependOnLoadAtFixedLength) {
  const MonotonicClock clock;
  const TinyWorld world = MakeTinyWorld(kDrafter);
  std::vector<EngineRequest> requests = Requests(8, 20);
  for (EngineRequest& request : requests)
    request.sampling = {.temperature = 1, .top_k = 30, .top_p = 0.95};
  ThreadPool one(1), two(2);
  const auto alone =
      MakeTinyEngine(world, {.draft = true, .policy = {.draft_length = 3}}, one, clock);
  const auto together = MakeTinyEngine(
      world, {.draft = true, .policy = {.draft_length = 3}, .concurrency = 6}, two, clock);
  EXPECT_EQ(Answers(RunAll(*alone, requests, 1)), Answers(RunAll(*together, requests, 6)));
}

TEST(NativeEngine, RoundsAccountForEveryToken) {
  const MonotonicClock clock;
  const TinyWorld world = MakeTinyWorld(kDrafter);
  ThreadPool pool(2);
  const auto engine =
      MakeTinyEngine(world, {.draft = true, .policy = {}, .concurrency = 4}, pool, clock);
  int64_t accepted = 0;
  for (const Finished& run : RunAll(*engine, Requests(12, 30), 4)) {
    size_t total = 1;  // the prefill's token is not a round
    for (const RoundOutcome& round : run.rounds) {
      EXPECT_LE(round.accepted, round.verified);
      EXPECT_LE(round.verified, round.proposed);
      EXPECT_EQ(round.committed, round.accepted + 1);
      EXPECT_EQ(round.confidence.size(), static_cast<size_t>(round.proposed));
      EXPECT_EQ(round.draft_ids.size(), static_cast<size_t>(round.proposed));
      total += static_cast<size_t>(round.committed);
      accepted += round.accepted;
    }
    EXPECT_EQ(run.tokens.size(), total);
    EXPECT_EQ(run.tokens.size(), 30u);
    EXPECT_EQ(run.end, EndReason::kLength);
  }
  EXPECT_GT(accepted, 0);
}

TEST(NativeEngine, StopsAtStopTokensAndLimitsLikePlainDecoding) {
  const MonotonicClock clock;
  const TinyWorld world = MakeTinyWorld(kDrafter);
  ThreadPool pool(1);
  const auto plain = MakeTinyEngine(world, {.draft = false, .policy = {}}, pool, clock);
  const auto drafted = MakeTinyEngine(world, {.draft = true, .policy = {}}, pool, clock);
  std::vector<EngineRequest> requests = Requests(20, 24);
  const auto free_running = Answers(RunAll(*plain, requests, 1));
  for (size_t i = 0; i < requests.size(); ++i) {
    requests[i].stop_tokens = {free_running[i][i % 24]};
    requests[i].max_tokens = static_cast<int32_t>(1 + i);
  }
  const std::vector<Finished> a = RunAll(*plain, requests, 1), b = RunAll(*drafted, requests, 1);
  int stopped = 0;
  for (size_t i = 0; i < requests.size(); ++i) {
    EXPECT_EQ(a[i].tokens, b[i].tokens);
    EXPECT_EQ(a[i].end, b[i].end);
    EXPECT_LE(b[i].tokens.size(), static_cast<size_t>(requests[i].max_tokens));
    if (b[i].end != EndReason::kStop) continue;
    ++stopped;
    EXPECT_EQ(b[i].tokens.back(), requests[i].stop_tokens[0]);
    EXPECT_EQ(std::count(b[i].tokens.begin(), b[i].tokens.end(), requests[i].stop_tokens[0]), 1);
  }
  EXPECT_GT(stopped, 3);
}

TEST(NativeEngine, RefusesWhatCannotFitAndFreesCancelledSlots) {
  const MonotonicClock clock;
  const TinyWorld world = MakeTinyWorld(kDrafter);
  ThreadPool pool(1);
  const auto engine = MakeTinyEngine(world, {.draft = true, .policy = {}}, pool, clock);
  EngineRequest request = Requests(1, 24)[0];
  request.max_tokens = 160;
  EXPECT_THROW(engine->Admit(request), Error);
  request.max_tokens = 24;
  request.prompt = {96};  // the vocabulary has 96 tokens: 0 to 95
  EXPECT_THROW(engine->Admit(request), Error);
  request.prompt = {1};
  for (int i = 0; i < 3; ++i) {
    engine->Admit(request);
    EXPECT_THROW(engine->Admit(request), Error);
    engine->Step(0);
    engine->Cancel(request.id);
    const StepResult step = engine->Step(0);
    ASSERT_EQ(step.bursts.size(), 1u);
    EXPECT_EQ(step.bursts[0].end, EndReason::kCancelled);
    EXPECT_EQ(step.num_requests, 0);
  }
}

// Chi-square of the first two tokens against the target's own law; the answer law must not depend
// on drafting.
TEST(NativeEngine, SampledTokensFollowTheTargetsLaw) {
  const MonotonicClock clock;
  const TinyWorld world = MakeTinyWorld(kDrafter);
  ThreadPool pool(1);
  const std::vector<int32_t> prompt = {5, 24, 42, 33, 12};
  const SamplingParams sampling = {.temperature = 0.6, .top_k = 4, .top_p = 0.95};
  // Exact law of the first three tokens by enumeration of the truncated support.
  std::map<std::vector<int32_t>, double> exact = {{{}, 1.0}};
  TargetRunner runner(world.target, {.num_slots = 1, .context_tokens = 64, .feature_layers = {}},
                      pool);
  for (int depth = 0; depth < 3; ++depth) {
    std::map<std::vector<int32_t>, double> longer;
    for (const auto& [tail, probability] : exact) {
      std::vector<int32_t> tokens = prompt;
      tokens.insert(tokens.end(), tail.begin(), tail.end());
      const TargetInput input = {
          .slot = 0, .first_position = 0, .tokens = tokens, .num_logit_rows = 1};
      runner.Forward(std::span(&input, 1));
      TokenLaw law;
      ComputeTargetLaw(runner.Logits(0, 0), sampling, law);
      for (int32_t token = 0; token < 96; ++token) {
        if (law.probability(token) == 0) continue;
        std::vector<int32_t> next = tail;
        next.push_back(token);
        longer[next] = probability * law.probability(token);
      }
    }
    exact = longer;
  }
  constexpr int kSamples = 6000;
  const auto engine = MakeTinyEngine(
      world, {.draft = true, .policy = {.draft_length = 3}, .concurrency = 8}, pool, clock);
  std::vector<EngineRequest> requests(kSamples);
  for (int i = 0; i < kSamples; ++i) {
    EngineRequest& request = requests[static_cast<size_t>(i)];
    request.prompt = prompt;
    request.sampling = sampling;
    request.max_tokens = 5;
    request.random_id = static_cast<uint64_t>(i);
    request.seed = 77;
  }
  std::map<std::vector<int32_t>, int> counts;
  int64_t accepted = 0;
  for (const Finished& run : RunAll(*engine, requests, 8)) {
    ++counts[{run.tokens.begin(), run.tokens.begin() + 3}];
    for (const RoundOutcome& round : run.rounds) accepted += round.accepted;
  }
  EXPECT_GT(accepted, kSamples / 10);  // the draft matters, or the test shows nothing
  double chi_square = 0, rest_expected = 0, rest_found = 0;
  int cells = 0;
  for (const auto& [tokens, probability] : exact) {
    const double expected = probability * kSamples;
    const double found = counts[tokens];
    if (expected < 10) {
      rest_expected += expected;
      rest_found += found;
      continue;
    }
    chi_square += (found - expected) * (found - expected) / expected;
    ++cells;
  }
  if (rest_expected > 0) {
    chi_square += (rest_found - rest_expected) * (rest_found - rest_expected) / rest_expected;
    ++cells;
  }
  const double degrees = cells - 1;
  // Wilson-Hilferty quantile at 1e-4 (z = 3.719).
  const double cube = 1 - 2 / (9 * degrees) + 3.719 * std::sqrt(2 / (9 * degrees));
  EXPECT_LT(chi_square, degrees * cube * cube * cube) << cells << " cells";
  for (const auto& [tokens, count] : counts) EXPECT_TRUE(exact.contains(tokens) || count == 0);
}

}  // namespace
}  // namespace dsb
