// Eagle3 and MTP checkpoints for tests: the fixtures', and made-up ones with random weights for any
// fixture target.
#pragma once

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "engines/eagle3/eagle3_drafter.h"
#include "engines/mtp1/mtp1_drafter.h"
#include "tests/engines/golden.h"
#include "tests/engines/test_checkpoint.h"
#include "tests/engines/tiny_world.h"

namespace dsb {

// Eagle3 fixtures on Llama and Qwen3 targets.
inline std::vector<std::string> Eagle3Fixtures() {
  return golden::Folders("drafters", [](const nlohmann::json& config) {
    return config["architectures"][0] == "Qwen3Eagle3Model";
  });
}

inline std::shared_ptr<const TargetModel> LoadFixtureTarget(const std::string& name,
                                                            WeightMode mode = WeightMode::kF32) {
  return TargetModel::FromFolder(golden::Root() + "/targets/" + name, mode);
}

inline std::shared_ptr<const Eagle3Weights> LoadEagle3Fixture(const std::string& drafter) {
  ModelFolder folder(golden::Root() + "/drafters/" + drafter);
  return Eagle3Weights::Load(folder, LoadFixtureTarget(golden::TargetOf(drafter)), "",
                             WeightMode::kF32);
}

// The kinds of checkpoints that tests make up.
enum class MadeUp {
  kEagle3,          // DeepSpec's
  kEagle3Original,  // a Llama release: midlayer, d2t, no embedding, default layers
  kEagle3Normed,    // the same with norm_before_residual and named layers
  kMtp,             // shared embedding and head, reduced vocabulary
  kMtpDeepSeek,     // DeepSeek's names, own embedding and head, two modules deep
};
inline constexpr MadeUp kAllMadeUp[] = {MadeUp::kEagle3, MadeUp::kEagle3Original,
                                        MadeUp::kEagle3Normed, MadeUp::kMtp, MadeUp::kMtpDeepSeek};

inline bool IsEagle3(MadeUp kind) { return kind < MadeUp::kMtp; }

inline void AddLayer(TestCheckpoint& checkpoint, const std::string& prefix, int64_t hidden,
                     int64_t inputs, bool qk_norm) {
  constexpr int64_t kHeads = 4, kKvHeads = 2, kHeadDim = 8, kMlp = 48;
  checkpoint.config.update({{"num_attention_heads", kHeads},
                            {"num_key_value_heads", kKvHeads},
                            {"head_dim", kHeadDim},
                            {"intermediate_size", kMlp}});
  const auto matrix = [&](const std::string& name, int64_t rows, int64_t cols) {
    checkpoint.AddRandom(prefix + name, {rows, cols}, 1.5f / std::sqrt(static_cast<float>(cols)));
  };
  matrix("self_attn.q_proj.weight", kHeads * kHeadDim, inputs);
  matrix("self_attn.k_proj.weight", kKvHeads * kHeadDim, inputs);
  matrix("self_attn.v_proj.weight", kKvHeads * kHeadDim, inputs);
  matrix("self_attn.o_proj.weight", hidden, kHeads * kHeadDim);
  matrix("mlp.gate_proj.weight", kMlp, hidden);
  matrix("mlp.up_proj.weight", kMlp, hidden);
  matrix("mlp.down_proj.weight", hidden, kMlp);
  const auto norm = [&](const std::string& name, int64_t size) {
    checkpoint.AddRandom(prefix + name, {size}, 0.2f, 1.0f);
  };
  norm("input_layernorm.weight", hidden);
  norm("post_attention_layernorm.weight", hidden);
  if (!qk_norm) return;
  norm("self_attn.q_norm.weight", kHeadDim);
  norm("self_attn.k_norm.weight", kHeadDim);
}

// Every third token is left out of the draft vocabulary.
inline void AddDraftVocabulary(TestCheckpoint& checkpoint, int64_t vocab) {
  std::vector<int64_t> offsets;
  std::string in_draft(static_cast<size_t>(vocab), '\0');
  for (int64_t id = 0; id < vocab; ++id) {
    if (id % 3 == 1) continue;
    offsets.push_back(id - static_cast<int64_t>(offsets.size()));
    in_draft[static_cast<size_t>(id)] = '\1';
  }
  const auto size = static_cast<int64_t>(offsets.size());
  checkpoint.config["draft_vocab_size"] = size;
  checkpoint.tensors["d2t"] = {.shape = {size}, .floats = {}, .ints = offsets, .bools = {}};
  checkpoint.tensors["t2d"] = {.shape = {vocab}, .floats = {}, .ints = {}, .bools = in_draft};
}

inline void MakeUp(MadeUp kind, const ModelConfig& target, TestCheckpoint& checkpoint) {
  const int64_t hidden = target.shape.hidden, vocab = target.vocab_size;
  const bool original = kind == MadeUp::kEagle3Original || kind == MadeUp::kEagle3Normed;
  nlohmann::json& config = checkpoint.config;
  config = {{"model_type", original ? "llama" : "qwen3"},
            {"hidden_size", hidden},
            {"vocab_size", vocab},
            {"rms_norm_eps", 1e-5},
            {"num_hidden_layers", 1},
            {"rope_theta", 10000.0}};
  const auto norm = [&](const std::string& name) {
    checkpoint.AddRandom(name, {hidden}, 0.2f, 1.0f);
  };
  const auto projection = [&](const std::string& name, int64_t rows, int64_t cols) {
    checkpoint.AddRandom(name, {rows, cols}, 1.0f / std::sqrt(static_cast<float>(cols)));
  };
  if (original || kind == MadeUp::kMtp) AddDraftVocabulary(checkpoint, vocab);
  const int64_t draft_vocab = config.value("draft_vocab_size", vocab);
  if (IsEagle3(kind)) {
    const std::string prefix = original ? "midlayer." : "layers.0.";
    AddLayer(checkpoint, prefix, hidden, 2 * hidden, !original);
    norm(prefix + "hidden_norm.weight");
    norm("norm.weight");
    projection("lm_head.weight", draft_vocab, hidden);
    config["ttt_length"] = 5;
    if (original) {
      config["architectures"] = {"LlamaForCausalLMEagle3"};
      if (kind == MadeUp::kEagle3Normed) {
        config["norm_before_residual"] = true;
        config["eagle_aux_hidden_state_layer_ids"] = {1, 2};
      }
      projection("fc.weight", hidden, (kind == MadeUp::kEagle3Normed ? 2 : 3) * hidden);
      return;
    }
    config["architectures"] = {"Qwen3Eagle3Model"};
    config["num_target_layers"] = target.num_layers;
    config["target_layer_ids"] = {0, 1, 2};
    projection("fc.weight", hidden, 3 * hidden);
    checkpoint.AddRandom("embed_tokens.weight", {vocab, hidden}, 1);
    return;
  }
  config["architectures"] = {"MtpDraftModel"};
  config["num_target_layers"] = target.num_layers;
  config["num_nextn_predict_layers"] = kind == MadeUp::kMtp ? 1 : 3;
  if (kind == MadeUp::kMtp) config["draft_length"] = 2;
  const std::string module =
      kind == MadeUp::kMtp ? "" : "model.layers." + std::to_string(target.num_layers) + ".";
  AddLayer(checkpoint, kind == MadeUp::kMtp ? "layers.0." : module, hidden, hidden, true);
  norm(module + "enorm.weight");
  norm(module + "hnorm.weight");
  norm(kind == MadeUp::kMtp ? "norm.weight" : module + "shared_head.norm.weight");
  projection(module + "eh_proj.weight", hidden, 2 * hidden);
  if (kind == MadeUp::kMtp) {
    config["share_target_embeddings"] = true;
  } else {
    checkpoint.AddRandom(module + "embed_tokens.weight", {vocab, hidden}, 1);
    projection(module + "shared_head.head.weight", vocab, hidden);
  }
}

// Any of the two drafters from a checkpoint's folder.
inline std::unique_ptr<RecurrentDrafter> LoadRecurrent(
    bool eagle3, const std::string& path, const std::shared_ptr<const TargetModel>& target,
    WeightMode mode, int32_t num_slots, int32_t context_tokens, ThreadPool& pool) {
  ModelFolder folder(path);
  if (eagle3) {
    return std::make_unique<Eagle3Drafter>(Eagle3Weights::Load(folder, target, "", mode), num_slots,
                                           context_tokens, pool);
  }
  return std::make_unique<Mtp1Drafter>(Mtp1Weights::Load(folder, target, "", mode), num_slots,
                                       context_tokens, pool);
}

// Prompts of different lengths over the vocabulary of a target.
inline std::vector<EngineRequest> MixedRequests(int count, int32_t max_tokens, int64_t vocab) {
  std::vector<EngineRequest> requests;
  for (int i = 0; i < count; ++i) {
    EngineRequest& request = requests.emplace_back();
    const int length = 1 + i * 7 % 23;
    for (int j = 0; j < length; ++j) {
      request.prompt.push_back(
          static_cast<int32_t>((i * 31 + j * 17 + i * j) % static_cast<int>(vocab)));
    }
    request.max_tokens = max_tokens;
    request.random_id = static_cast<uint64_t>(i);
    request.seed = 5;
  }
  return requests;
}

}  // namespace dsb
