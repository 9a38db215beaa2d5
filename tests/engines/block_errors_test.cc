// Checkpoints of DSpark and DFlash that cannot be used: one line that names file and tensor or key.
#include <cmath>

#include "tests/engines/checkpoint_copy.h"
#include "tests/engines/tiny_world.h"
#include "tests/model_files/expect_error.h"

namespace dsb {
namespace {

using Parts = std::vector<std::string>;

class BlockErrors : public testing::TestWithParam<std::string> {
 protected:
  std::unique_ptr<Drafter> Load(const std::string& folder, const std::string& drafter = "") {
    return LoadDrafter(drafter.empty() ? world_.drafter : drafter,
                       {.path = folder,
                        .target = world_.target,
                        .target_sha256 = std::string(64, '1'),
                        .mode = WeightMode::kF32,
                        .num_slots = 1,
                        .context_tokens = 64,
                        .pool = &pool_});
  }
  // `change` makes a good copy bad.
  template <typename Change>
  void ExpectRefused(const Parts& parts, Change change, size_t num_shards = 1) {
    CheckpointCopy copy(world_.drafter_folder);
    change(copy);
    const std::string folder = copy.Write(num_shards);
    ExpectBadInput(parts, [&] { Load(folder); });
  }

  const TinyWorld world_ = MakeTinyWorld(GetParam());
  ThreadPool pool_{1};
};

TEST_P(BlockErrors, TheCopyItselfIsGoodAlsoInShards) {
  CheckpointCopy copy(world_.drafter_folder);
  for (const size_t shards : {1u, 2u, 5u}) {
    const auto drafter = Load(copy.Write(shards));
    EXPECT_EQ(drafter->Name(), world_.drafter);
  }
}

TEST_P(BlockErrors, EveryTensorIsNeeded) {
  const CheckpointCopy good(world_.drafter_folder);
  for (const auto& entry : good.tensors) {
    const std::string& name = entry.first;
    ExpectRefused({name, "missing"}, [&](CheckpointCopy& copy) { copy.tensors.erase(name); });
  }
  ExpectRefused(
      {"fc.weight", "missing"}, [](CheckpointCopy& copy) { copy.tensors.erase("fc.weight"); }, 3);
}

TEST_P(BlockErrors, EveryTensorHasItsShapeAndAFloatTypeAndFiniteValues) {
  const CheckpointCopy good(world_.drafter_folder);
  for (const auto& entry : good.tensors) {
    const std::string& name = entry.first;
    ExpectRefused({name, "shape", "expected"}, [&](CheckpointCopy& copy) {
      copy.tensors[name].shape.insert(copy.tensors[name].shape.begin(), 1);
    });
    const size_t bytes = entry.second.bytes.size();
    if (bytes % 8 == 0) {
      ExpectRefused({name, "integers"}, [&](CheckpointCopy& copy) {
        copy.AddInts(name, std::vector<int64_t>(bytes / 8, 1));
      });
    }
    ExpectRefused({name, "finite"},
                  [&](CheckpointCopy& copy) { copy.Set(name, 0, std::nanf("")); });
  }
}

TEST_P(BlockErrors, ConfigsOfOtherTargetsAndKindsAreRefused) {
  const auto refuse = [&](const std::string& key, const nlohmann::json& value, Parts parts) {
    parts.insert(parts.begin(), {"config.json", key});
    ExpectRefused(parts, [&](CheckpointCopy& copy) { copy.config[key] = value; });
  };
  const auto layers = world_.target->config().num_layers;
  refuse("vocab_size", world_.target->config().vocab_size + 1, {"another target"});
  refuse("hidden_size", 32, {"another target"});
  refuse("num_target_layers", layers + 1, {"another target"});
  refuse("target_layer_ids", {0, layers - 1}, {std::to_string(layers - 1), "ascending"});
  refuse("target_layer_ids", {2, 1}, {"1", "ascending"});
  refuse("target_layer_ids", {-2, 1}, {"-2"});
  refuse("target_layer_ids", nlohmann::json::array(), {"empty"});
  refuse("block_size", 66, {"66"});
  refuse("mask_token_id", world_.target->config().vocab_size, {"expected 0 to"});
  refuse("architectures", {"Gemma4DSparkModel"}, {"Gemma drafters are not supported yet"});
  refuse("architectures", {"LlamaForCausalLM"}, {"Qwen3DSparkModel"});
  ExpectRefused({"config.json", "target.sha256", "another target"}, [](CheckpointCopy& copy) {
    copy.config["target"] = {{"sha256", std::string(64, '2')}};
  });
  if (world_.drafter == "dspark") {
    refuse("markov_head_type", "mlp", {"mlp", "vanilla, gated or rnn"});
    refuse("markov_rank", 0, {"dflash checkpoint"});
    ExpectBadInput({"markov_rank", "dspark checkpoint"},
                   [&] { Load(world_.drafter_folder, "dflash"); });
  } else {
    refuse("markov_rank", 8, {"dspark checkpoint"});
    refuse("enable_confidence_head", true, {"false"});
    ExpectBadInput({"markov_rank", "dflash checkpoint"},
                   [&] { Load(world_.drafter_folder, "dspark"); });
  }
}

// Half the vocabulary; only the rows that draft ids index are cut.
void Reduce(CheckpointCopy& copy, const std::vector<int64_t>& offsets) {
  const auto size = static_cast<int64_t>(offsets.size());
  copy.config["draft_vocab_size"] = size;
  for (const char* name : {"lm_head.weight", "markov_head.markov_w2.weight"}) {
    const auto found = copy.tensors.find(name);
    if (found == copy.tensors.end()) continue;
    CheckpointCopy::Tensor& tensor = found->second;
    tensor.bytes.resize(tensor.bytes.size() / static_cast<size_t>(tensor.shape[0]) *
                        offsets.size());
    tensor.shape[0] = size;
  }
  copy.AddInts("d2t", offsets);
}

TEST_P(BlockErrors, ReducedVocabularyMustIncrease) {
  const auto half = static_cast<size_t>(world_.target->config().vocab_size / 2);
  std::vector<int64_t> offsets(half);
  for (size_t i = 0; i < half; ++i) offsets[i] = static_cast<int64_t>(i);  // every second id
  CheckpointCopy copy(world_.drafter_folder);
  Reduce(copy, offsets);
  const auto drafter = Load(copy.Write());
  EXPECT_EQ(drafter->target_ids()[3], 6);
  const auto refuse = [&](size_t index, int64_t offset, const Parts& parts) {
    std::vector<int64_t> bad = offsets;
    bad[index] = offset;
    ExpectRefused(parts, [&](CheckpointCopy& broken) { Reduce(broken, bad); });
  };
  refuse(3, 0, {"d2t", "element 3", "increasing"});
  refuse(0, -1, {"d2t", "element 0"});
  refuse(half - 1, world_.target->config().vocab_size, {"d2t", "increasing"});
  ExpectRefused({"d2t", "expected"}, [&](CheckpointCopy& broken) {
    Reduce(broken, offsets);
    broken.tensors.erase("d2t");
  });
}

INSTANTIATE_TEST_SUITE_P(All, BlockErrors, testing::ValuesIn(golden::BlockDrafters()),
                         [](const auto& test) { return test.param; });

TEST(BlockErrorsOfGemma, GemmaFixturesAreRefused) {
  const auto gemma = golden::Folders("drafters", [](const nlohmann::json& config) {
    return config["architectures"][0] == "Gemma4DSparkModel";
  });
  ThreadPool pool(1);
  const TinyWorld world = MakeTinyWorld(golden::BlockDrafters().at(0));
  for (const std::string& name : gemma) {
    for (const char* drafter : {"dspark", "dflash"}) {
      ExpectBadInput({name, "Gemma drafters are not supported yet"}, [&] {
        LoadDrafter(drafter, {.path = golden::Root() + "/drafters/" + name,
                              .target = world.target,
                              .target_sha256 = "",
                              .mode = WeightMode::kF32,
                              .num_slots = 1,
                              .context_tokens = 64,
                              .pool = &pool});
      });
    }
  }
}

}  // namespace
}  // namespace dsb
