// Target forward passes against the reference's float32 logits, hidden states and greedy
// continuations.
#include "engines/target_model/target_runner.h"
#include "kernels/vocabulary_row.h"
#include "tests/engines/golden.h"

namespace dsb {
namespace {

constexpr double kTolerance = 1e-4;

class TargetGolden : public testing::TestWithParam<std::string> {};

TEST_P(TargetGolden, ReproducesLogitsHiddenStatesAndContinuation) {
  const std::string folder = golden::Root() + "/targets/" + GetParam();
  const auto model = TargetModel::FromFolder(folder, WeightMode::kF32);
  const Safetensors expected = Safetensors::Open(folder + "/reference.safetensors");
  const nlohmann::json prompts = golden::ReadJson(folder + "/reference.json")["prompts"];
  const auto layers = static_cast<int32_t>(model->config().num_layers);
  std::vector<int32_t> taps = {-1};
  for (int32_t layer = 0; layer < layers; ++layer) taps.push_back(layer);
  ThreadPool pool(2);
  for (size_t i = 0; i < prompts.size(); ++i) {
    const std::string prefix = "prompt" + std::to_string(i) + ".";
    TargetRunner runner(model, {.num_slots = 1, .context_tokens = 128, .feature_layers = taps},
                        pool);
    const std::vector<int32_t> ids = golden::Tokens(prompts[i]["token_ids"]);
    const auto count = static_cast<int32_t>(ids.size());
    const TargetInput input = {
        .slot = 0, .first_position = 0, .tokens = ids, .num_logit_rows = count};
    runner.Forward(std::span(&input, 1));
    std::vector<float> logits;
    for (int32_t row = 0; row < count; ++row) {
      const std::span<const float> values = runner.Logits(0, row);
      logits.insert(logits.end(), values.begin(), values.end());
    }
    golden::ExpectClose(logits, golden::Floats(expected, prefix + "logits"), kTolerance, "logits");
    // The reference lists the embedding, then each layer's output; its last entry is after the
    // final norm.
    const std::vector<float> states = golden::Floats(expected, prefix + "hidden_states");
    const auto hidden = static_cast<size_t>(model->config().shape.hidden);
    const FeatureRows rows = runner.Features(0, count);
    for (size_t tap = 0; tap < taps.size(); ++tap) {
      std::vector<float> found;
      for (size_t row = 0; row < ids.size(); ++row) {
        const float* first = rows.rows + row * taps.size() * hidden + tap * hidden;
        found.insert(found.end(), first, first + hidden);
      }
      const size_t size = ids.size() * hidden;
      const std::vector<float> last = golden::Floats(expected, prefix + "last_layer_before_norm");
      const std::span<const float> wanted =
          tap + 1 == taps.size() ? std::span(last) : std::span(states).subspan(tap * size, size);
      golden::ExpectClose(found, wanted, kTolerance, "state " + std::to_string(tap));
    }
    int32_t position = count;
    int32_t next = ArgMax(runner.Logits(0, count - 1));
    std::vector<float> continuation;
    for (const int32_t token : golden::Tokens(prompts[i]["greedy"])) {
      const std::span<const float> row = runner.Logits(0, position == count ? count - 1 : 0);
      continuation.insert(continuation.end(), row.begin(), row.end());
      ASSERT_EQ(next, token) << "position " << position;
      const TargetInput one = {.slot = 0,
                               .first_position = position++,
                               .tokens = std::span(&token, 1),
                               .num_logit_rows = 1};
      runner.Forward(std::span(&one, 1));
      next = ArgMax(runner.Logits(0, 0));
    }
    golden::ExpectClose(continuation, golden::Floats(expected, prefix + "continuation_logits"),
                        kTolerance, "continuation");
  }
}

INSTANTIATE_TEST_SUITE_P(All, TargetGolden, testing::ValuesIn(golden::Targets()),
                         [](const auto& test) { return test.param; });

TEST(TargetGolden, FixturesAreThere) { EXPECT_FALSE(golden::Targets().empty()); }

}  // namespace
}  // namespace dsb
