// The engine's sampled tokens against the exact law of the tiny targets' logits, for every fixture
// drafter that dsbench has an engine for, at two loads.
#include "harness/proof/sample_check.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "results/statistics/chi_square.h"
#include "tests/engines/recurrent_world.h"
#include "tests/engines/tiny_world.h"

namespace dsb {
namespace {

// DSBENCH_SAMPLES: samples of each drafter at each load.
int64_t NumSamples() {
  const char* given = std::getenv("DSBENCH_SAMPLES");
  return given == nullptr ? 10'000 : std::atoll(given);
}
constexpr std::array kLoads = {1, 8};

// A fixture drafter, or "mtp1": made up, as no fixture is one.
struct Subject {
  explicit Subject(const std::string& name) : pool(1) {
    if (name == "mtp1") {
      world.drafter = name;
      world.target = LoadFixtureTarget(golden::Targets().front());
      MakeUp(MadeUp::kMtp, world.target->config(), made_up);
      world.drafter_folder = made_up.Write();
    } else {
      world = MakeTinyWorld(name);
    }
  }

  FirstTokensLaw Law(const SamplingParams& sampling) {
    TargetRunner runner(
        world.target, {.num_slots = 1, .context_tokens = kTinyContextTokens, .feature_layers = {}},
        pool);
    return ComputeFirstTokensLaw(runner, kPrompt, sampling, kComparedTokens,
                                 5.0 / static_cast<double>(NumSamples()));
  }

  ChiSquareTest Test(const FirstTokensLaw& law, int32_t load) {
    const MonotonicClock clock;
    const auto engine =
        MakeTinyEngine(world, {.draft = true, .policy = {}, .concurrency = 16}, pool, clock);
    const SampleDraws draws = {.prompt = kPrompt,
                               .sampling = kSampling,
                               .num_samples = NumSamples(),
                               .load = load,
                               .max_tokens = 11,
                               .seed = 7};
    return ChiSquare(CountFirstTokens(*engine, clock, law, draws), law.Probabilities());
  }

  static constexpr SamplingParams kSampling = {.temperature = 1, .top_k = 0, .top_p = 0.95};
  const std::vector<int32_t> kPrompt = {5, 9, 2};
  ThreadPool pool;
  TestCheckpoint made_up;
  TinyWorld world;
};

class SampledTokens : public testing::TestWithParam<std::string> {};

TEST_P(SampledTokens, FollowTheTargetsLaw) {
  Subject subject(GetParam());
  const FirstTokensLaw law = subject.Law(Subject::kSampling);
  ASSERT_GE(law.cells.size(), 10u);
  for (const int32_t load : kLoads) {
    const ChiSquareTest test = subject.Test(law, load);
    EXPECT_GE(test.p_value, kSampleSignificance)
        << load << " at a time: chi-square " << test.statistic << " with "
        << test.degrees_of_freedom << " degrees of freedom";
  }
}

TEST(SampledTokensOfAnyDrafter, ThatAreSlightlyOffAreFound) {
  Subject subject("mtp1");
  SamplingParams warmer = Subject::kSampling;
  warmer.temperature = 1.1;
  EXPECT_LT(subject.Test(subject.Law(warmer), 8).p_value, kSampleSignificance);
}

std::vector<std::string> Subjects() {
  std::vector<std::string> names = golden::Folders("drafters", [](const nlohmann::json& config) {
    return config["architectures"][0].get<std::string>().find("Gemma") == std::string::npos;
  });
  names.emplace_back("mtp1");
  return names;
}

INSTANTIATE_TEST_SUITE_P(All, SampledTokens, testing::ValuesIn(Subjects()),
                         [](const auto& instance) { return instance.param; });

}  // namespace
}  // namespace dsb
