// Checkpoints of DSpark and DFlash that cannot be used: one line that names file and tensor or key.
#include <cmath>
#include <functional>
#include <utility>

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
  refuse("speculators_model_type", "eagle3", {"eagle3", world_.drafter});
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

std::vector<int64_t> OffsetsOf(const std::vector<int64_t>& ids) {
  std::vector<int64_t> offsets;
  for (const int64_t id : ids) offsets.push_back(id - static_cast<int64_t>(offsets.size()));
  return offsets;
}

// A flag for each target id, as BOOL.
void AddFlags(CheckpointCopy& copy, int64_t vocab_size, const std::vector<int64_t>& ids) {
  std::string flags(static_cast<size_t>(vocab_size), '\0');
  for (const int64_t id : ids) flags[static_cast<size_t>(id)] = '\1';
  copy.tensors["t2d"] = {"BOOL", {vocab_size}, flags};
}

// Every second id.
std::vector<int64_t> EvenIds(int64_t vocab_size) {
  std::vector<int64_t> ids;
  for (int64_t id = 0; id < vocab_size; id += 2) ids.push_back(id);
  return ids;
}

TEST_P(BlockErrors, ReducedVocabularyHasEachIdOnceInAnyOrder) {
  const int64_t vocab_size = world_.target->config().vocab_size;
  std::vector<int64_t> ids = EvenIds(vocab_size);
  for (const bool shuffled : {false, true}) {
    if (shuffled) std::swap(ids[3], ids[20]), std::swap(ids[0], ids[7]);
    for (const bool flags : {false, true}) {
      CheckpointCopy copy(world_.drafter_folder);
      Reduce(copy, OffsetsOf(ids));
      if (flags) AddFlags(copy, vocab_size, ids);
      const auto drafter = Load(copy.Write());
      EXPECT_EQ(drafter->target_ids()[3], ids[3]);
    }
  }
  const auto refuse = [&](size_t index, int64_t id, const Parts& parts) {
    std::vector<int64_t> bad = ids;
    bad[index] = id;
    ExpectRefused(parts, [&](CheckpointCopy& broken) { Reduce(broken, OffsetsOf(bad)); });
  };
  refuse(3, ids[9], {"d2t", "element 9", "element 3", "no id twice"});
  refuse(0, -1, {"d2t", "element 0"});
  refuse(5, vocab_size, {"d2t", "element 5", "0 to " + std::to_string(vocab_size - 1)});
  ExpectRefused({"d2t", "expected"}, [&](CheckpointCopy& broken) {
    Reduce(broken, OffsetsOf(ids));
    broken.tensors.erase("d2t");
  });
}

TEST_P(BlockErrors, TheTwoMapsOfAReducedVocabularyAgree) {
  const int64_t vocab_size = world_.target->config().vocab_size;
  const std::vector<int64_t> ids = EvenIds(vocab_size);
  const auto refuse = [&](const Parts& parts, const std::function<void(CheckpointCopy&)>& change) {
    ExpectRefused(parts, [&](CheckpointCopy& broken) {
      Reduce(broken, OffsetsOf(ids));
      AddFlags(broken, vocab_size, ids);
      change(broken);
    });
  };
  refuse({"d2t and t2d disagree", "target id 1"},
         [](CheckpointCopy& copy) { copy.tensors["t2d"].bytes[1] = '\1'; });
  refuse({"d2t and t2d disagree", "target id 4"},
         [](CheckpointCopy& copy) { copy.tensors["t2d"].bytes[4] = '\0'; });
  refuse({"d2t and t2d disagree", "target id 0"},  // buffers that nobody filled
         [](CheckpointCopy& copy) { copy.SetZero("t2d"); });
  refuse({"d2t and t2d disagree"},
         [](CheckpointCopy& copy) { copy.tensors["t2d"].bytes[0] = '\2'; });
  refuse({"tensor t2d", "BOOL"}, [&](CheckpointCopy& copy) {
    copy.AddInts("t2d", std::vector<int64_t>(static_cast<size_t>(vocab_size), 1));
  });
  refuse({"tensor t2d", "expected " + std::to_string(vocab_size)}, [](CheckpointCopy& copy) {
    copy.tensors["t2d"].bytes.pop_back();
    --copy.tensors["t2d"].shape[0];
  });
  refuse({"tensor d2t", "2 dimensions"}, [](CheckpointCopy& copy) {
    copy.tensors["d2t"].shape = {2, copy.tensors["d2t"].shape[0] / 2};
  });
  // Ids in place of offsets: in range, and of each another.
  refuse({"d2t and t2d disagree"}, [&](CheckpointCopy& copy) {
    std::vector<int64_t> count(ids.size());
    for (size_t i = 0; i < count.size(); ++i) count[i] = static_cast<int64_t>(i);
    copy.AddInts("d2t", count);
    AddFlags(copy, vocab_size, count);
  });
  // A whole vocabulary needs no maps; what is there must be the identity.
  CheckpointCopy whole(world_.drafter_folder);
  whole.AddInts("d2t", std::vector<int64_t>(static_cast<size_t>(vocab_size), 0));
  EXPECT_TRUE(Load(whole.Write())->target_ids().empty());
  AddFlags(whole, vocab_size, ids);
  const std::string folder = whole.Write();
  ExpectBadInput({"d2t and t2d disagree"}, [&] { Load(folder); });
}

// Read as offsets, with nothing to compare them with.
TEST_P(BlockErrors, OffsetsThatLookLikeIdsAreNamed) {
  CheckpointCopy copy(world_.drafter_folder);
  Reduce(copy, OffsetsOf(EvenIds(world_.target->config().vocab_size)));
  const auto folder = std::make_shared<ModelFolder>(copy.Write());
  LoadDrafter(world_.drafter, {.path = folder->path(),
                               .folder = folder,
                               .target = world_.target,
                               .target_sha256 = "",
                               .mode = WeightMode::kF32,
                               .num_slots = 1,
                               .context_tokens = 64,
                               .pool = &pool_});
  ASSERT_EQ(folder->warnings().size(), 1u);
  EXPECT_NE(folder->warnings()[0].find("tensor d2t rises at every element"), std::string::npos);
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
