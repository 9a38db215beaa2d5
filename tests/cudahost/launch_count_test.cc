// How many kernels the device engine launches in a round, counted on the host runner. It must not
// depend on the number of requests: a round is a fixed sequence that a graph can replay.
#include "engines/device/device_engine.h"
#include "tests/cudahost/device_world.h"
#include "tests/cudahost/test_device.h"

namespace dsb {
namespace {

struct Counts {
  int64_t target_layers = 0;
  int64_t launches = 0;
};

// Of each of the rounds that follow the prefill; all of them must be alike.
Counts RoundLaunches(const DeviceWorld& world, int num_requests) {
  const MonotonicClock clock;
  ThreadPool pool(1);
  const TinyOptions options{.draft = world.drafter != "none",
                            .draft_length = 3,
                            .policy = {},
                            .concurrency = num_requests};
  const auto engine = MakeDeviceEngineOf(world, options, pool, clock);
  for (EngineRequest& request : MixedRequests(num_requests, 9, world.target->config().vocab_size)) {
    request.id = static_cast<int64_t>(request.random_id);
    engine->Admit(request);
  }
  engine->Step(0);
  Counts counts{.target_layers = world.target->config().num_layers};
  for (int round = 0; round < 2; ++round) {
    const int64_t before = test_device::NumLaunches();
    const StepResult step = engine->Step(0);
    EXPECT_EQ(step.num_prefill_tokens, 0);
    EXPECT_EQ(step.num_requests, num_requests);
    const int64_t launches = test_device::NumLaunches() - before;
    if (round > 0) {
      EXPECT_EQ(launches, counts.launches);
    }
    counts.launches = launches;
  }
  return counts;
}

class LaunchCounts : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(All, LaunchCounts,
                         testing::Values("none", "dspark_vanilla", "dspark_gated", "dspark_rnn",
                                         "dflash_original", "eagle3_original", "mtp"),
                         [](const auto& test) { return test.param; });

TEST_P(LaunchCounts, OfARoundDoNotDependOnTheNumberOfRequests) {
  if (test_device::OnGpu()) GTEST_SKIP() << "counted on the host runner";
  const auto count = [](const DeviceWorld& world) {
    const Counts one = RoundLaunches(world, 1);
    const Counts three = RoundLaunches(world, 3);
    EXPECT_EQ(one.launches, three.launches);
    EXPECT_GT(one.launches, 8 * one.target_layers);
    RecordProperty("launches", std::to_string(one.launches));
    RecordProperty("target_layers", std::to_string(one.target_layers));
    std::printf("%s: %lld launches a round, %lld target layers\n", world.drafter.c_str(),
                static_cast<long long>(one.launches), static_cast<long long>(one.target_layers));
  };
  if (GetParam() == "none") {
    count(MakeDeviceWorld("none", "", LoadFixtureTarget(golden::Targets()[0])));
  } else {
    count(NamedDeviceWorld(GetParam()).world());
  }
}

}  // namespace
}  // namespace dsb
