// Every key that a drafter's config.json may have, for each layout of each drafter; contradictions
// between keys, and between keys and tensors.
#include <filesystem>
#include <fstream>
#include <functional>

#include "engines/block_backbone/block_config.h"
#include "engines/dflash/dflash_drafter.h"
#include "engines/drafter_files/drafter_keys.h"
#include "engines/dspark/dspark_weights.h"
#include "tests/engines/checkpoint_copy.h"
#include "tests/engines/key_samples.h"
#include "tests/engines/original_dflash.h"
#include "tests/engines/recurrent_world.h"
#include "tests/model_files/expect_error.h"

namespace dsb {
namespace {

using nlohmann::json;

// A checkpoint that loads, of one layout.
struct Layout {
  std::string name;
  std::string drafter;
  std::shared_ptr<const TargetModel> target;
  ConfigKeys keys;
  std::function<std::string(const std::function<void(json&)>&)> write;  // config edited; the folder
};

Layout Copied(const std::string& name, const std::string& drafter, const ConfigKeys& keys,
              const std::string& fixture, const std::function<void(CheckpointCopy&)>& change) {
  const auto copy = std::make_shared<CheckpointCopy>(golden::Root() + "/drafters/" + fixture);
  change(*copy);
  const auto original = std::make_shared<json>(copy->config);
  return {name, drafter, LoadFixtureTarget(golden::TargetOf(fixture)), keys,
          [copy, original](const std::function<void(json&)>& edit) {
            copy->config = *original;
            edit(copy->config);
            return copy->Write();
          }};
}

Layout Made(const std::string& name, const std::string& drafter, const ConfigKeys& keys,
            MadeUp kind) {
  const auto checkpoint = std::make_shared<TestCheckpoint>();
  const auto target = LoadFixtureTarget("qwen3");
  MakeUp(kind, target->config(), *checkpoint);
  const auto original = std::make_shared<json>(checkpoint->config);
  return {name, drafter, target, keys,
          [checkpoint, original](const std::function<void(json&)>& edit) {
            checkpoint->config = *original;
            edit(checkpoint->config);
            return checkpoint->Write();
          }};
}

const std::vector<Layout>& Layouts() {
  static const std::vector<Layout> layouts = {
      Copied("DSpark", "dspark", DSparkConfig::Keys(), "dspark_vanilla", [](CheckpointCopy&) {}),
      Copied("DFlash", "dflash", DFlashKeys(BlockLayout::kAnchorFirst), "dflash",
             [](CheckpointCopy&) {}),
      Copied("DFlashOriginal", "dflash", DFlashKeys(BlockLayout::kMaskFill), "dflash",
             MakeOriginalDFlash),
      Copied("Eagle3", "eagle3", Eagle3Config::Keys(false), "eagle3", [](CheckpointCopy&) {}),
      Made("Eagle3Original", "eagle3", Eagle3Config::Keys(true), MadeUp::kEagle3Original),
      Made("Mtp1", "mtp1", Mtp1Weights::Keys(), MadeUp::kMtp),
  };
  return layouts;
}

class DrafterKeysTest : public testing::TestWithParam<size_t> {
 protected:
  const Layout& layout() const { return Layouts()[GetParam()]; }
  void Load(const std::function<void(json&)>& edit) {
    LoadDrafter(layout().drafter, {.path = layout().write(edit),
                                   .target = layout().target,
                                   .target_sha256 = "",
                                   .mode = WeightMode::kF32,
                                   .num_slots = 1,
                                   .context_tokens = 64,
                                   .pool = &pool_});
  }
  void ExpectRefused(const std::vector<std::string>& parts,
                     const std::function<void(json&)>& edit) {
    ExpectBadInput(parts, [&] { Load(edit); });
  }
  ThreadPool pool_{1};
};

TEST_P(DrafterKeysTest, EveryKeyIsReadOrSaysNothingOrIsRefused) {
  Load([](json&) {});
  const KeySamples samples(layout().keys);
  for (const json& harmless : samples.harmless) {
    EXPECT_NO_THROW(Load([&](json& config) {
      for (const auto& [key, value] : harmless.items()) config[key] = value;
    })) << harmless;
  }
  for (const auto& sample : samples.refused.items()) {
    ExpectRefused({"config.json", sample.key()},
                  [&](json& config) { config[sample.key()] = sample.value(); });
  }
  for (const char* key : {"norm_input", "unheard_of"}) {
    for (const json& value : {json(true), json(nullptr)}) {
      ExpectRefused({key, "not known"}, [&](json& config) { config[key] = value; });
    }
  }
}

TEST_P(DrafterKeysTest, SwitchesOfOtherMathsAreRefused) {
  const std::pair<const char*, json> switches[] = {{"attention_bias", true},
                                                   {"mlp_bias", true},
                                                   {"norm_output", true},
                                                   {"norm_before_fc", true},
                                                   {"fc_norm", true},
                                                   {"partial_rotary_factor", 0.5},
                                                   {"final_logit_softcapping", 30.0},
                                                   {"logit_scale", 0.5},
                                                   {"hidden_act", "gelu"},
                                                   {"quantization_config", {{"bits", 4}}},
                                                   {"speculators_model_type", "eagle3"}};
  for (const auto& entry : switches) {
    ExpectRefused({entry.first}, [&](json& config) { config[entry.first] = entry.second; });
  }
  ExpectRefused({"rope_theta"}, [](json& config) {
    config["rope_parameters"] = {{"rope_theta", 1000.0}};
    config["rope_theta"] = 2000.0;
  });
  ExpectRefused({"target", "\"x\""}, [](json& config) { config["target"] = {{"x", 1}}; });
}

TEST_P(DrafterKeysTest, AWindowHidesNothingOrIsRefused) {
  const auto slide = [](int64_t window) {
    return [window](json& config) {
      config["use_sliding_window"] = true;
      config["sliding_window"] = window;
      config["layer_types"] =
          std::vector<std::string>(config["num_hidden_layers"].get<size_t>(), "sliding_attention");
    };
  };
  const int64_t context = layout().target->config().context_tokens;
  for (const int64_t window : {context - 1, int64_t{1}, int64_t{0}}) {
    ExpectRefused({"sliding_window"}, slide(window));
  }
  if (layout().name == "DFlashOriginal") {
    ExpectRefused({"sliding_window", "original DFlash"}, slide(context + 64));
    return;
  }
  EXPECT_NO_THROW(Load(slide(context)));
  EXPECT_NO_THROW(Load(slide(context + 64)));
  ExpectRefused({"use_sliding_window"}, [&](json& config) {
    slide(context + 64)(config);
    config["use_sliding_window"] = false;
  });
  ExpectRefused({"sliding_window"}, [&](json& config) {  // which layers, it does not say
    config["use_sliding_window"] = true;
    config["sliding_window"] = 16;
    config.erase("layer_types");
  });
}

// What was said of a target by name does not hide what was read.
TEST_P(DrafterKeysTest, TheIdentityIsOfEveryFileThatWasRead) {
  const auto describe = [&](const std::function<void(json&)>& edit) {
    const auto folder = std::make_shared<ModelFolder>(layout().write(edit));
    LoadDrafter(layout().drafter, {.path = folder->path(),
                                   .folder = folder,
                                   .target = layout().target,
                                   .target_sha256 = "",
                                   .mode = WeightMode::kF32,
                                   .num_slots = 1,
                                   .context_tokens = 64,
                                   .pool = &pool_});
    return std::pair(folder->FileSha256("model.safetensors"), folder->IdentitySha256());
  };
  const auto before = describe([](json&) {});
  EXPECT_EQ(describe([](json&) {}), before);
  const auto after = describe([](json& config) { config["rms_norm_eps"] = 2e-6; });
  EXPECT_EQ(after.first, before.first);
  EXPECT_NE(after.second, before.second);
}

TEST_P(DrafterKeysTest, WhatMakesAnotherModelOfTheWeightsIsRefused) {
  for (const char* name : {"adapter_config.json", "adapter_model.safetensors", "adapter_model.bin",
                           "mask_embedding.pt"}) {
    const std::string folder = layout().write([](json&) {});
    std::ofstream(folder + "/" + name) << "{}";
    ExpectBadInput({name, "beside the weights"}, [&] {
      ModelFolder files(folder);
      Safetensors::Open(files);
    });
    std::filesystem::remove(folder + "/" + name);
  }
}

TEST_P(DrafterKeysTest, NotesOfOtherProgramsOnQuantisingAreNamed) {
  const std::string folder = layout().write([](json&) {});
  for (const char* name : {"hf_quant_config.json", "quantize_config.json"}) {
    std::ofstream(folder + "/" + name) << "{}";
    ModelFolder files(folder);
    Safetensors::Open(files);
    ASSERT_FALSE(files.warnings().empty());
    EXPECT_NE(files.warnings().front().find(name), std::string::npos);
    std::filesystem::remove(folder + "/" + name);
  }
}

INSTANTIATE_TEST_SUITE_P(All, DrafterKeysTest, testing::Range(size_t{0}, Layouts().size()),
                         [](const auto& test) { return Layouts()[test.param].name; });

}  // namespace
}  // namespace dsb
