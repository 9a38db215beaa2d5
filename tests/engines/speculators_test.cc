// Block drafters as the speculators library writes them: the same drafters in other words.
#include "engines/block_backbone/speculators_config.h"

#include <functional>

#include "engines/dspark/dspark_weights.h"
#include "tests/engines/checkpoint_copy.h"
#include "tests/engines/key_samples.h"
#include "tests/engines/original_dflash.h"
#include "tests/engines/tiny_world.h"
#include "tests/model_files/expect_error.h"

namespace dsb {
namespace {

using nlohmann::json;

// A golden drafter's config.json in the library's words; `anchor` null: without the key.
json Rewritten(const json& config, const std::string& type, const json& anchor) {
  json layer = json::object(), file = json::object();
  for (const char* key :
       {"model_type", "hidden_size", "intermediate_size", "num_attention_heads",
        "num_key_value_heads", "head_dim", "num_hidden_layers", "vocab_size", "rms_norm_eps",
        "rope_parameters", "hidden_act", "attention_bias", "attention_dropout", "layer_types",
        "max_position_embeddings", "use_sliding_window", "sliding_window"}) {
    layer[key] = config[key];
  }
  for (const char* key : {"block_size", "mask_token_id"}) file[key] = config[key];
  if (type == "dspark") {
    for (const char* key : {"markov_rank", "markov_head_type", "enable_confidence_head",
                            "confidence_head_with_markov"}) {
      file[key] = config[key];
    }
  }
  json ids = json::array();
  for (const json& id : config["target_layer_ids"]) ids.push_back(id.get<int>() + 1);
  file.update({{"speculators_model_type", type},
               {"speculators_version", "0.9.0"},
               {"architectures", {"DSparkDraftModel"}},
               {"aux_hidden_state_layer_ids", ids},
               {"draft_vocab_size", config["vocab_size"]},
               {"transformer_layer_config", layer},
               {"speculators_config",
                {{"algorithm", type},
                 {"default_proposal_method", "greedy"},
                 {"proposal_methods",
                  {{{"proposal_type", "greedy"},
                    {"speculative_tokens", config["block_size"]},
                    {"accept_tolerance", 0.0},
                    {"verifier_accept_k", 1}}}},
                 {"verifier", {{"name_or_path", "tiny"}}}}}});
  if (!anchor.is_null()) file["sample_from_anchor"] = anchor;
  return file;
}

class Speculators : public testing::Test {
 protected:
  static std::string Golden(const std::string& name) {
    return golden::Root() + "/drafters/" + name;
  }
  Speculators() : target_(TargetModel::FromFolder(golden::Root() + "/targets/qwen3", kMode)) {}

  std::unique_ptr<Drafter> Load(const CheckpointCopy& copy, const std::string& drafter = "dspark") {
    folder_ = std::make_shared<ModelFolder>(copy.Write());
    return LoadDrafter(drafter, {.path = folder_->path(),
                                 .folder = folder_,
                                 .target = target_,
                                 .target_sha256 = "",
                                 .mode = kMode,
                                 .num_slots = 1,
                                 .context_tokens = kTinyContextTokens + kMostBlockRows,
                                 .pool = &pool_});
  }
  // Greedy answers with their rounds.
  std::vector<Finished> Answers(std::unique_ptr<Drafter> drafter) {
    const MonotonicClock clock;
    std::vector<EngineRequest> requests(5);
    for (size_t i = 0; i < requests.size(); ++i) {
      requests[i].prompt.assign(1 + 3 * i, static_cast<int32_t>(7 * i));
      requests[i].max_tokens = 24;
    }
    const auto engine = MakeEngineWith(target_, std::move(drafter), {}, pool_, clock);
    return RunAll(*engine, requests, 1);
  }
  static std::vector<std::vector<int32_t>> DraftsOf(const std::vector<Finished>& answers) {
    std::vector<std::vector<int32_t>> drafts;
    for (const Finished& answer : answers) {
      for (const RoundOutcome& round : answer.rounds) drafts.push_back(round.draft_ids);
    }
    return drafts;
  }
  void ExpectRefused(const std::vector<std::string>& parts,
                     const std::function<void(json&)>& edit) {
    CheckpointCopy copy(Golden("dspark_vanilla"));
    copy.config = Rewritten(copy.config, "dspark", true);
    edit(copy.config);
    ExpectBadInput(parts, [&] { Load(copy); });
  }

  static constexpr WeightMode kMode = WeightMode::kF32;
  ThreadPool pool_{1};
  const std::shared_ptr<const TargetModel> target_;
  std::shared_ptr<ModelFolder> folder_;
};

TEST_F(Speculators, FromTheAnchorIsDeepSpecsDrafter) {
  for (const std::string name : {"dspark_vanilla", "dspark_gated", "dspark_rnn"}) {
    CheckpointCopy copy(Golden(name));
    const auto expected = DraftsOf(Answers(Load(copy)));
    copy.config = Rewritten(copy.config, "dspark", true);
    EXPECT_EQ(DraftsOf(Answers(Load(copy))), expected) << name;
    EXPECT_TRUE(folder_->warnings().empty());
  }
  CheckpointCopy copy(Golden("dflash"));
  const auto expected = DraftsOf(Answers(Load(copy, "dflash")));
  copy.config = Rewritten(copy.config, "dflash", true);
  EXPECT_EQ(DraftsOf(Answers(Load(copy, "dflash"))), expected);
}

TEST_F(Speculators, WithoutTheAnchorItFillsIn) {
  CheckpointCopy original(Golden("dflash"));
  MakeOriginalDFlash(original);
  const auto expected = DraftsOf(Answers(Load(original, "dflash")));
  CheckpointCopy copy(Golden("dflash"));
  copy.config = Rewritten(copy.config, "dflash", false);
  copy.tensors.erase("embed_tokens.weight");  // as its later versions leave them out
  copy.tensors.erase("lm_head.weight");
  EXPECT_EQ(DraftsOf(Answers(Load(copy, "dflash"))), expected);
  // With a Markov head that says nothing, dspark's backbone fills in alike.
  CheckpointCopy markov(Golden("dspark_vanilla"));
  markov.SetZero("markov_head.markov_w2.weight");
  CheckpointCopy plain = CheckpointCopy(Golden("dspark_vanilla"));
  MakeOriginalDFlash(plain);
  for (const char* key :
       {"markov_head_type", "enable_confidence_head", "confidence_head_with_markov"}) {
    plain.config.erase(key);
  }
  std::erase_if(plain.tensors, [](const auto& entry) {
    return entry.first.starts_with("markov_head.") || entry.first.starts_with("confidence_head.");
  });
  markov.config = Rewritten(markov.config, "dspark", false);
  const auto drafter = Load(markov);
  EXPECT_EQ(drafter->draft_length(), 6);
  EXPECT_EQ(DraftsOf(Answers(Load(markov))), DraftsOf(Answers(Load(plain, "dflash"))));
}

TEST_F(Speculators, AMissingSwitchIsDecidedAndSaid) {
  CheckpointCopy copy(Golden("dspark_vanilla"));
  const json config = copy.config;
  json& tokens = (copy.config = Rewritten(
                      config, "dspark",
                      nullptr))["speculators_config"]["proposal_methods"][0]["speculative_tokens"];
  EXPECT_EQ(Load(copy)->draft_length(), 7);
  EXPECT_EQ(folder_->warnings().size(), 1u);
  tokens = 6;
  EXPECT_EQ(Load(copy)->draft_length(), 6);
  EXPECT_EQ(folder_->warnings().size(), 1u);
  tokens = 5;
  ExpectBadInput({"sample_from_anchor", "missing"}, [&] { Load(copy); });
  copy.config["sample_from_anchor"] = true;
  EXPECT_EQ(Load(copy)->draft_length(), 7);
  EXPECT_EQ(folder_->warnings().size(), 1u);  // the two disagree
}

TEST_F(Speculators, EveryKeyIsReadOrSaysNothingOrIsRefused) {
  struct Object {
    KeySamples samples;
    std::function<json&(json&)> in;
  };
  const std::vector<Object> objects = {
      {KeySamples(SpeculatorsKeys()), [](json& c) -> json& { return c; }},
      {KeySamples(SpeculatorsLayerKeys()),
       [](json& c) -> json& { return c["transformer_layer_config"]; }},
      {KeySamples(SpeculatorsProposalKeys()),
       [](json& c) -> json& { return c["speculators_config"]; }},
      {KeySamples(SpeculatorsMethodKeys()),
       [](json& c) -> json& { return c["speculators_config"]["proposal_methods"][0]; }}};
  CheckpointCopy copy(Golden("dspark_vanilla"));
  const json good = Rewritten(copy.config, "dspark", true);
  for (const Object& object : objects) {
    for (const json& harmless : object.samples.harmless) {
      copy.config = good;
      for (const auto& [key, value] : harmless.items()) object.in(copy.config)[key] = value;
      EXPECT_NO_THROW(Load(copy)) << harmless;
    }
    json refused = object.samples.refused;
    refused["unheard_of"] = nullptr;
    for (const auto& sample : refused.items()) {
      ExpectRefused({"config.json", sample.key()},
                    [&](json& c) { object.in(c)[sample.key()] = sample.value(); });
    }
  }
}

TEST_F(Speculators, WhatIsNotComputedIsRefused) {
  const auto layer = [](json& c) -> json& { return c["transformer_layer_config"]; };
  const auto slide = [&](json& c) {
    layer(c)["layer_types"] = {"sliding_attention", "sliding_attention"};
    layer(c)["use_sliding_window"] = true;
    layer(c)["sliding_window"] = 2048;
  };
  ExpectRefused({"sliding_window_non_causal"}, slide);  // causal inside the block
  CheckpointCopy copy(Golden("dspark_vanilla"));
  copy.config = Rewritten(copy.config, "dspark", true);
  slide(copy.config);
  copy.config["sliding_window_non_causal"] = true;  // and it hides nothing
  EXPECT_NO_THROW(Load(copy));
  ExpectRefused({"sliding_window"}, [&](json& c) {
    slide(c);
    c["sliding_window_non_causal"] = true;
    layer(c)["sliding_window"] = 64;
  });
  ExpectRefused({"model_type"}, [&](json& c) { layer(c)["model_type"] = "llama"; });
  ExpectRefused({"rope_theta"}, [&](json& c) { layer(c)["rope_parameters"].erase("rope_theta"); });
  ExpectRefused({"target_hidden_size"}, [](json& c) { c["target_hidden_size"] = 128; });
  ExpectRefused({"aux_hidden_state_layer_ids"},
                [](json& c) { c["aux_hidden_state_layer_ids"] = nullptr; });
  ExpectRefused({"layers", "-1"}, [](json& c) { c["aux_hidden_state_layer_ids"] = {-1, 2}; });
  ExpectRefused({"key aux_hidden_state_layer_ids is 6", "0 to 5"},  // the last layer's output
                [](json& c) {
                  c["aux_hidden_state_layer_ids"] = {1, 3, 6};
                });
  ExpectRefused({"speculative_tokens", "99", "block_size"}, [](json& c) {
    c["speculators_config"]["proposal_methods"][0]["speculative_tokens"] = 99;
  });
  for (const char* key : {"mask_token_id", "draft_vocab_size", "markov_rank", "block_size",
                          "enable_confidence_head", "transformer_layer_config"}) {
    ExpectRefused({key, "missing"}, [&](json& c) { c.erase(key); });
  }
  const auto method = [](json& c) -> json& {
    return c["speculators_config"]["proposal_methods"][0];
  };
  ExpectRefused({"accept_tolerance"}, [&](json& c) { method(c)["accept_tolerance"] = 0.1; });
  ExpectRefused({"verifier_accept_k"}, [&](json& c) { method(c)["verifier_accept_k"] = 2; });
  ExpectRefused({"algorithm"}, [](json& c) { c["speculators_config"]["algorithm"] = "eagle3"; });
  CheckpointCopy rnn(Golden("dspark_rnn"));
  rnn.config = Rewritten(rnn.config, "dspark", false);
  ExpectBadInput({"markov_head_type", "sample_from_anchor"}, [&] { Load(rnn); });
}

}  // namespace
}  // namespace dsb
