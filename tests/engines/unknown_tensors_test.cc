// Tensors that nobody announced, and heads that contradict the configuration.
#include <gtest/gtest.h>

#include "tests/engines/target_folder.h"
#include "tests/engines/target_gguf.h"
#include "tests/model_files/expect_error.h"

namespace dsb {
namespace {

std::shared_ptr<const TargetModel> Load(const CheckpointCopy& copy) {
  return TargetModel::FromFolder(copy.Write(), WeightMode::kF32);
}

std::shared_ptr<const TargetModel> Load(const TargetGguf& gguf) {
  return TargetModel::FromGguf(std::make_shared<const GgufFile>(gguf.Write()), WeightMode::kF32);
}

CheckpointCopy::Tensor Floats(int64_t size) {
  return {"F32", {size}, std::string(static_cast<size_t>(4 * size), '\0')};
}

TEST(UnknownTensors, AFolderHasNoneThatCouldChangeTheOutput) {
  for (const std::string fixture : {"llama_tied", "qwen3"}) {
    const CheckpointCopy good(golden::Root() + "/targets/" + fixture);
    const int64_t layers = good.config["num_hidden_layers"];
    for (const std::string& name : std::vector<std::string>{
             "model.layers.0.self_attn.q_proj.bias", "model.layers.1.mlp.up_proj.bias",
             "lm_head.bias", "model.norm.bias", "model.layers.0.self_attn.sinks", "extra",
             "model.layers.0.self_attn.q_proj.lora_A.weight",
             "model.layers." + std::to_string(layers) + ".input_layernorm.weight"}) {
      CheckpointCopy copy(golden::Root() + "/targets/" + fixture);
      copy.tensors[name] = Floats(4);
      ExpectBadInput({"tensor " + name, "not part of a"}, [&] { Load(copy); });
    }
    CheckpointCopy integers(golden::Root() + "/targets/" + fixture);
    integers.AddInts("model.layers.0.g_idx", {1, 2});
    ExpectBadInput({"tensor model.layers.0.g_idx"}, [&] { Load(integers); });
  }
}

TEST(UnknownTensors, WhatEverybodyComputesAnewIsHarmless) {
  CheckpointCopy copy(golden::Root() + "/targets/llama_tied");
  const std::vector<float> before = ProbeLogits(Load(copy));
  copy.tensors["model.layers.0.self_attn.rotary_emb.inv_freq"] = Floats(8);
  EXPECT_EQ(ProbeLogits(Load(copy)), before);
}

TEST(UnknownTensors, ALlamaHasNoHeadNorms) {
  CheckpointCopy copy(golden::Root() + "/targets/llama_tied");
  copy.tensors["model.layers.0.self_attn.q_norm.weight"] = Floats(16);
  ExpectBadInput({"tensor model.layers.0.self_attn.q_norm.weight"}, [&] { Load(copy); });
}

TEST(UnknownTensors, ATiedHeadIsTheEmbedding) {
  CheckpointCopy copy(golden::Root() + "/targets/llama_tied");
  const std::vector<float> before = ProbeLogits(Load(copy));
  copy.tensors["lm_head.weight"] = copy.tensors["model.embed_tokens.weight"];
  EXPECT_EQ(ProbeLogits(Load(copy)), before);
  copy.Set("lm_head.weight", 5, 2);
  ExpectBadInput({"lm_head.weight", "tie_word_embeddings is true"}, [&] { Load(copy); });
}

TEST(UnknownTensors, AModelWithoutTheKeyHasAHeadOfItsOwn) {
  CheckpointCopy copy(golden::Root() + "/targets/qwen3");
  const std::vector<float> before = ProbeLogits(Load(copy));
  copy.config.erase("tie_word_embeddings");
  EXPECT_EQ(ProbeLogits(Load(copy)), before);
  EXPECT_FALSE(Load(copy)->config().tied_head);
  for (const bool said : {false, true}) {
    if (said) copy.config["tie_word_embeddings"] = false;
    copy.tensors.erase("lm_head.weight");
    ExpectBadInput({"lm_head.weight is missing", "tie_word_embeddings"}, [&] { Load(copy); });
  }
}

TEST(UnknownTensors, AGgufHasNoneThatCouldChangeTheOutput) {
  for (const std::string fixture : {"llama_tied", "qwen3"}) {
    for (const char* name :
         {"blk.0.attn_q.bias", "blk.0.ffn_gate_inp.weight", "output.bias", "token_embd_norm.weight",
          "rope_factors_long.weight", "blk.99.attn_norm.weight", "mtp.weight"}) {
      TargetGguf gguf(fixture);
      gguf.AddTensor(name, {1, 2});
      ExpectBadInput({std::string("tensor ") + name, "not part of a"}, [&] { Load(gguf); });
    }
  }
}

}  // namespace
}  // namespace dsb
