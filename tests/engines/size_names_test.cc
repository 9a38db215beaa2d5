// Where a tensor and the configuration contradict each other, messages name the keys.
#include "engines/transformer/size_names.h"

#include <gtest/gtest.h>

#include "engines/dspark/dspark_weights.h"
#include "tests/engines/recurrent_world.h"
#include "tests/engines/target_folder.h"
#include "tests/engines/target_gguf.h"
#include "tests/model_files/expect_error.h"

namespace dsb {
namespace {

using nlohmann::json;

constexpr LayerShape kShape = {
    .hidden = 64, .num_heads = 4, .num_kv_heads = 2, .head_dim = 16, .mlp = 128};

TEST(SizeNames, NameEveryKeyThatSaysASizeThatDiffers) {
  SizeNames names = FolderSizeNames(kShape, {"num_hidden_layers", 6});
  names.sizes.push_back({"vocab_size", 95});
  EXPECT_EQ(names.ReasonFor({95, 64}, {96, 64}), ", since vocab_size is 95");
  EXPECT_EQ(names.ReasonFor({128, 32}, {64, 64}),
            ", since intermediate_size is 128 and num_key_value_heads x head_dim is 32");
  EXPECT_EQ(names.ReasonFor({64}, {32}),
            ", since hidden_size or num_attention_heads x head_dim is 64");
  EXPECT_EQ(names.ReasonFor({95}, {95, 1}), ", since vocab_size is 95");
  EXPECT_EQ(names.ReasonFor({7}, {8}), "");
}

TEST(SizeNames, KnowTheLayerOfATensor) {
  const SizeNames folder = FolderSizeNames(kShape, {"num_hidden_layers", 6});
  EXPECT_EQ(folder.ReasonForLayer("model.layers.6.mlp.up_proj.weight", true),
            ", since num_hidden_layers is 6");
  EXPECT_EQ(folder.ReasonForLayer("model.layers.5.mlp.up_proj.weight", true), "");
  EXPECT_EQ(folder.ReasonForLayer("model.layers.5.mlp.up_proj.weight", false),
            ", since num_hidden_layers is 6");
  for (const char* other : {"model.norm.weight", "layers.x.weight", "layers.", "midlayer.1.w"}) {
    EXPECT_EQ(folder.ReasonForLayer(other, false), "") << other;
  }
  const SizeNames gguf = GgufSizeNames("llama.", kShape, 4);
  EXPECT_EQ(gguf.ReasonForLayer("blk.4.ffn_up.weight", true), ", since llama.block_count is 4");
  EXPECT_EQ(gguf.ReasonFor({32}, {64}),
            ", since llama.attention.head_count_kv x llama.attention.key_length is 32");
}

TEST(SizeNames, AreInATargetsErrors) {
  const auto refused = [](const std::string& fixture, const char* key, const json& value,
                          const std::string& reason) {
    CheckpointCopy copy(golden::Root() + "/targets/" + fixture);
    copy.config[key] = value;
    ExpectBadInput({"tensor ", "since " + reason},
                   [&] { TargetModel::FromFolder(copy.Write(), WeightMode::kF32); });
  };
  refused("qwen3", "vocab_size", 95, "vocab_size is 95");
  refused("qwen3", "intermediate_size", 64, "hidden_size or intermediate_size");
  refused("qwen3", "head_dim", 32, "head_dim is 32");
  refused("llama_tied", "num_key_value_heads", 4, "hidden_size or num_attention_heads");
  refused("llama_tied", "num_hidden_layers", 3, "num_hidden_layers is 3");
  refused("llama_tied", "num_hidden_layers", 5, "num_hidden_layers is 5");
}

TEST(SizeNames, AreInADraftersErrors) {
  const auto target = LoadFixtureTarget("qwen3");
  const auto refused = [&](const char* key, const json& value, const std::string& reason) {
    CheckpointCopy copy(golden::Root() + "/drafters/dspark_vanilla");
    copy.config[key] = value;
    ModelFolder folder(copy.Write());
    ExpectBadInput({reason}, [&] { DSparkWeights::Load(folder, target, "", WeightMode::kF32); });
  };
  refused("markov_rank", 4, "since markov_rank is 4");
  refused("target_layer_ids", {0, 1, 2, 4}, "since the number of target_layer_ids x hidden_size");
  refused("num_hidden_layers", 1, "since num_hidden_layers is 1");
  refused("draft_vocab_size", 44, "since draft_vocab_size is 44");
  refused("mask_token_id", nullptr, "config.json: key mask_token_id is missing");
}

}  // namespace
}  // namespace dsb
