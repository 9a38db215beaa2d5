// The device engine on the host runner against the CPU engine: the whole decoding loop of the tiny
// models, the same rounds and tokens for every drafter, greedy and sampled, alone and together.
// Float weights, so that the engines differ by the order of sums alone.
#include "engines/device/device_engine.h"

#include "base/error.h"
#include "tests/cudahost/device_world.h"
#include "tests/cudahost/test_device.h"

namespace dsb {
namespace {

constexpr SamplingParams kSampled = {.temperature = 0.8, .top_k = 40, .top_p = 0.95};

// Prompts of 1, 8, 15, ... tokens.
std::vector<EngineRequest> Requests(const DeviceWorld& world, int count, int32_t max_tokens,
                                    const SamplingParams& sampling = {}) {
  auto requests = MixedRequests(count, max_tokens, world.target->config().vocab_size);
  for (EngineRequest& request : requests) request.sampling = sampling;
  return requests;
}

class DeviceTargetOnly : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(All, DeviceTargetOnly, testing::ValuesIn(golden::Targets()),
                         [](const auto& test) { return test.param; });

TEST_P(DeviceTargetOnly, DecodesAsTheCpuEngine) {
  const DeviceWorld world = MakeDeviceWorld("none", "", LoadFixtureTarget(GetParam()));
  ExpectSameRuns(world,
                 {.draft = false, .policy = {}, .concurrency = 3, .prefill_chunk_tokens = 13},
                 Requests(world, 4, 4));
  ExpectSameRuns(world, {.draft = false, .policy = {}, .concurrency = 2},
                 Requests(world, 2, 3, kSampled));
}

class DeviceDrafters : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(All, DeviceDrafters, testing::ValuesIn(DeviceWorldNames()),
                         [](const auto& test) { return test.param; });

// Three requests of unequal length at once; two of them end at a stop token, inside a block where
// the drafts are right.
TEST_P(DeviceDrafters, GreedyRoundsAreTheCpuEngines) {
  const NamedDeviceWorld named(GetParam());
  const DeviceWorld& world = named.world();
  std::vector<EngineRequest> requests = Requests(world, 3, 7);
  const MonotonicClock clock;
  ThreadPool pool(1);
  const auto plain = MakeCpuEngineOf(world, {.draft = false, .policy = {}}, pool, clock);
  const std::vector<Finished> free_running = RunAll(*plain, requests, 1);
  requests[0].stop_tokens = {-1, free_running[0].tokens[4]};
  requests[1].stop_tokens = {free_running[1].tokens[2]};
  ExpectSameRuns(world, {.draft = true, .policy = {}, .concurrency = 3, .prefill_chunk_tokens = 13},
                 requests);
}

// Three at a time, one of them greedy, in an engine for five: a pass is padded to four.
TEST_P(DeviceDrafters, SampledRoundsAreTheCpuEngines) {
  const NamedDeviceWorld named(GetParam());
  const DeviceWorld& world = named.world();
  std::vector<EngineRequest> requests = Requests(world, 3, 4, kSampled);
  requests[1].sampling = {};  // greedy beside sampled
  requests[2].max_tokens = 2;
  ExpectSameRuns(world, {.draft = true, .policy = {}, .concurrency = 5}, requests);
}

// One request after the other, in the slot that the one before left.
TEST(DeviceEngine, DecodesOneRequestAtATime) {
  for (const char* name : {"dspark_rnn", "eagle3"}) {
    const DeviceWorld world = FixtureDeviceWorld(name);
    ExpectSameRuns(world, {.draft = true, .draft_length = 2, .policy = {}},
                   Requests(world, 2, 5, kSampled));
  }
}

// The draft length of every request is decided on the device.
TEST(DeviceEngine, AdmitsByThresholdAsTheCpuEngine) {
  const DeviceWorld world = FixtureDeviceWorld("dspark_vanilla");
  ExpectSameRuns(world,
                 {.draft = true,
                  .draft_length = 4,
                  .policy = {.kind = PolicyKind::kThreshold, .threshold = 0.45},
                  .concurrency = 3},
                 Requests(world, 3, 5));
}

// Of three requests, from what was verified and accepted before: the rows of a pass change too.
class ChangingBudget : public VerifyBudget {
 public:
  int32_t Next(const LoadView& load) override {
    EXPECT_LE(load.requests.size(), 3u);
    return static_cast<int32_t>((seen_ + load.step * 5) % 13);
  }
  void Observe(const FinishedRounds& finished) override {
    for (const FinishedRound& round : finished.rounds) {
      seen_ += 3 * round.accepted + round.verified + round.request.generation;
    }
  }

 private:
  int64_t seen_ = 0;
};

TEST(DeviceEngine, AdmitsABudgetAsTheCpuEngine) {
  const DeviceWorld world = FixtureDeviceWorld("dspark_vanilla");
  TinyOptions options = {.draft = true,
                         .draft_length = 4,
                         .policy = {.kind = PolicyKind::kBudget, .budget = 5},
                         .concurrency = 3};
  ExpectSameRuns(world, options, Requests(world, 3, 5));
  options.make_budget = [] { return std::make_unique<ChangingBudget>(); };
  ExpectSameRuns(world, options, Requests(world, 5, 9));
}

// Drafts in every third step only, and then verifies a part of it.
class DraftsSeldom : public VerifyBudget {
 public:
  int32_t Next(const LoadView& load) override { return load.step % 3 == 0 ? 2 : kNoDraft; }
  void Observe(const FinishedRounds& finished) override {
    for (const FinishedRound& round : finished.rounds) {
      EXPECT_EQ(round.proposed > 0, finished.step % 3 == 0 && round.request.most > 0);
      EXPECT_EQ(round.confidence.size(), static_cast<size_t>(round.proposed));
    }
  }
};

TEST(DeviceEngine, DraftsNothingWhereTheBudgetSaysSo) {
  for (const char* name : {"dspark_vanilla", "dspark_rnn"}) {
    SCOPED_TRACE(name);
    const DeviceWorld world = FixtureDeviceWorld(name);
    ExpectSameRuns(world,
                   {.draft = true,
                    .draft_length = 4,
                    .policy = {.kind = PolicyKind::kBudget, .budget = 0},
                    .make_budget = [] { return std::make_unique<DraftsSeldom>(); },
                    .concurrency = 3},
                   Requests(world, 4, 9));
  }
}

TEST(DeviceEngine, RefusesAPolicyThatNoDeviceHas) {
  const DeviceWorld world = FixtureDeviceWorld("dspark_vanilla");
  const MonotonicClock clock;
  ThreadPool pool(1);
  const TinyOptions options = {.draft = true, .policy = {.kind = PolicyKind::kAlgorithm1}};
  EXPECT_THROW(MakeDeviceEngineOf(world, options, pool, clock), Error);
  const TinyOptions calibrated = {.draft = true,
                                  .policy = {.kind = PolicyKind::kBudget, .temperatures = {2}}};
  EXPECT_THROW(MakeDeviceEngineOf(world, calibrated, pool, clock), Error);
}

TEST(DeviceDrafterTable, HasTheRegistrysNames) { EXPECT_EQ(DeviceDrafterNames(), DrafterNames()); }

// With products that are rounded the engines may part; a device's own plain and drafted answers may
// not: whatever else is in a pass, a row has the same bits.
TEST(DeviceEngine, GreedySpeculationChangesNoTokenOfRoundedWeights) {
  const MonotonicClock clock;
  ThreadPool pool(1);
  for (const WeightMode mode : {WeightMode::kBf16, WeightMode::kQ8}) {
    SCOPED_TRACE(WeightModeName(mode));
    const DeviceWorld world = FixtureDeviceWorld("dspark_vanilla", mode);
    const std::vector<EngineRequest> requests = Requests(world, 2, 5);
    const auto plain = MakeDeviceEngineOf(world, {.draft = false, .policy = {}}, pool, clock);
    const std::vector<Finished> expected = RunAll(*plain, requests, 1);
    const auto drafted = MakeDeviceEngineOf(
        world, {.draft = true, .policy = {}, .concurrency = 2, .prefill_chunk_tokens = 5}, pool,
        clock);
    const std::vector<Finished> found = RunAll(*drafted, requests, 2);
    for (size_t i = 0; i < requests.size(); ++i) EXPECT_EQ(found[i].tokens, expected[i].tokens);
  }
}

TEST(DeviceEngine, StepsSayWhatTheyDid) {
  const DeviceWorld world = FixtureDeviceWorld("dspark_vanilla");
  const MonotonicClock clock;
  ThreadPool pool(1);
  const auto engine = MakeDeviceEngineOf(
      world, {.draft = true, .draft_length = 3, .policy = {}, .concurrency = 5}, pool, clock);
  EXPECT_EQ(engine->Describe().isa, "cuda");
  for (EngineRequest& request : Requests(world, 3, 8)) {
    request.id = static_cast<int64_t>(request.random_id);
    engine->Admit(request);
  }
  const StepResult first = engine->Step(0);
  EXPECT_EQ(first.num_prefill_tokens, 1 + 8 + 15);
  EXPECT_EQ(first.bursts.size(), 3u);
  EXPECT_EQ(first.rounds.size(), 0u);
  const StepResult second = engine->Step(0);
  EXPECT_EQ(second.num_draft_tokens, 9);
  EXPECT_EQ(second.num_verify_tokens, 12);
  EXPECT_EQ(second.padded_tokens, 16);  // four requests' rows
  for (const StepResult* step : {&first, &second}) {
    int64_t sum = 0;
    for (const PhaseSpan& span : step->phases) sum += span.wall_ns;
    EXPECT_EQ(sum, step->wall_ns);
  }
  EXPECT_GT(second.phases[static_cast<int>(Phase::kDraft)].wall_ns, 0);
  EXPECT_GT(second.phases[static_cast<int>(Phase::kVerify)].wall_ns, 0);
  engine->Cancel(1);
  const StepResult third = engine->Step(0);
  EXPECT_EQ(third.bursts[0].end, EndReason::kCancelled);
  EXPECT_EQ(third.num_requests, 2);
}

TEST(DeviceEngine, NamesTheBytesThatItNeeds) {
  if (test_device::OnGpu()) GTEST_SKIP() << "a device has the memory it has";
  const DeviceWorld world = FixtureDeviceWorld("dspark_vanilla");
  const MonotonicClock clock;
  ThreadPool pool(1);
  const cuda::DeviceMemoryState before = cuda::ReadDeviceMemoryState();
  const test_device::ScopedDeviceMemory limit(before.total_bytes - before.free_bytes + 100'000);
  try {
    MakeDeviceEngineOf(world, {.draft = true, .policy = {}}, pool, clock);
    ADD_FAILURE() << "there was room";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kResource);
    const std::string message = error.what();
    EXPECT_NE(message.find("the device engine (weights "), std::string::npos) << message;
    EXPECT_NE(message.find("keys and values"), std::string::npos) << message;
    EXPECT_NE(message.find(", 100000 are free"), std::string::npos) << message;
  }
}

}  // namespace
}  // namespace dsb
