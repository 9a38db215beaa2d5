// Keys of a drafter's config.json that contradict each other or its tensors, and how the layers of
// an Eagle3 release are numbered.
#include "engines/dflash/dflash_drafter.h"
#include "engines/dspark/dspark_weights.h"
#include "tests/engines/checkpoint_copy.h"
#include "tests/engines/original_dflash.h"
#include "tests/engines/recurrent_world.h"
#include "tests/model_files/expect_error.h"

namespace dsb {
namespace {

using nlohmann::json;

// The two levels of a file, and keys beside tensors.
TEST(DrafterKeys, OriginalDFlashSaysEachThingOnce) {
  CheckpointCopy copy(golden::Root() + "/drafters/dflash");
  MakeOriginalDFlash(copy);
  const json good = copy.config;
  const auto target = LoadFixtureTarget(golden::TargetOf("dflash"));
  const auto load = [&] {
    ModelFolder folder(copy.Write());
    return LoadDFlashWeights(folder, target, "", WeightMode::kF32)->config;
  };
  EXPECT_EQ(load().draft_length(), 3);
  for (const char* key : {"mask_token_id", "target_layer_ids"}) {
    copy.config = good;
    copy.config[key] = good["dflash_config"][key];
    EXPECT_NO_THROW(load());
    copy.config[key] = key == std::string("mask_token_id") ? json(7) : json{0, 1};
    ExpectBadInput({"dflash_config", key}, load);
  }
  copy.config = good;
  copy.config["dflash_config"]["block_size"] = 4;
  EXPECT_NO_THROW(load());
  copy.config["dflash_config"]["block_size"] = 5;
  ExpectBadInput({"block_size", "5", "4"}, load);
  copy.config.erase("block_size");
  EXPECT_EQ(load().draft_length(), 4);
  for (const char* key : {"causal", "use_swa", "conv_kernel_size"}) {
    copy.config = good;
    copy.config["dflash_config"][key] = true;
    ExpectBadInput({key}, load);
  }
  copy.config = good;
  copy.config["rope_parameters"].erase("rope_theta");
  ExpectBadInput({"rope_theta", "missing"}, load);
}

TEST(DrafterKeys, TensorsThatNobodyAnnouncedAreRefused) {
  const auto target = LoadFixtureTarget(golden::TargetOf("dspark_vanilla"));
  const auto load = [&](const CheckpointCopy& copy) {
    ModelFolder folder(copy.Write());
    DSparkWeights::Load(folder, target, "", WeightMode::kF32);
  };
  for (const char* name : {"layers.0.self_attn.q_proj.bias", "fc.bias", "mask_embedding", "extra",
                           "layers.2.input_layernorm.weight", "markov_head.gate_proj.weight"}) {
    CheckpointCopy copy(golden::Root() + "/drafters/dspark_vanilla");
    copy.tensors[name] = {"F32", {2}, std::string(8, '\0')};
    ExpectBadInput({std::string("tensor ") + name, "not part of"}, [&] { load(copy); });
  }
  CheckpointCopy headless(golden::Root() + "/drafters/dspark_vanilla");
  headless.config["enable_confidence_head"] = false;
  ExpectBadInput({"tensor confidence_head.proj"}, [&] { load(headless); });
  // Copies of the target's tables say nothing new; others contradict the key.
  for (const char* table : {"embed_tokens.weight", "lm_head.weight"}) {
    CheckpointCopy shared(golden::Root() + "/drafters/dspark_vanilla");
    shared.config["share_target_embeddings"] = true;
    EXPECT_NO_THROW(load(shared));
    shared.Set(table, 7, 0.25f);
    ExpectBadInput({std::string("tensor ") + table, "not part of"}, [&] { load(shared); });
  }
  CheckpointCopy tied(golden::Root() + "/drafters/dspark_vanilla");
  tied.config["tie_word_embeddings"] = true;
  ExpectBadInput({"tie_word_embeddings"}, [&] { load(tied); });
}

class Eagle3Layers : public testing::Test {
 protected:
  Eagle3Layers() { MakeUp(MadeUp::kEagle3Normed, target_->config(), checkpoint_); }
  std::vector<int32_t> Load() {
    folder_ = std::make_unique<ModelFolder>(checkpoint_.Write());
    return Eagle3Weights::Load(*folder_, target_, "", WeightMode::kF32)->layers;
  }
  const std::shared_ptr<const TargetModel> target_ = LoadFixtureTarget("qwen3");
  TestCheckpoint checkpoint_;
  std::unique_ptr<ModelFolder> folder_;
};

// The releases' key counts the layers that read a feature; a warning says what that means here.
TEST_F(Eagle3Layers, AreNumberedByOneRuleThatIsSaid) {
  json& config = checkpoint_.config;
  config["eagle_aux_hidden_state_layer_ids"] = {2, 4};
  EXPECT_EQ(Load(), (std::vector<int32_t>{1, 3}));
  ASSERT_EQ(folder_->warnings().size(), 1u);
  EXPECT_NE(folder_->warnings()[0].find("outputs of layers 1, 3"), std::string::npos);
  config["target_layer_ids"] = {1, 3};  // both conventions, and they agree
  EXPECT_EQ(Load(), (std::vector<int32_t>{1, 3}));
  EXPECT_TRUE(folder_->warnings().empty());
  config["target_layer_ids"] = {2, 4};
  ExpectBadInput({"eagle_aux_hidden_state_layer_ids", "target_layer_ids"}, [&] { Load(); });
  config.erase("eagle_aux_hidden_state_layer_ids");  // outputs
  EXPECT_EQ(Load(), (std::vector<int32_t>{2, 4}));
  EXPECT_TRUE(folder_->warnings().empty());
}

// Engines gather features from the first layer to the last, whatever the list says.
TEST_F(Eagle3Layers, AreAscendingAndThere) {
  json& config = checkpoint_.config;
  for (const json& bad : {json{4, 2}, json{2, 2}, json::array(), json{1, 99}}) {
    config["eagle_aux_hidden_state_layer_ids"] = bad;
    ExpectBadInput({"config.json: key eagle_aux_hidden_state_layer_ids"}, [&] { Load(); });
  }
}

TEST_F(Eagle3Layers, InTheNestedObjectAreRefused) {
  checkpoint_.config.erase("eagle_aux_hidden_state_layer_ids");
  checkpoint_.config["eagle_config"] = {{"eagle_aux_hidden_state_layer_ids", {1, 2}}};
  ExpectBadInput({"eagle_config", "eagle_aux_hidden_state_layer_ids"}, [&] { Load(); });
  checkpoint_.config["eagle_config"] = {{"use_aux_hidden_state", false}};
  ExpectBadInput({"eagle_config", "use_aux_hidden_state"}, [&] { Load(); });
}

}  // namespace
}  // namespace dsb
