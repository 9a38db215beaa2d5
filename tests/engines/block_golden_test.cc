// DSpark's and DFlash's drafting rounds against the reference: context rows, cached keys and
// values, block states, base and biased logits, greedy tokens, confidences, recurrent states.
#include "engines/dspark/dspark_drafter.h"

#include "tests/engines/advance.h"
#include "tests/engines/cached_rows.h"
#include "tests/engines/golden.h"
#include "tests/engines/tiny_world.h"

namespace dsb {
namespace {

using nlohmann::json;

constexpr double kTolerance = 1e-4;
constexpr double kProbability = 1e-5;

class BlockGolden : public testing::TestWithParam<std::string> {
 protected:
  std::string folder_ = golden::Root() + "/drafters/" + GetParam();
};

TEST_P(BlockGolden, ReproducesThreeDraftingRounds) {
  const TinyWorld world = MakeTinyWorld(GetParam());
  const Safetensors expected = Safetensors::Open(folder_ + "/step.safetensors");
  const json step = golden::ReadJson(folder_ + "/step.json");
  ThreadPool pool(2);
  const json config = golden::ReadJson(folder_ + "/config.json");
  const std::unique_ptr<BlockDrafter> owner = MakeTinyBlockDrafter(world, 1, pool);
  BlockDrafter& drafter = *owner;
  drafter.Begin(0);
  for (size_t r = 0; r < step["rounds"].size(); ++r) {
    const json& round = step["rounds"][r];
    const std::string prefix = "round" + std::to_string(r) + ".";
    const auto floats = [&](const std::string& name) {
      return golden::Floats(expected, prefix + name);
    };
    const std::vector<float> features = floats("target_features");
    const auto count = round["context_tokens"].get<int64_t>();
    ASSERT_EQ(drafter.cached(0), round["cache_len_before"].get<int32_t>());
    AdvanceSlot0(drafter, drafter.cached(0),
                 {.rows = features.data(),
                  .num_rows = count,
                  .width = static_cast<int64_t>(features.size()) / count});
    golden::ExpectClose(drafter.context_rows(), floats("stage.hidden_norm"), kTolerance, "context");
    DraftRequest request;
    request.anchor = round["anchor"].get<int32_t>();
    request.anchor_position = round["start"].get<int32_t>();
    request.max_tokens = drafter.draft_length();
    std::vector<DraftBlock> blocks = drafter.Draft(std::span(&request, 1));
    golden::ExpectClose(drafter.block_hidden(), floats("block_hidden"), kTolerance, "block");
    golden::ExpectClose(drafter.draft_logits(), floats("greedy.draft_logits"), kTolerance, "draft");
    EXPECT_EQ(blocks[0].tokens, golden::Tokens(round["greedy_draft_tokens"]));
    if (drafter.has_confidence()) {
      drafter.Confidence(std::span(&request, 1), blocks);
      golden::ExpectClose(blocks[0].confidence, floats("greedy.confidence"), kProbability,
                          "greedy c");
    }
    const std::vector<int32_t> forced = golden::Tokens(round["forced_tokens"]);
    blocks = drafter.DraftForced(request, forced);
    golden::ExpectClose(drafter.draft_logits(), floats("forced.biased_logits"), kTolerance,
                        "forced");
    if (drafter.has_confidence()) {
      drafter.Confidence(std::span(&request, 1), blocks);
      golden::ExpectClose(blocks[0].confidence, floats("forced.confidence"), kProbability,
                          "forced c");
    }
    if (config.value("markov_head_type", "") == "rnn") {
      const std::vector<float> states = floats("forced.rnn_states");
      const auto found = dynamic_cast<DSparkDrafter&>(drafter).recurrent_states();
      golden::ExpectClose(found, std::span(states).last(found.size()), kTolerance, "state");
    }
    for (int64_t layer = 0; layer < config["num_hidden_layers"].get<int64_t>(); ++layer) {
      const std::string cache = "cache.layer" + std::to_string(layer);
      const int64_t length = request.anchor_position;
      golden::ExpectClose(CachedRows(drafter.Cache(layer, 0), length, true),
                          floats(cache + ".keys"), kTolerance, cache + ".keys");
      golden::ExpectClose(CachedRows(drafter.Cache(layer, 0), length, false),
                          floats(cache + ".values"), kTolerance, cache + ".values");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, BlockGolden, testing::ValuesIn(golden::BlockDrafters()),
                         [](const auto& test) { return test.param; });

TEST(BlockGolden, FixturesOfBothDraftersAreThere) {
  EXPECT_FALSE(golden::BlockDrafters("dspark").empty());
  EXPECT_FALSE(golden::BlockDrafters("dflash").empty());
}

}  // namespace
}  // namespace dsb
