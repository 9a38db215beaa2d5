// Targets read from GGUF: the same models as the fixtures' folders, and every key that a file may
// have.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "engines/target_model/gguf_keys.h"
#include "engines/target_model/loaded_target.h"
#include "tests/engines/target_gguf.h"
#include "tests/model_files/expect_error.h"

namespace dsb {
namespace {

constexpr const char* kFixtures[] = {"llama_tied", "qwen3"};

std::shared_ptr<const LoadedTarget> Load(const TargetGguf& gguf) {
  return LoadTarget(gguf.Write(), WeightMode::kF32);
}

std::vector<float> Logits(const TargetGguf& gguf) { return ProbeLogits(Load(gguf)->model); }

TEST(GgufTarget, ComputesWhatTheFoldersModelComputes) {
  for (const std::string fixture : kFixtures) {
    const std::string folder = golden::Root() + "/targets/" + fixture;
    const auto model = Load(TargetGguf(fixture))->model;
    for (const auto& prompt : golden::ReadJson(folder + "/reference.json")["prompts"]) {
      EXPECT_EQ(GreedyTokens(model, golden::Tokens(prompt["token_ids"]), 24),
                golden::Tokens(prompt["greedy"]))
          << fixture;
    }
  }
}

// A value of the type that a JSON value has; a whole number as a float if `floats`.
TargetGguf::Value Typed(const nlohmann::json& value, bool floats) {
  if (value.is_string()) return TargetGguf::String(value);
  if (value.is_boolean()) return TargetGguf::Bool(value);
  return floats ? TargetGguf::F32(value) : TargetGguf::U32(value);
}

TEST(GgufTarget, EveryKeyIsReadOrSaysNothingOrIsRefused) {
  using Use = ConfigKey::Use;
  for (const std::string fixture : kFixtures) {
    const TargetGguf good(fixture);
    const std::vector<float> before = Logits(good);
    TargetGguf harmless = good, neutral = good, neutral_floats = good;
    const auto refuse = [&](const std::string& key, const TargetGguf::Value& value) {
      TargetGguf gguf = good;
      gguf.keys[key] = value;
      ExpectBadInput({"target.gguf", key}, [&] { Load(gguf); });
    };
    for (const ConfigKey& key : GgufKeys()) {
      std::string name = key.name;
      if (name.starts_with('.')) name = good.architecture + name;
      if (name.ends_with('*')) name.replace(name.size() - 1, 1, "anything");
      SCOPED_TRACE(name);
      const bool strings = name.ends_with(".tokens") || name.ends_with(".merges");
      const TargetGguf::Value absurd = strings ? TargetGguf::U32(1) : TargetGguf::Strings({"x"});
      if (key.use == Use::kHarmless) {
        harmless.keys[name] = absurd;
      } else {
        refuse(name, absurd);
      }
      if (key.use != Use::kOnly) continue;
      const nlohmann::json value = nlohmann::json::parse(key.values);
      neutral.keys[name] = Typed(value, false);
      neutral_floats.keys[name] = Typed(value, true);
      if (value.is_number()) refuse(name, TargetGguf::F32(0.5f));
      if (value.is_boolean()) refuse(name, TargetGguf::Bool(!value.get<bool>()));
    }
    EXPECT_EQ(Logits(harmless), before);
    EXPECT_EQ(Logits(neutral), before);
    EXPECT_EQ(Logits(neutral_floats), before);
    for (const char* key : {"attention.scale", "some.switch", "rope.scaling.yarn_beta_fast"}) {
      refuse(good.architecture + "." + key, TargetGguf::F32(1));
    }
    for (const char* key : {"switch", "tokenizer.ggml.other", "tokenizer.other", "adapter.type"}) {
      refuse(key, TargetGguf::U32(1));
    }
  }
}

TEST(GgufTarget, NotesOfOtherNamespacesAreNamed) {
  TargetGguf gguf("llama_tied");
  gguf.keys["quantize.imatrix.file"] = TargetGguf::String("x");
  gguf.keys["mradermacher.quantized_by"] = TargetGguf::String("x");
  const std::vector<std::string> warnings = Load(gguf)->warnings;
  for (const std::string space : {"quantize.*", "mradermacher.*"}) {
    EXPECT_TRUE(std::any_of(warnings.begin(), warnings.end(), [&](const std::string& warning) {
      return warning.find(space) != std::string::npos;
    })) << space;
  }
}

TEST(GgufTarget, ArraysOfOneNumberAreThatNumber) {
  for (const std::string fixture : kFixtures) {
    const TargetGguf good(fixture);
    const std::vector<float> before = Logits(good);
    const auto config = golden::ReadJson(golden::Root() + "/targets/" + fixture + "/config.json");
    const auto layers = config["num_hidden_layers"].get<size_t>();
    const std::pair<const char*, int32_t> counts[] = {
        {"attention.head_count", config["num_attention_heads"]},
        {"attention.head_count_kv", config["num_key_value_heads"]},
        {"feed_forward_length", config["intermediate_size"]}};
    for (const auto& [key, count] : counts) {
      TargetGguf gguf(fixture);
      gguf.Key(key) = TargetGguf::I32s(std::vector<int32_t>(layers, count));
      EXPECT_EQ(Logits(gguf), before) << key;
      std::vector<int32_t> other(layers, count);
      other.back() = 1;
      gguf.Key(key) = TargetGguf::I32s(other);
      ExpectBadInput({key, "the same number for every layer"}, [&] { Load(gguf); });
      for (const size_t length : {size_t{0}, layers - 1, layers + 1}) {
        gguf.Key(key) = TargetGguf::I32s(std::vector<int32_t>(length, count));
        ExpectBadInput({key, "array of " + std::to_string(length)}, [&] { Load(gguf); });
      }
      gguf.Key(key) = TargetGguf::I32s(std::vector<int32_t>(layers, 0));
      ExpectBadInput({key, "is 0"}, [&] { Load(gguf); });
    }
    TargetGguf depth(fixture);
    depth.Key("block_count") = TargetGguf::I32s({1, 1});
    ExpectBadInput({"block_count"}, [&] { Load(depth); });
  }
}

TEST(GgufTarget, RotaryDivisorsAreAboveZero) {
  TargetGguf gguf("llama_tied");
  const std::vector<float> before = Logits(gguf);
  std::vector<float> divisors(8, 1.0f);
  gguf.AddTensor("rope_freqs.weight", divisors);
  EXPECT_EQ(Logits(gguf), before);
  divisors[7] = 1e30f;  // a pair that is not rotated
  gguf.AddTensor("rope_freqs.weight", divisors);
  EXPECT_NE(Logits(gguf), before);
  for (const float bad : {0.0f, -0.0f, -1.0f, std::numeric_limits<float>::infinity(), NAN}) {
    divisors[3] = bad;
    gguf.AddTensor("rope_freqs.weight", divisors);
    ExpectBadInput({"rope_freqs.weight", "element 3"}, [&] { Load(gguf); });
  }
}

TEST(GgufTarget, RotaryScalingIsTheFormatsOwn) {
  TargetGguf gguf("llama_tied");
  const std::vector<float> before = Logits(gguf);
  gguf.Key("rope.scaling.factor") = TargetGguf::F32(4);  // without a type: linear
  const std::vector<float> linear = Logits(gguf);
  EXPECT_NE(linear, before);
  gguf.Key("rope.scaling.type") = TargetGguf::String("linear");
  EXPECT_EQ(Logits(gguf), linear);
  gguf.Key("rope.scale_linear") = TargetGguf::F32(4);
  EXPECT_EQ(Logits(gguf), linear);
  gguf.Key("rope.scale_linear") = TargetGguf::F32(2);
  ExpectBadInput({"rope.scaling.factor", "rope.scale_linear"}, [&] { Load(gguf); });
  gguf.keys.erase("llama.rope.scale_linear");
  gguf.Key("rope.scaling.type") = TargetGguf::String("none");
  EXPECT_EQ(Logits(gguf), before);
  for (const char* type : {"yarn", "longrope", ""}) {
    gguf.Key("rope.scaling.type") = TargetGguf::String(type);
    ExpectBadInput({"rope.scaling.type", "none or linear"}, [&] { Load(gguf); });
  }
  gguf.Key("rope.scaling.type") = TargetGguf::String("linear");
  for (const float bad : {0.0f, -1.0f, 1e7f}) {
    gguf.Key("rope.scaling.factor") = TargetGguf::F32(bad);
    ExpectBadInput({"rope.scaling.factor"}, [&] { Load(gguf); });
  }
}

TEST(GgufTarget, AWindowHidesNothingOrIsRefused) {
  TargetGguf gguf("llama_tied");
  const std::vector<float> before = Logits(gguf);
  for (const uint32_t window : {512u, 4096u}) {
    gguf.Key("attention.sliding_window") = TargetGguf::U32(window);
    EXPECT_EQ(Logits(gguf), before);
  }
  for (const uint32_t window : {0u, 1u, 511u}) {
    gguf.Key("attention.sliding_window") = TargetGguf::U32(window);
    ExpectBadInput({"sliding_window", std::to_string(window)}, [&] { Load(gguf); });
  }
}

TEST(GgufTarget, StopsWhereTheFileSaysATurnEnds) {
  TargetGguf gguf("llama_tied");
  EXPECT_EQ(Load(gguf)->stop_tokens, (std::vector<int32_t>{2, 0}));
  gguf.keys["tokenizer.ggml.eot_token_id"] = TargetGguf::U32(7);
  gguf.keys["tokenizer.ggml.eom_token_id"] = TargetGguf::U32(8);
  EXPECT_EQ(Load(gguf)->stop_tokens, (std::vector<int32_t>{2, 0, 7, 8}));
}

TEST(GgufTarget, OtherModelsAndVocabulariesAreRefusedByName) {
  struct Bad {
    const char* key;
    const char* value;
    std::vector<std::string> message;
  };
  for (const Bad& bad : {Bad{"general.architecture", "gemma3", {"llama or qwen3"}},
                         Bad{"tokenizer.ggml.pre", "llama-bpe", {"smollm", "qwen2"}},
                         Bad{"tokenizer.ggml.model", "llama", {"gpt2", "byte-level BPE"}},
                         Bad{"general.type", "adapter", {"general.type", "model"}}}) {
    TargetGguf gguf("llama_tied");
    gguf.keys[bad.key] = TargetGguf::String(bad.value);
    std::vector<std::string> parts = bad.message;
    parts.insert(parts.end(), {"target.gguf", bad.value});
    ExpectBadInput(parts, [&] { Load(gguf); });
  }
}

TEST(GgufTarget, APromptFormStandsInForATemplate) {
  TargetGguf gguf("llama_tied");
  gguf.keys.erase("tokenizer.chat_template");
  ExpectBadInput({"tokenizer.chat_template", "missing", "--prompt-form", "raw"},
                 [&] { Load(gguf); });
  for (const std::string& name : ChatFormatNames()) {
    const ChatFormat form = ChatFormatFromName(name).value();
    const auto target = LoadTarget(gguf.Write(), WeightMode::kF32, form);
    EXPECT_EQ(target->chat_format, form);
    EXPECT_TRUE(target->warnings.empty());
  }
}

}  // namespace
}  // namespace dsb
