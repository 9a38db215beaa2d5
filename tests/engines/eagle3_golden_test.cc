// Eagle3's drafting rounds against the reference: projected features, the state, the layer's cache,
// states and logits along a forced path and along the greedy one.
#include "tests/engines/advance.h"
#include "tests/engines/cached_rows.h"
#include "tests/engines/recurrent_world.h"

namespace dsb {
namespace {

using nlohmann::json;

constexpr double kTolerance = 1e-4;

class Eagle3Golden : public testing::TestWithParam<std::string> {};

TEST_P(Eagle3Golden, ReproducesEveryDraftingRound) {
  const std::string folder = golden::Root() + "/drafters/" + GetParam();
  const Safetensors expected = Safetensors::Open(folder + "/step.safetensors");
  const json step = golden::ReadJson(folder + "/step.json");
  ThreadPool pool(2);
  Eagle3Drafter drafter(LoadEagle3Fixture(GetParam()), 1, 128, pool);
  drafter.Begin(0);
  ASSERT_FALSE(step["rounds"].empty());
  for (size_t r = 0; r < step["rounds"].size(); ++r) {
    SCOPED_TRACE("round " + std::to_string(r));
    const json& round = step["rounds"][r];
    const auto floats = [&](const std::string& name) {
      return golden::Floats(expected, "round" + std::to_string(r) + "." + name);
    };
    const std::vector<float> features = floats("target_features");
    const std::vector<int32_t> next = golden::Tokens(round["extend_input_ids"]);
    const auto count = static_cast<int64_t>(next.size());
    ASSERT_EQ(drafter.cached(0), round["cache_len_before"].get<int32_t>());
    AdvanceSlot0(drafter, drafter.cached(0),
                 {.rows = features.data(),
                  .num_rows = count,
                  .width = static_cast<int64_t>(features.size()) / count},
                 next);
    golden::ExpectClose(drafter.hidden_rows(), floats("projected"), kTolerance, "projected");
    golden::ExpectClose(drafter.state(0), floats("draft_hidden"), kTolerance, "draft_hidden");
    DraftRequest request;
    request.anchor = round["anchor"].get<int32_t>();
    request.anchor_position = round["start"].get<int32_t>();
    request.max_tokens = drafter.draft_length();
    const auto expect = [&](const std::string& path, const std::vector<int32_t>& tokens) {
      RecurrentDrafter::Recording recording;
      drafter.DraftForced(request, tokens, recording);
      golden::ExpectClose(recording.states, floats(path + ".hidden"), kTolerance, path + " states");
      golden::ExpectClose(recording.logits, floats(path + ".logits"), kTolerance, path + " logits");
    };
    expect("forced", golden::Tokens(round["forced_tokens"]));
    const std::vector<int32_t> greedy = golden::Tokens(round["greedy_draft_tokens"]);
    EXPECT_EQ(drafter.Draft(std::span(&request, 1))[0].tokens, greedy);
    expect("greedy", greedy);
    const int64_t length = request.anchor_position;
    golden::ExpectClose(CachedRows(drafter.Cache(0), length, true), floats("cache.layer0.keys"),
                        kTolerance, "keys");
    golden::ExpectClose(CachedRows(drafter.Cache(0), length, false), floats("cache.layer0.values"),
                        kTolerance, "values");
  }
}

INSTANTIATE_TEST_SUITE_P(All, Eagle3Golden, testing::ValuesIn(Eagle3Fixtures()),
                         [](const auto& test) { return test.param; });

TEST(Eagle3Golden, FixturesAreThere) { EXPECT_FALSE(Eagle3Fixtures().empty()); }

}  // namespace
}  // namespace dsb
