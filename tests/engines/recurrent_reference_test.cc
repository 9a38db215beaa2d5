// Eagle3 and MTP with made-up weights, in every layout that a checkpoint may have, against the
// double-precision reference: prefill in pieces, blocks, rounds that keep only a part of a block.
#include "tests/engines/recurrent_reference.h"

#include "tests/engines/advance.h"

namespace dsb {
namespace {

constexpr double kTolerance = 1e-4;

class RecurrentAgainstReference : public testing::TestWithParam<MadeUp> {};

std::vector<float> TargetTable(const std::string& target, bool head) {
  const std::string folder = golden::Root() + "/targets/" + target;
  const Safetensors file = Safetensors::Open(folder);
  const bool own = head && file.Find("lm_head.weight") != nullptr;
  return golden::Floats(file, own ? "lm_head.weight" : "model.embed_tokens.weight");
}

// The tables that the checkpoint means: its own, or the target's (rows of the draft vocabulary).
std::vector<float> Embedding(const TestCheckpoint& checkpoint, const std::string& target) {
  for (const auto& [name, tensor] : checkpoint.tensors) {
    if (name.ends_with("embed_tokens.weight")) return tensor.floats;
  }
  return TargetTable(target, false);
}

std::vector<float> Head(const TestCheckpoint& checkpoint, const std::string& target,
                        std::span<const int32_t> target_ids) {
  for (const auto& [name, tensor] : checkpoint.tensors) {
    if (name.ends_with("head.weight")) return tensor.floats;
  }
  const std::vector<float> table = TargetTable(target, true);
  const auto hidden = checkpoint.config["hidden_size"].get<std::ptrdiff_t>();
  std::vector<float> rows;
  for (const int32_t id : target_ids) {
    rows.insert(rows.end(), table.begin() + id * hidden, table.begin() + (id + 1) * hidden);
  }
  return rows;
}

TEST_P(RecurrentAgainstReference, EveryRoundHasItsStatesLogitsAndTokens) {
  const bool eagle3 = IsEagle3(GetParam());
  for (const std::string& name : golden::Targets()) {
    SCOPED_TRACE(name);
    const auto target = LoadFixtureTarget(name);
    TestCheckpoint checkpoint;
    MakeUp(GetParam(), target->config(), checkpoint);
    ThreadPool pool(2);
    const auto drafter =
        LoadRecurrent(eagle3, checkpoint.Write(), target, WeightMode::kF32, 1, 64, pool);
    if (checkpoint.config.contains("draft_vocab_size")) {
      ASSERT_EQ(drafter->target_ids().size(), checkpoint.config["draft_vocab_size"].get<size_t>());
      EXPECT_EQ(drafter->target_ids()[1], 2);  // token 1 is not in the draft vocabulary
    }
    RecurrentReference reference(GetParam(), checkpoint, target->config().num_layers,
                                 Embedding(checkpoint, name),
                                 Head(checkpoint, name, drafter->target_ids()));
    const auto width =
        static_cast<int64_t>(drafter->feature_layers().size()) * target->config().shape.hidden;
    std::mt19937 random(7);
    std::normal_distribution<float> normal(0, 1);
    drafter->Begin(0);
    int32_t position = 0;
    // Prefill in two pieces, then rounds that accepted 0, 2 and 1 drafts.
    for (const int32_t rows : {5, 4, 1, 3, 2}) {
      SCOPED_TRACE("rows from " + std::to_string(position));
      std::vector<float> features(static_cast<size_t>(rows * width));
      for (float& value : features) value = normal(random);
      std::vector<int32_t> next;
      for (int32_t row = 0; row < rows; ++row) {
        next.push_back(static_cast<int32_t>(random() % 90));
        reference.Commit(std::span(features).subspan(static_cast<size_t>(row * width),
                                                     static_cast<size_t>(width)),
                         next.back());
      }
      AdvanceSlot0(*drafter, position, {.rows = features.data(), .num_rows = rows, .width = width},
                   next);
      position += rows;
      ASSERT_EQ(drafter->cached(0), position);
      if (position == 5) continue;
      const auto wanted = reference.Draft(drafter->draft_length(), drafter->target_ids());
      DraftRequest request;
      request.anchor = next.back();
      request.anchor_position = position;
      request.max_tokens = drafter->draft_length();
      const DraftBlock block = drafter->Draft(std::span(&request, 1))[0];
      EXPECT_EQ(block.draft_indices, wanted.indices);
      ASSERT_EQ(drafter->cached(0), position);
      RecurrentDrafter::Recording recording;
      drafter->DraftForced(request, block.tokens, recording);
      golden::ExpectClose(recording.states, wanted.states, kTolerance, "states");
      golden::ExpectClose(recording.logits, wanted.logits, kTolerance, "logits");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, RecurrentAgainstReference, testing::ValuesIn(kAllMadeUp));

TEST(Eagle3Original, DefaultLayersAreTheOutputsOfTheReleases) {
  EXPECT_EQ(OriginalFeatureLayers(32), (std::vector<int32_t>{1, 15, 28}));
  EXPECT_EQ(OriginalFeatureLayers(36), (std::vector<int32_t>{1, 17, 32}));
}

TEST(Eagle3Original, OverriddenLayersAreNumberedByTheirInput) {
  const auto target = LoadFixtureTarget(golden::Targets()[0]);
  TestCheckpoint checkpoint;
  MakeUp(MadeUp::kEagle3Normed, target->config(), checkpoint);
  ModelFolder folder(checkpoint.Write());
  EXPECT_EQ(Eagle3Weights::Load(folder, target, "", WeightMode::kF32)->layers,
            (std::vector<int32_t>{0, 1}));
}

}  // namespace
}  // namespace dsb
