// Eagle3 and MTP inside the engine: greedy identity under every load, thread count and policy, the
// same bits alone and together, blocks that end at stop tokens, laws kept for verification.
#include <cstring>

#include "engines/decoding/verify.h"
#include "tests/engines/recurrent_world.h"

namespace dsb {
namespace {

struct Case {
  std::string name;
  bool eagle3 = false;
  std::shared_ptr<const TargetModel> target;
  std::string folder;
};

// The fixtures, and every made-up layout on every target.
class RecurrentEngine : public testing::Test {
 protected:
  std::vector<Case> Cases(WeightMode mode) {
    std::vector<Case> cases;
    for (const std::string& fixture : Eagle3Fixtures()) {
      cases.push_back({.name = fixture,
                       .eagle3 = true,
                       .target = LoadFixtureTarget(golden::TargetOf(fixture), mode),
                       .folder = golden::Root() + "/drafters/" + fixture});
    }
    for (const std::string& name : golden::Targets()) {
      const auto target = LoadFixtureTarget(name, mode);
      for (const MadeUp kind : kAllMadeUp) {
        TestCheckpoint& checkpoint = *made_up_.emplace_back(std::make_unique<TestCheckpoint>());
        MakeUp(kind, target->config(), checkpoint);
        cases.push_back({.name = name + " " + std::to_string(static_cast<int>(kind)),
                         .eagle3 = IsEagle3(kind),
                         .target = target,
                         .folder = checkpoint.Write()});
      }
    }
    return cases;
  }

  std::vector<Finished> Run(const Case& one, const TinyOptions& options, WeightMode mode,
                            int threads, const std::vector<EngineRequest>& requests) {
    ThreadPool pool(threads);
    auto drafter = options.draft ? LoadRecurrent(one.eagle3, one.folder, one.target, mode,
                                                 options.concurrency, 160, pool)
                                 : nullptr;
    const auto engine = MakeEngineWith(one.target, std::move(drafter), options, pool, clock_);
    return RunAll(*engine, requests, options.concurrency);
  }

  static std::vector<std::vector<int32_t>> Answers(const std::vector<Finished>& runs) {
    std::vector<std::vector<int32_t>> answers;
    for (const Finished& run : runs) answers.push_back(run.tokens);
    return answers;
  }

  MonotonicClock clock_;
  std::vector<std::unique_ptr<TestCheckpoint>> made_up_;
};

TEST_F(RecurrentEngine, GreedySpeculationChangesNoTokenUnderAnyLoadOrPolicy) {
  for (const WeightMode mode : {WeightMode::kF32, WeightMode::kBf16}) {
    for (const Case& one : Cases(mode)) {
      const auto requests = MixedRequests(8, 14, one.target->config().vocab_size);
      const auto expected = Answers(Run(one, {.draft = false, .policy = {}}, mode, 1, requests));
      for (const int threads : {1, 2}) {
        for (const int32_t concurrency : {1, 2, 8}) {
          for (const PolicyKind policy : {PolicyKind::kNone, PolicyKind::kFixed}) {
            SCOPED_TRACE(testing::Message()
                         << one.name << " threads " << threads << " concurrency " << concurrency
                         << " policy " << DescribePolicy(policy).name);
            const TinyOptions options = {.draft = true,
                                         .draft_length = 1 + threads,
                                         .policy = {.kind = policy},
                                         .concurrency = concurrency,
                                         .prefill_chunk_tokens = 3 + 5 * concurrency};
            ASSERT_EQ(Answers(Run(one, options, mode, threads, requests)), expected);
          }
        }
      }
    }
  }
}

// The blocks themselves, accepted or not, do not depend on what else is drafted for.
TEST_F(RecurrentEngine, BlocksAreTheSameAloneAndTogether) {
  for (const Case& one : Cases(WeightMode::kBf16)) {
    SCOPED_TRACE(one.name);
    for (const double temperature : {0.0, 1.0}) {
      auto requests = MixedRequests(8, 20, one.target->config().vocab_size);
      for (EngineRequest& request : requests) request.sampling = {.temperature = temperature};
      const auto alone = Run(one, {.draft = true, .policy = {}}, WeightMode::kBf16, 1, requests);
      const auto together =
          Run(one, {.draft = true, .policy = {}, .concurrency = 6, .prefill_chunk_tokens = 7},
              WeightMode::kBf16, 2, requests);
      for (size_t i = 0; i < requests.size(); ++i) {
        EXPECT_EQ(alone[i].tokens, together[i].tokens);
        ASSERT_EQ(alone[i].rounds.size(), together[i].rounds.size());
        for (size_t r = 0; r < alone[i].rounds.size(); ++r) {
          EXPECT_EQ(alone[i].rounds[r].draft_ids, together[i].rounds[r].draft_ids);
        }
      }
    }
  }
}

TEST_F(RecurrentEngine, BlocksEndAtStopTokensAndAnswersDoNotChange) {
  int ended = 0;
  for (const Case& one : Cases(WeightMode::kF32)) {
    SCOPED_TRACE(one.name);
    auto requests = MixedRequests(8, 16, one.target->config().vocab_size);
    const TinyOptions drafting = {.draft = true, .policy = {}};
    const auto free_running = Run(one, drafting, WeightMode::kF32, 1, requests);
    for (size_t i = 0; i < requests.size(); ++i) {
      requests[i].stop_tokens = {free_running[i].rounds[0].draft_ids[0]};
    }
    const auto plain = Run(one, {.draft = false, .policy = {}}, WeightMode::kF32, 1, requests);
    const auto drafted = Run(one, drafting, WeightMode::kF32, 1, requests);
    EXPECT_EQ(Answers(plain), Answers(drafted));
    for (size_t i = 0; i < requests.size(); ++i) {
      for (const RoundOutcome& round : drafted[i].rounds) {
        const auto stop =
            std::find(round.draft_ids.begin(), round.draft_ids.end(), requests[i].stop_tokens[0]);
        if (stop == round.draft_ids.end()) continue;
        EXPECT_EQ(stop + 1, round.draft_ids.end());
        if (one.eagle3 && round.draft_ids.size() < 3) ++ended;
      }
    }
  }
  EXPECT_GT(ended, 0);
}

// q as verification uses it is the law that the token was drawn from: feeding the same uniforms
// through the kept weights gives the tokens again.
TEST_F(RecurrentEngine, SampledBlocksKeepTheLawsTheyWereDrawnFrom) {
  for (const Case& one : Cases(WeightMode::kF32)) {
    SCOPED_TRACE(one.name);
    ThreadPool pool(2);
    const auto drafter =
        LoadRecurrent(one.eagle3, one.folder, one.target, WeightMode::kF32, 2, 64, pool);
    const int64_t width =
        static_cast<int64_t>(drafter->feature_layers().size()) * one.target->config().shape.hidden;
    std::vector<float> features(static_cast<size_t>(3 * width));
    std::mt19937 random(3);
    std::normal_distribution<float> normal(0, 1);
    for (float& value : features) value = normal(random);
    const std::vector<int32_t> next = {4, 5, 6};
    for (int32_t slot = 0; slot < 2; ++slot) {
      drafter->Begin(slot);
      const CommittedRows rows = {
          .slot = slot,
          .first_position = 0,
          .features = {.rows = features.data(), .num_rows = 3, .width = width},
          .next_tokens = next};
      drafter->Advance(std::span(&rows, 1));
    }
    std::vector<DraftRequest> requests(2);
    for (int32_t slot = 0; slot < 2; ++slot) {
      requests[static_cast<size_t>(slot)] = {.slot = slot,
                                             .anchor = 6,
                                             .anchor_position = 3,
                                             .max_tokens = drafter->draft_length(),
                                             .sampling = {.temperature = 0.8},
                                             .stop_tokens = {},
                                             .seed = 9,
                                             .random_id = static_cast<uint64_t>(slot),
                                             .round = 2};
    }
    const auto blocks = drafter->Draft(requests);
    for (size_t i = 0; i < 2; ++i) {
      ASSERT_EQ(blocks[i].tokens.size(), static_cast<size_t>(drafter->draft_length()));
      ASSERT_EQ(blocks[i].weights.size(), blocks[i].tokens.size());
      for (size_t k = 0; k < blocks[i].tokens.size(); ++k) {
        double sum = 0;
        for (const float weight : blocks[i].weights[k]) sum += static_cast<double>(weight);
        EXPECT_NEAR(blocks[i].weight_sums[k], sum, 1e-9 * sum);
        const double u = Uniform({.seed = 9,
                                  .request = i,
                                  .purpose = RandomPurpose::kDraft,
                                  .position = static_cast<uint32_t>(4 + k),
                                  .round = 2});
        EXPECT_EQ(SampleIndex(blocks[i].weights[k], u), blocks[i].draft_indices[k]);
      }
    }
    EXPECT_EQ(drafter->cached(0), 3);
  }
}

}  // namespace
}  // namespace dsb
