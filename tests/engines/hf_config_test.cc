// What a folder's config.json may say: rotary frequencies, windows, defaults, contradictions. The
// reference numbers are the fixtures' logits.
#include <gtest/gtest.h>

#include <functional>

#include "engines/target_model/hf_keys.h"
#include "engines/target_model/loaded_target.h"
#include "tests/engines/key_samples.h"
#include "tests/engines/target_folder.h"
#include "tests/model_files/expect_error.h"

namespace dsb {
namespace {

using nlohmann::json;
constexpr const char* kFixtures[] = {"llama_tied", "qwen3"};

std::shared_ptr<const TargetModel> Load(
    const std::string& fixture, const std::function<void(json&)>& edit = [](json&) {}) {
  CheckpointCopy copy(golden::Root() + "/targets/" + fixture);
  edit(copy.config);
  return TargetModel::FromFolder(copy.Write(), WeightMode::kF32);
}

std::vector<float> Frequencies(const std::function<void(json&)>& edit) {
  return Load("llama_tied", edit)->config().rope_frequencies;
}

void ExpectRefused(const std::string& fixture, const std::function<void(json&)>& edit,
                   std::vector<std::string> parts) {
  parts.insert(parts.begin(), "config.json");
  ExpectBadInput(parts, [&] { Load(fixture, edit); });
}

std::vector<float> LoadWhole(const std::string& fixture, const json& more) {
  TargetFolder folder(fixture);
  for (const auto& [key, value] : more.items()) folder.weights.config[key] = value;
  return ProbeLogits(LoadTarget(folder.Write(), WeightMode::kF32)->model);
}

// Null is no value where the class has none for it: not the default either.
TEST(HfConfig, NullIsNoDefault) {
  for (const char* key : {"hidden_act", "rms_norm_eps"}) {
    ExpectRefused("qwen3", [&](json& c) { c[key] = nullptr; }, {key, "null"});
  }
  for (const char* key : {"rope_theta", "rope_type"}) {
    ExpectRefused("llama_tied", [&](json& c) { c["rope_parameters"][key] = nullptr; },
                  {"rope_parameters", key, "null"});
  }
}

TEST(HfConfig, EveryKeyIsReadOrSaysNothingOrIsRefused) {
  for (const std::string fixture : kFixtures) {
    const std::vector<float> before = LoadWhole(fixture, json::object());
    const KeySamples samples(TargetKeys());
    for (const json& harmless : samples.harmless) {
      EXPECT_EQ(LoadWhole(fixture, harmless), before);
    }
    for (const auto& sample : samples.refused.items()) {
      ExpectBadInput({"config.json", sample.key()}, [&] {
        LoadWhole(fixture, {{sample.key(), sample.value()}});
      });
    }
    for (const char* key : {"use_parallel_residual", "unheard_of"}) {
      for (const json& value : {json(true), json(nullptr)}) {
        ExpectBadInput({"config.json", key, "not known"}, [&] {
          LoadWhole(fixture, {{key, value}});
        });
      }
    }
  }
}

// As transformers 4 and 5 write them, with what other tools add.
TEST(HfConfig, TheKeysThatToolsWriteAreKnown) {
  const json more = json::parse(R"({"_name_or_path": "x/y", "torch_dtype": "bfloat16",
      "pretraining_tp": 1, "is_llama_config": true, "rope_interleaved": false,
      "transformers.js_config": {"dtype": "q4", "kv_cache_dtype": {"q4f16": "float16"}},
      "unsloth_fixed": true, "return_dict": true, "output_attentions": false, "torchscript": false,
      "use_bfloat16": false, "tf_legacy_loss": false, "pruned_heads": {}, "is_encoder_decoder": false,
      "is_decoder": false, "add_cross_attention": false, "tie_encoder_decoder": false,
      "cross_attention_hidden_size": null, "chunk_size_feed_forward": 0, "max_length": 20,
      "min_length": 0, "do_sample": false, "early_stopping": false, "num_beams": 1,
      "num_beam_groups": 1, "diversity_penalty": 0.0, "temperature": 1.0, "top_k": 50, "top_p": 1.0,
      "typical_p": 1.0, "repetition_penalty": 1.0, "length_penalty": 1.0, "no_repeat_ngram_size": 0,
      "encoder_no_repeat_ngram_size": 0, "bad_words_ids": null, "num_return_sequences": 1,
      "output_scores": false, "return_dict_in_generate": false, "forced_bos_token_id": null,
      "forced_eos_token_id": null, "remove_invalid_values": false,
      "exponential_decay_length_penalty": null, "suppress_tokens": null,
      "begin_suppress_tokens": null, "finetuning_task": null, "id2label": {"0": "LABEL_0"},
      "label2id": {"LABEL_0": 0}, "tokenizer_class": null, "prefix": null, "sep_token_id": null,
      "decoder_start_token_id": null, "task_specific_params": null, "problem_type": null})");
  for (const std::string fixture : kFixtures) {
    const std::vector<float> before = ProbeLogits(Load(fixture));
    EXPECT_EQ(ProbeLogits(Load(fixture, [&](json& c) { c.update(more); })), before);
    // The older form of the rotary keys.
    EXPECT_EQ(ProbeLogits(Load(fixture,
                               [](json& c) {
                                 c["rope_theta"] = c["rope_parameters"]["rope_theta"];
                                 c["rope_scaling"] = nullptr;
                                 c.erase("rope_parameters");
                               })),
              before);
  }
}

TEST(HfConfig, ThetaMayStandInEitherPlaceButOnlyOnce) {
  const std::vector<float> before = Frequencies([](json&) {});
  EXPECT_EQ(Frequencies([](json& c) {
              c["rope_parameters"] = {{"rope_type", "default"}};
              c["rope_theta"] = 100000.0;
            }),
            before);
  EXPECT_EQ(Frequencies([](json& c) { c["rope_theta"] = 100000; }), before);
  ExpectRefused("llama_tied", [](json& c) { c["rope_theta"] = 10000.0; },
                {"rope_theta is 10000.0", "rope_parameters", "100000.0"});
  // The classes' default, also where only the type is there.
  const std::vector<float> plain = Frequencies([](json& c) { c.erase("rope_parameters"); });
  EXPECT_NE(plain, before);
  EXPECT_EQ(Frequencies([](json& c) { c["rope_parameters"].erase("rope_theta"); }), plain);
  EXPECT_EQ(Frequencies([](json& c) { c["rope_parameters"]["rope_theta"] = 10000; }), plain);
  for (const json& bad : {json(0), json(-1), json(1e31), json("1"), json(true)}) {
    ExpectRefused("llama_tied", [&](json& c) { c["rope_parameters"]["rope_theta"] = bad; },
                  {"rope_theta"});
  }
}

TEST(HfConfig, RotaryScalingIsCheckedBeforeItDivides) {
  const json llama3 = {{"rope_type", "llama3"},   {"rope_theta", 100000.0},
                       {"factor", 8.0},           {"low_freq_factor", 1.0},
                       {"high_freq_factor", 4.0}, {"original_max_position_embeddings", 64}};
  const json linear = {{"rope_type", "linear"}, {"rope_theta", 100000.0}, {"factor", 2.0}};
  const auto use = [](const json& rope) {
    return [rope](json& c) { c["rope_parameters"] = rope; };
  };
  EXPECT_NE(Frequencies(use(llama3)), Frequencies(use(linear)));
  const auto refuse = [&](json rope, const char* key, const json& value) {
    rope[key] = value;
    ExpectRefused("llama_tied", use(rope), {key});
  };
  for (const json& bad : {json(0), json(-2), json(0.0), json("8")}) {
    refuse(linear, "factor", bad);
    for (const char* key :
         {"factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"}) {
      refuse(llama3, key, bad);
    }
  }
  refuse(llama3, "high_freq_factor", 1.0);  // as low_freq_factor: a division by zero
  refuse(llama3, "high_freq_factor", 0.5);
  for (const char* type : {"yarn", "dynamic", "longrope", "su", "mrope", "proportional", ""}) {
    refuse(linear, "rope_type", type);
  }
  refuse(linear, "type", "dynamic");  // two names of one key
  refuse(linear, "beta_fast", 32);
  refuse(linear, "mrope_section", {1, 2});
  refuse(linear, "partial_rotary_factor", 0.5);
  refuse(linear, "attention_factor", 1.2);
  refuse({{"rope_type", "default"}}, "factor", 2.0);
  ExpectRefused("llama_tied", [](json& c) { c["partial_rotary_factor"] = 0.25; },
                {"partial_rotary_factor"});
  ExpectRefused("llama_tied", [](json& c) { c["rope_interleaved"] = true; }, {"rope_interleaved"});
  ExpectRefused("llama_tied",
                [](json& c) {
                  c["rope_parameters"] = {{"full_attention", {{"rope_type", "default"}}}};
                },
                {"full_attention"});
  // Two objects, which may only say the same.
  ExpectRefused("llama_tied", [&](json& c) { c["rope_scaling"] = linear; }, {"rope_scaling"});
  EXPECT_EQ(Frequencies([&](json& c) { c["rope_scaling"] = c["rope_parameters"]; }),
            Frequencies([](json&) {}));
  EXPECT_EQ(Frequencies([&](json& c) {
              c["rope_scaling"] = {{"type", "linear"}, {"factor", 2.0}};
              c["rope_theta"] = 100000.0;
              c.erase("rope_parameters");
            }),
            Frequencies(use(linear)));
}

TEST(HfConfig, AWindowHidesNothingOrIsRefused) {
  for (const std::string fixture : kFixtures) {
    const std::vector<float> before = ProbeLogits(Load(fixture));
    const auto layers = golden::ReadJson(golden::Root() + "/targets/" + fixture +
                                         "/config.json")["num_hidden_layers"]
                            .get<size_t>();
    const auto slide = [&](int64_t window) {
      return [=](json& c) {
        c["use_sliding_window"] = true;
        c["sliding_window"] = window;
        c["layer_types"] = std::vector<std::string>(layers, "sliding_attention");
      };
    };
    for (const int64_t window : {512, 4096}) {
      EXPECT_EQ(ProbeLogits(Load(fixture, slide(window))), before);
    }
    for (const int64_t window : {511, 1, 0, -4}) {
      ExpectRefused(fixture, slide(window), {"sliding_window"});
    }
    const auto refuse = [&](const std::function<void(json&)>& edit, const char* key) {
      ExpectRefused(fixture, [&](json& c) { slide(4096)(c), edit(c); }, {key});
    };
    refuse([](json& c) { c["use_sliding_window"] = false; }, "use_sliding_window");
    refuse([](json& c) { c["sliding_window"] = nullptr; }, "sliding_window");
    refuse([](json& c) { c["layer_types"].erase(0); }, "layer_types");
    refuse([](json& c) { c["layer_types"].push_back("full_attention"); }, "layer_types");
    refuse([](json& c) { c["layer_types"][0] = "chunked_attention"; }, "layer_types");
    refuse([](json& c) { c["layer_types"] = "sliding_attention"; }, "layer_types");
    // A window that is switched off, or that no layer of the list has.
    EXPECT_EQ(ProbeLogits(Load(fixture,
                               [](json& c) {
                                 c["use_sliding_window"] = false;
                                 c["sliding_window"] = 4;
                                 c.erase("layer_types");
                               })),
              before);
    EXPECT_EQ(ProbeLogits(Load(fixture,
                               [&](json& c) {
                                 c["use_sliding_window"] = true;
                                 c["sliding_window"] = 4;
                                 c["layer_types"] =
                                     std::vector<std::string>(layers, "full_attention");
                               })),
              before);
  }
  // Without a list, layers from max_window_layers on have the window.
  const auto from = [](int64_t first) {
    return [first](json& c) {
      c["use_sliding_window"] = true;
      c["sliding_window"] = 4;
      c["max_window_layers"] = first;
      c.erase("layer_types");
    };
  };
  EXPECT_NO_THROW(Load("qwen3", from(6)));
  ExpectRefused("qwen3", from(5), {"sliding_window"});
  // Qwen3's class forgets a window that is not switched on; Llama's knows no switch.
  const auto alone = [](json& c) {
    c["sliding_window"] = 4;
    c.erase("use_sliding_window");
    c.erase("layer_types");
  };
  EXPECT_NO_THROW(Load("qwen3", alone));
  ExpectRefused("llama_tied", alone, {"sliding_window"});
}

TEST(HfConfig, AMissingKeyMeansWhatTheClassSaysOrIsAskedFor) {
  // Qwen3's class says 128 and 32, whatever the shape.
  ExpectRefused("qwen3", [](json& c) { c.erase("head_dim"); }, {"head_dim is missing", "128"});
  ExpectRefused("qwen3", [](json& c) { c.erase("num_key_value_heads"); },
                {"num_key_value_heads is missing", "32"});
  EXPECT_EQ(Load("qwen3", [](json& c) { c["head_dim"] = nullptr; })->config().shape.head_dim, 16);
  EXPECT_EQ(Load("llama_tied", [](json& c) { c.erase("head_dim"); })->config().shape.head_dim, 16);
  EXPECT_EQ(Load("qwen3", [](json& c) { c.erase("rms_norm_eps"); })->config().shape.norm_epsilon,
            1e-6f);
  for (const char* key : {"hidden_act", "attention_bias", "use_cache", "architectures",
                          "layer_types", "use_sliding_window", "sliding_window", "rope_scaling"}) {
    EXPECT_NO_THROW(Load("qwen3", [&](json& c) { c.erase(key); })) << key;
  }
  for (const char* key : {"model_type", "hidden_size", "intermediate_size", "num_hidden_layers",
                          "num_attention_heads", "vocab_size", "max_position_embeddings"}) {
    ExpectRefused("qwen3", [&](json& c) { c.erase(key); }, {key});
  }
}

TEST(HfConfig, ContradictionsAreNamed) {
  ExpectRefused("qwen3", [](json& c) { c["architectures"] = {"LlamaForCausalLM"}; },
                {"architectures", "Qwen3ForCausalLM"});
  ExpectRefused("llama_tied", [](json& c) { c["architectures"] = {"MistralForCausalLM"}; },
                {"architectures", "LlamaForCausalLM"});
  ExpectRefused("llama_tied",
                [](json& c) { c["architectures"] = {"LlamaForSequenceClassification"}; },
                {"architectures"});
  ExpectRefused("qwen3", [](json& c) { c["hidden_activation"] = "gelu"; }, {"hidden_activation"});
  ExpectRefused("qwen3", [](json& c) { c["hidden_act"] = "gelu"; }, {"hidden_act"});
  ExpectRefused("qwen3", [](json& c) { c["num_key_value_heads"] = 3; }, {"num_key_value_heads"});
  ExpectRefused("qwen3",
                [](json& c) {
                  c["num_key_value_heads"] = {2, 2};
                },
                {"num_key_value_heads"});
  ExpectRefused("qwen3",
                [](json& c) {
                  c["auto_map"] = {{"AutoModelForCausalLM", "own.Model"}};
                },
                {"auto_map"});
  ExpectRefused("qwen3",
                [](json& c) {
                  c["quantization_config"] = {{"bits", 4}};
                },
                {"quantization_config"});
}

}  // namespace
}  // namespace dsb
