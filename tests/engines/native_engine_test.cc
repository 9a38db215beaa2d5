// The engine as its caller sees it, on the tiny fixture models: greedy identity under every load
// and policy, stops, limits, cancellation, failures. The law of sampled tokens is in
// tests/harness/proof/sample_check_slow_test.cc.
#include "engines/native/native_engine.h"

#include "base/error.h"
#include "tests/engines/tiny_world.h"

namespace dsb {
namespace {

class NativeEngine : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(All, NativeEngine, testing::ValuesIn(golden::BlockDrafters()),
                         [](const auto& test) { return test.param; });

std::vector<EngineRequest> Requests(const TinyWorld& world, int count, int32_t max_tokens) {
  const int vocab = static_cast<int>(world.target->config().vocab_size);
  std::vector<EngineRequest> requests;
  for (int i = 0; i < count; ++i) {
    EngineRequest request;
    const int length = 1 + i * 7 % 23;
    for (int j = 0; j < length; ++j) request.prompt.push_back((i * 31 + j * 17 + i * j) % vocab);
    request.max_tokens = max_tokens;
    request.random_id = static_cast<uint64_t>(i);
    request.seed = 5;
    requests.push_back(request);
  }
  return requests;
}

std::vector<std::vector<int32_t>> Answers(const std::vector<Finished>& runs) {
  std::vector<std::vector<int32_t>> answers;
  answers.reserve(runs.size());
  for (const Finished& run : runs) answers.push_back(run.tokens);
  return answers;
}

struct Load {
  int threads;
  int32_t concurrency;
};

void ExpectSameAnswers(const TinyWorld& world, const std::vector<EngineRequest>& requests,
                       const std::vector<std::vector<int32_t>>& expected, const Load& load,
                       const PolicyOptions& policy, int32_t draft_length) {
  SCOPED_TRACE(testing::Message() << "threads " << load.threads << " concurrency "
                                  << load.concurrency << " policy "
                                  << DescribePolicy(policy.kind).name << " length "
                                  << draft_length);
  const MonotonicClock clock;
  ThreadPool pool(load.threads);
  const auto engine = MakeTinyEngine(world,
                                     {.draft = true,
                                      .draft_length = draft_length,
                                      .policy = policy,
                                      .concurrency = load.concurrency,
                                      .prefill_chunk_tokens = 3 + 5 * load.concurrency},
                                     pool, clock);
  ASSERT_EQ(Answers(RunAll(*engine, requests, load.concurrency)), expected);
}

TEST_P(NativeEngine, GreedySpeculationChangesNoTokenUnderAnyLoadPolicyOrWeightMode) {
  const MonotonicClock clock;
  for (const WeightMode mode : {WeightMode::kF32, WeightMode::kBf16, WeightMode::kQ8}) {
    const TinyWorld world = MakeTinyWorld(GetParam(), mode);
    const std::vector<EngineRequest> requests = Requests(world, 9, 16);
    ThreadPool one(1);
    const auto plain = MakeTinyEngine(world, {.draft = false, .policy = {}}, one, clock);
    const auto expected = Answers(RunAll(*plain, requests, 1));
    std::vector<PolicyKind> policies;  // all that a run may name
    for (const std::string& name : PolicyNames()) policies.push_back(FindPolicy(name)->kind);
    const int32_t whole = MakeTinyDrafter(world, 1, one)->draft_length();
    for (const Load& load : {Load{1, 1}, Load{2, 1}, Load{2, 2}, Load{1, 8}, Load{2, 8}}) {
      // Other weight modes differ in their products alone: one load tells.
      if (mode != WeightMode::kF32 && load.concurrency * load.threads != 16) continue;
      for (const PolicyKind policy : policies) {
        for (const int32_t length : {0, 1, 2, whole}) {
          if (policy == PolicyKind::kNone && length != whole) continue;
          ExpectSameAnswers(world, requests, expected, load, {.kind = policy, .threshold = 0.4},
                            length);
        }
      }
    }
  }
}

TEST_P(NativeEngine, SampledTokensDoNotDependOnLoadAtFixedLength) {
  const MonotonicClock clock;
  const TinyWorld world = MakeTinyWorld(GetParam());
  std::vector<EngineRequest> requests = Requests(world, 8, 20);
  for (EngineRequest& request : requests)
    request.sampling = {.temperature = 1, .top_k = 30, .top_p = 0.95};
  ThreadPool one(1), two(2);
  const auto alone =
      MakeTinyEngine(world, {.draft = true, .draft_length = 3, .policy = {}}, one, clock);
  const auto together = MakeTinyEngine(
      world, {.draft = true, .draft_length = 3, .policy = {}, .concurrency = 6}, two, clock);
  EXPECT_EQ(Answers(RunAll(*alone, requests, 1)), Answers(RunAll(*together, requests, 6)));
}

// Has something drafted in every fourth step only, and nothing of it verified.
class DraftsSeldom : public VerifyBudget {
 public:
  int32_t Next(const LoadView& load) override { return load.step % 4 == 0 ? 0 : kNoDraft; }
  void Observe(const FinishedRounds& /*finished*/) override {}
};

TEST_P(NativeEngine, DraftsTheSameAfterRoundsThatWereNotDraftedFor) {
  const MonotonicClock clock;
  const TinyWorld world = MakeTinyWorld(GetParam());
  const std::vector<EngineRequest> requests = Requests(world, 5, 90);
  ThreadPool pool(2);
  const PolicyOptions nothing = {.kind = PolicyKind::kBudget, .budget = 0};
  const auto always =
      MakeTinyEngine(world, {.draft = true, .policy = nothing, .concurrency = 3}, pool, clock);
  const auto seldom =
      MakeTinyEngine(world,
                     {.draft = true,
                      .policy = nothing,
                      .make_budget = [] { return std::make_unique<DraftsSeldom>(); },
                      .concurrency = 3},
                     pool, clock);
  const auto expected = RunAll(*always, requests, 3), found = RunAll(*seldom, requests, 3);
  int64_t drafted = 0, undrafted = 0;
  for (size_t i = 0; i < requests.size(); ++i) {
    ASSERT_EQ(found[i].tokens, expected[i].tokens);
    ASSERT_EQ(found[i].rounds.size(), expected[i].rounds.size());
    for (size_t r = 0; r < found[i].rounds.size(); ++r) {
      const RoundOutcome &a = expected[i].rounds[r], &b = found[i].rounds[r];
      (b.proposed > 0 ? drafted : undrafted) += 1;
      if (b.proposed == 0) continue;
      EXPECT_EQ(b.draft_ids, a.draft_ids);
      EXPECT_EQ(b.confidence, a.confidence);
    }
  }
  EXPECT_GT(drafted, 50);
  EXPECT_GT(undrafted, 2 * drafted);
}

TEST_P(NativeEngine, RoundsAccountForEveryToken) {
  const MonotonicClock clock;
  const TinyWorld world = MakeTinyWorld(GetParam());
  ThreadPool pool(2);
  const auto engine =
      MakeTinyEngine(world, {.draft = true, .policy = {}, .concurrency = 4}, pool, clock);
  const bool confidence = MakeTinyDrafter(world, 1, pool)->has_confidence();
  int64_t accepted = 0;
  for (const Finished& run : RunAll(*engine, Requests(world, 12, 30), 4)) {
    size_t total = 1;  // the prefill's token is not a round
    for (const RoundOutcome& round : run.rounds) {
      EXPECT_LE(round.accepted, round.verified);
      EXPECT_LE(round.verified, round.proposed);
      EXPECT_EQ(round.committed, round.accepted + 1);
      EXPECT_EQ(round.confidence.size(), confidence ? static_cast<size_t>(round.proposed) : 0u);
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

TEST_P(NativeEngine, StopsAtStopTokensAndLimitsLikePlainDecoding) {
  const MonotonicClock clock;
  const TinyWorld world = MakeTinyWorld(GetParam());
  ThreadPool pool(1);
  const auto plain = MakeTinyEngine(world, {.draft = false, .policy = {}}, pool, clock);
  const auto drafted = MakeTinyEngine(world, {.draft = true, .policy = {}}, pool, clock);
  std::vector<EngineRequest> requests = Requests(world, 20, 24);
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

TEST_P(NativeEngine, RefusesWhatCannotFitAndFreesCancelledSlots) {
  const MonotonicClock clock;
  const TinyWorld world = MakeTinyWorld(GetParam());
  ThreadPool pool(1);
  const auto engine = MakeTinyEngine(world, {.draft = true, .policy = {}}, pool, clock);
  EngineRequest request = Requests(world, 1, 24)[0];
  request.max_tokens = 160;
  EXPECT_THROW(engine->Admit(request), Error);
  request.max_tokens = 24;
  request.prompt = {static_cast<int32_t>(world.target->config().vocab_size)};
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
}  // namespace
}  // namespace dsb
