// Eagle3 and MTP checkpoints that are damaged or made for something else: refused with one line
// that names the tensor or the key.
#include <limits>

#include "engines/drafters/registry.h"
#include "tests/engines/recurrent_world.h"
#include "tests/model_files/expect_error.h"

namespace dsb {
namespace {

struct Damage {
  const char* what;
  MadeUp kind;
  void (*apply)(TestCheckpoint&);
  std::vector<std::string> named;  // in the message
};

void SetConfig(TestCheckpoint& checkpoint, const char* key, const nlohmann::json& value) {
  checkpoint.config[key] = value;
}

const std::vector<Damage>& Damages() {
  static const std::vector<Damage> damages = {
      {"fc missing",
       MadeUp::kEagle3,
       [](TestCheckpoint& c) { c.tensors.erase("fc.weight"); },
       {"tensor fc.weight", "missing"}},
      {"hidden norm missing",
       MadeUp::kEagle3Original,
       [](TestCheckpoint& c) { c.tensors.erase("midlayer.hidden_norm.weight"); },
       {"tensor midlayer.hidden_norm.weight", "missing"}},
      {"k norm missing",
       MadeUp::kEagle3,
       [](TestCheckpoint& c) { c.tensors.erase("layers.0.self_attn.k_norm.weight"); },
       {"tensor layers.0.self_attn.k_norm.weight", "missing"}},
      {"embedding missing",
       MadeUp::kEagle3,
       [](TestCheckpoint& c) { c.tensors.erase("embed_tokens.weight"); },
       {"tensor embed_tokens.weight", "missing"}},
      {"head missing",
       MadeUp::kEagle3Original,
       [](TestCheckpoint& c) { c.tensors.erase("lm_head.weight"); },
       {"tensor lm_head.weight", "missing"}},
      {"d2t missing",
       MadeUp::kEagle3Original,
       [](TestCheckpoint& c) { c.tensors.erase("d2t"); },
       {"tensor d2t", "no such tensor"}},
      {"d2t short",
       MadeUp::kMtp,
       [](TestCheckpoint& c) {
         c.tensors["d2t"].ints.pop_back();
         --c.tensors["d2t"].shape[0];
       },
       {"tensor d2t", "integers"}},
      {"d2t with an id twice",
       MadeUp::kMtp,
       [](TestCheckpoint& c) { c.tensors["d2t"].ints[7] = c.tensors["d2t"].ints[6] - 1; },
       {"tensor d2t", "element 7", "element 6", "no id twice"}},
      {"d2t that counts",
       MadeUp::kEagle3Original,
       [](TestCheckpoint& c) {
         auto& ints = c.tensors["d2t"].ints;
         for (size_t i = 0; i < ints.size(); ++i) ints[i] = static_cast<int64_t>(i) / 2;
       },
       {"d2t and t2d disagree"}},
      {"t2d of others",
       MadeUp::kMtp,
       [](TestCheckpoint& c) { c.tensors["t2d"].bools[1] = '\1'; },
       {"d2t and t2d disagree", "target id 1"}},
      {"d2t beyond the vocabulary",
       MadeUp::kEagle3Original,
       [](TestCheckpoint& c) { c.tensors["d2t"].ints.back() = 1 << 20; },
       {"tensor d2t", "expected an offset"}},
      {"d2t that overflows",
       MadeUp::kEagle3Original,
       [](TestCheckpoint& c) {
         c.tensors["d2t"].ints.back() = std::numeric_limits<int64_t>::max();
       },
       {"tensor d2t", "expected an offset"}},
      {"d2t negative",
       MadeUp::kMtp,
       [](TestCheckpoint& c) { c.tensors["d2t"].ints[0] = -1; },
       {"tensor d2t", "element 0"}},
      {"d2t of floats",
       MadeUp::kMtp,
       [](TestCheckpoint& c) {
         auto& tensor = c.tensors["d2t"];
         tensor.floats.assign(tensor.ints.size(), 1);
         tensor.ints.clear();
       },
       {"tensor d2t", "float"}},
      {"fc of integers",
       MadeUp::kEagle3,
       [](TestCheckpoint& c) {
         auto& tensor = c.tensors["fc.weight"];
         tensor.ints.assign(tensor.floats.size(), 1);
         tensor.floats.clear();
       },
       {"tensor fc.weight", "integers", "F32, F16, BF16"}},
      {"fc for other features",
       MadeUp::kEagle3,
       [](TestCheckpoint& c) {
         c.config["target_layer_ids"] = {0, 1};
       },
       {"tensor fc.weight", "shape", "expected",
        "since the number of feature layers x hidden_size"}},
      {"a second module",
       MadeUp::kMtpDeepSeek,
       [](TestCheckpoint& c) {
         const int64_t second = c.config["num_target_layers"].get<int64_t>() + 1;
         c.AddRandom("model.layers." + std::to_string(second) + ".enorm.weight", {8}, 1);
       },
       {".enorm.weight", "not part of"}},
      {"eh_proj of one input",
       MadeUp::kMtp,
       [](TestCheckpoint& c) {
         const int64_t hidden = c.config["hidden_size"];
         c.AddRandom("eh_proj.weight", {hidden, hidden}, 1);
       },
       {"tensor eh_proj.weight", "shape", "expected"}},
      {"eh_proj missing",
       MadeUp::kMtp,
       [](TestCheckpoint& c) { c.tensors.erase("eh_proj.weight"); },
       {"tensor eh_proj.weight", "missing"}},
      {"norm missing",
       MadeUp::kMtp,
       [](TestCheckpoint& c) { c.tensors.erase("norm.weight"); },
       {"tensor norm.weight", "missing"}},
      {"NaN",
       MadeUp::kMtp,
       [](TestCheckpoint& c) {
         c.tensors["hnorm.weight"].floats[5] = std::numeric_limits<float>::quiet_NaN();
       },
       {"hnorm.weight", "element 5", "finite"}},
      {"infinity",
       MadeUp::kEagle3,
       [](TestCheckpoint& c) {
         c.tensors["layers.0.mlp.up_proj.weight"].floats[9] =
             std::numeric_limits<float>::infinity();
       },
       {"layers.0.mlp.up_proj.weight", "element 9", "finite"}},
      {"last layer as a feature",
       MadeUp::kEagle3,
       [](TestCheckpoint& c) {
         c.config["target_layer_ids"] = {0, 1, c.config["num_target_layers"].get<int>() - 1};
       },
       {"target_layer_ids", "expected ascending layers from 0 to"}},
      {"embedding as a feature",
       MadeUp::kEagle3,
       [](TestCheckpoint& c) {
         c.config["target_layer_ids"] = {-1, 0, 1};
       },
       {"target_layer_ids", "-1"}},
      {"layers in disorder",
       MadeUp::kEagle3,
       [](TestCheckpoint& c) {
         c.config["target_layer_ids"] = {1, 0, 2};
       },
       {"target_layer_ids", "ascending"}},
      {"layers beyond the target",
       MadeUp::kEagle3Normed,
       [](TestCheckpoint& c) {
         c.config["eagle_aux_hidden_state_layer_ids"] = {1, 99};
       },
       {"feature layer 98"}},
      {"layer numbered 0 by its input",
       MadeUp::kEagle3Normed,
       [](TestCheckpoint& c) {
         c.config["eagle_aux_hidden_state_layer_ids"] = {0, 1};
       },
       {"eagle_aux_hidden_state_layer_ids", "0"}},
      {"another vocabulary",
       MadeUp::kMtp,
       [](TestCheckpoint& c) { SetConfig(c, "vocab_size", 4096); },
       {"vocab_size is 4096", "another target"}},
      {"another width",
       MadeUp::kEagle3Original,
       [](TestCheckpoint& c) { SetConfig(c, "hidden_size", 128); },
       {"hidden_size is 128", "another target"}},
      {"another depth",
       MadeUp::kMtp,
       [](TestCheckpoint& c) { SetConfig(c, "num_target_layers", 61); },
       {"num_target_layers is 61", "another target"}},
      {"another target's hash",
       MadeUp::kMtp,
       [](TestCheckpoint& c) {
         SetConfig(c, "target", {{"sha256", "abc"}});
       },
       {"target.sha256 is abc", "another target"}},
      {"Gemma",
       MadeUp::kEagle3,
       [](TestCheckpoint& c) { SetConfig(c, "architectures", {"Gemma4Eagle3Model"}); },
       {"architectures", "Gemma4Eagle3Model", "not supported"}},
      {"another drafter",
       MadeUp::kEagle3,
       [](TestCheckpoint& c) { SetConfig(c, "architectures", {"Qwen3DSparkModel"}); },
       {"architectures", "Qwen3DSparkModel"}},
      {"another drafter for MTP",
       MadeUp::kMtp,
       [](TestCheckpoint& c) { SetConfig(c, "architectures", {"Qwen3Eagle3Model"}); },
       {"architectures", "MtpDraftModel"}},
      {"two layers",
       MadeUp::kEagle3,
       [](TestCheckpoint& c) { SetConfig(c, "draft_num_hidden_layers", 2); },
       {"draft_num_hidden_layers", "2"}},
      {"no block length",
       MadeUp::kEagle3,
       [](TestCheckpoint& c) { c.config.erase("ttt_length"); },
       {"ttt_length"}},
      {"a huge block",
       MadeUp::kEagle3,
       [](TestCheckpoint& c) { SetConfig(c, "ttt_length", 65); },
       {"ttt_length", "1 to 64"}},
      {"a draft vocabulary above the target's",
       MadeUp::kMtp,
       [](TestCheckpoint& c) { SetConfig(c, "draft_vocab_size", 1 << 20); },
       {"draft_vocab_size", "at most vocab_size"}},
      {"norm before fc",
       MadeUp::kEagle3Original,
       [](TestCheckpoint& c) { SetConfig(c, "norm_before_fc", true); },
       {"norm_before_fc"}},
      {"the hidden state before the norm",
       MadeUp::kMtp,
       [](TestCheckpoint& c) { SetConfig(c, "hidden_input", "pre_final_norm"); },
       {"hidden_input", "post_final_norm"}},
      {"a q norm in a Llama layer",
       MadeUp::kEagle3Original,
       [](TestCheckpoint& c) { c.AddRandom("midlayer.self_attn.q_norm.weight", {8}, 1); },
       {"tensor midlayer.self_attn.q_norm.weight", "expected none"}},
  };
  return damages;
}

TEST(RecurrentErrors, EveryDamageIsNamed) {
  for (const std::string& name : golden::Targets()) {
    const auto target = LoadFixtureTarget(name);
    ThreadPool pool(1);
    for (const Damage& damage : Damages()) {
      SCOPED_TRACE(name + ": " + damage.what);
      TestCheckpoint checkpoint;
      MakeUp(damage.kind, target->config(), checkpoint);
      const DrafterLoad load = {.path = checkpoint.Write(),
                                .target = target,
                                .target_sha256 = "def",
                                .mode = WeightMode::kStored,
                                .num_slots = 1,
                                .context_tokens = 32,
                                .pool = &pool};
      const char* drafter = IsEagle3(damage.kind) ? "eagle3" : "mtp1";
      EXPECT_EQ(LoadDrafter(drafter, load)->Name(), drafter);
      damage.apply(checkpoint);
      checkpoint.Write();
      ExpectBadInput(damage.named, [&] { LoadDrafter(drafter, load); });
    }
  }
}

TEST(RecurrentErrors, GemmaFixturesAreRefused) {
  const auto target = LoadFixtureTarget(golden::Targets()[0]);
  for (const std::string& name : golden::Folders("drafters", [](const nlohmann::json& config) {
         return config["architectures"][0] == "Gemma4Eagle3Model";
       })) {
    ExpectBadInput({name, "Gemma4Eagle3Model", "not supported"}, [&] {
      ModelFolder folder(golden::Root() + "/drafters/" + name);
      Eagle3Weights::Load(folder, target, "", WeightMode::kF32);
    });
  }
}

}  // namespace
}  // namespace dsb
