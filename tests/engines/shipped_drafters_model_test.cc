// Every drafter in models/ against its fixture (training/fixture.py): the block it drafts greedily,
// its logits and confidences along it, and what the real target says after the anchor.
#include <gtest/gtest.h>

#include "base/mapped_file.h"
#include "base/sha256.h"
#include "engines/block_backbone/block_drafter.h"
#include "engines/drafters/registry.h"
#include "engines/recurrent/recurrent_drafter.h"
#include "engines/target_model/target_runner.h"
#include "kernels/vocabulary_row.h"
#include "tests/build_paths.h"
#include "tests/engines/advance.h"
#include "tests/engines/golden.h"
#include "tests/engines/shared_target.h"

namespace dsb {
namespace {

using nlohmann::json;

constexpr int32_t kContextTokens = 128;
// Float against float, both over 30 layers.
constexpr double kTolerance = 2e-3;

std::string Folder(const std::string& drafter) { return DSB_SOURCE_DIR "/models/" + drafter; }
std::string Fixture(const std::string& name) {
  return golden::Root() + "/shipped_drafters/" + name;
}

std::vector<std::string> Shipped() {
  std::vector<std::string> names;
  for (const std::string& name : DrafterNames()) {
    if (std::filesystem::is_directory(Folder(name))) names.push_back(name);
  }
  return names;
}

// Logits of the whole block, [tokens, draft vocabulary], along `tokens`.
std::vector<float> LogitsAlong(Drafter& drafter, const DraftRequest& request,
                               std::span<const int32_t> tokens) {
  if (auto* block = dynamic_cast<BlockDrafter*>(&drafter)) {
    block->DraftForced(request, tokens);
    return {block->draft_logits().begin(), block->draft_logits().end()};
  }
  RecurrentDrafter::Recording recording;
  dynamic_cast<RecurrentDrafter&>(drafter).DraftForced(request, tokens, recording);
  return recording.logits;
}

class ShippedDrafter : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (TargetFile().empty()) GTEST_SKIP() << "no target model file: run ci/quickstart.sh once";
    target_ = SharedTarget(WeightMode::kF32);
    drafter_ = LoadDrafter(GetParam(), {.path = Folder(GetParam()),
                                        .target = target_,
                                        .target_sha256 = {},
                                        .mode = WeightMode::kF32,
                                        .num_slots = 1,
                                        .context_tokens = kContextTokens,
                                        .pool = &pool_});
    runner_ = std::make_unique<TargetRunner>(
        target_,
        TargetRunner::Options{.num_slots = 1,
                              .context_tokens = kContextTokens,
                              .feature_layers = {drafter_->feature_layers().begin(),
                                                 drafter_->feature_layers().end()}},
        pool_);
  }

  // The context goes through the target and into the drafter.
  DraftRequest Prefill(const json& prompt) {
    const std::vector<int32_t> context = golden::Tokens(prompt["context_ids"]);
    DraftRequest request;
    request.anchor = prompt["anchor"].get<int32_t>();
    request.anchor_position = prompt["anchor_index"].get<int32_t>();
    request.max_tokens = static_cast<int32_t>(prompt["greedy_tokens"].size());
    const TargetInput input = {
        .slot = 0, .first_position = 0, .tokens = context, .num_logit_rows = 0};
    runner_->Forward(std::span(&input, 1));
    std::vector<int32_t> next(context.begin() + 1, context.end());
    next.push_back(request.anchor);
    drafter_->Begin(0);
    AdvanceSlot0(*drafter_, 0, runner_->Features(0, static_cast<int32_t>(context.size())), next);
    return request;
  }

  std::vector<int32_t> TargetAfter(const DraftRequest& request, size_t count) {
    std::vector<int32_t> says;
    int32_t token = request.anchor;
    while (says.size() < count) {
      const TargetInput one = {
          .slot = 0,
          .first_position = request.anchor_position + static_cast<int32_t>(says.size()),
          .tokens = std::span(&token, 1),
          .num_logit_rows = 1};
      runner_->Forward(std::span(&one, 1));
      token = ArgMax(runner_->Logits(0, 0));
      says.push_back(token);
    }
    return says;
  }

  ThreadPool pool_{2};
  std::shared_ptr<const TargetModel> target_;
  std::unique_ptr<Drafter> drafter_;
  std::unique_ptr<TargetRunner> runner_;
};

TEST_P(ShippedDrafter, MeetsItsFixture) {
  const json fixture = golden::ReadJson(Fixture(GetParam() + ".json"));
  const Safetensors expected = Safetensors::Open(Fixture(GetParam() + ".safetensors"));
  const MappedFile weights(Folder(GetParam()) + "/model.safetensors");
  ASSERT_EQ(Sha256Hex(weights.bytes()), fixture["drafter_sha256"])
      << "the fixture is of other weights: training/fixture.py writes it anew";
  const std::vector<int32_t> columns = golden::Tokens(fixture["columns"]);
  for (size_t i = 0; i < fixture["prompts"].size(); ++i) {
    SCOPED_TRACE("prompt " + std::to_string(i));
    const json& prompt = fixture["prompts"][i];
    const std::vector<int32_t> tokens = golden::Tokens(prompt["greedy_tokens"]);
    const DraftRequest request = Prefill(prompt);
    std::vector<DraftBlock> blocks = drafter_->Draft(std::span(&request, 1));
    drafter_->Confidence(std::span(&request, 1), blocks);
    EXPECT_EQ(blocks[0].tokens, tokens);
    golden::ExpectClose(blocks[0].confidence, prompt["confidence"].get<std::vector<float>>(),
                        kTolerance, "confidence");
    const std::vector<float> logits = LogitsAlong(*drafter_, request, tokens);
    const size_t vocab = logits.size() / tokens.size();
    std::vector<float> seen;
    for (size_t row = 0; row < tokens.size(); ++row) {
      for (const int32_t column : columns) {
        seen.push_back(logits[row * vocab + static_cast<size_t>(column)]);
      }
    }
    golden::ExpectClose(seen, golden::Floats(expected, "logits." + std::to_string(i)), kTolerance,
                        "logits");
    EXPECT_EQ(TargetAfter(request, tokens.size()), golden::Tokens(prompt["target_greedy"]));
  }
}

INSTANTIATE_TEST_SUITE_P(Models, ShippedDrafter, testing::ValuesIn(Shipped()),
                         [](const auto& param) { return param.param; });

}  // namespace
}  // namespace dsb
