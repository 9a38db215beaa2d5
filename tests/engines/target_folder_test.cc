// LoadTarget on a Hugging Face folder: a fixture target with a small tokenizer beside it. Greedy
// tokens against the model's own runner and the reference, identity, and the errors of a folder.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/sha256.h"
#include "engines/native/native_factory.h"
#include "tests/engines/target_folder.h"
#include "tests/engines/tiny_world.h"
#include "tests/model_files/expect_error.h"

namespace dsb {
namespace {

constexpr int32_t kAnswerTokens = 24;

std::vector<int32_t> EngineTokens(const std::shared_ptr<const LoadedTarget>& target,
                                  const NativeEngineOptions& options,
                                  const std::vector<int32_t>& prompt) {
  ThreadPool pool(1);
  MonotonicClock clock;
  const std::unique_ptr<Engine> engine = MakeNativeEngine(target, options, pool, clock);
  EngineRequest request;
  request.prompt = prompt;
  request.max_tokens = kAnswerTokens;
  return RunAll(*engine, {request}, 1).at(0).tokens;
}

class TargetFolderTest : public testing::TestWithParam<std::string> {};

TEST_P(TargetFolderTest, DecodesLikeTheModelAndTheReference) {
  TargetFolder folder(GetParam());
  const std::string path = folder.Write();
  const nlohmann::json reference =
      golden::ReadJson(golden::Root() + "/targets/" + GetParam() + "/reference.json");
  NativeEngineOptions plain;
  plain.policy.kind = PolicyKind::kNone;
  for (const WeightMode mode : {WeightMode::kStored, WeightMode::kBf16, WeightMode::kF32}) {
    const auto target = LoadTarget(path, mode);
    const auto model = TargetModel::FromFolder(path, mode);
    EXPECT_EQ(target->model->weight_bytes_per_pass(), model->weight_bytes_per_pass());
    for (const auto& prompt : reference["prompts"]) {
      const std::vector<int32_t> ids = golden::Tokens(prompt["token_ids"]);
      const std::vector<int32_t> tokens = EngineTokens(target, plain, ids);
      EXPECT_EQ(tokens, GreedyTokens(model, ids, kAnswerTokens));
      if (mode == WeightMode::kF32) {
        EXPECT_EQ(tokens, golden::Tokens(prompt["greedy"]));
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, TargetFolderTest, testing::ValuesIn(golden::Targets()),
                         [](const auto& test) { return test.param; });

TEST(TargetFolder, StatesWhatItIs) {
  TargetFolder folder("qwen3");
  const std::string path = folder.Write();
  const auto target = LoadTarget(path + "/", WeightMode::kStored);
  EXPECT_EQ(target->name, std::filesystem::path(path).filename());
  EXPECT_EQ(target->vocab_size, 96);
  EXPECT_EQ(target->tokenizer->vocab_size(), 96);
  EXPECT_EQ(target->max_context_tokens, 512);
  EXPECT_EQ(target->chat_format, ChatFormat::kQwen3NonThinking);
  EXPECT_EQ(target->stop_tokens, (std::vector<int32_t>{2, 0}));
  const ChatMessage message{.role = "user", .content = "hello"};
  EXPECT_EQ(RenderChat(*target->tokenizer, target->chat_format, {&message, 1}).ids.front(), 1);
}

// The documented hash, over one file of weights and over shards.
TEST(TargetFolder, HashesConfigTokenizerAndWeights) {
  for (const size_t num_shards : {size_t{1}, size_t{3}}) {
    TargetFolder folder("llama_tied");
    folder.num_shards = num_shards;
    const std::string path = folder.Write();
    std::vector<std::string> names = {"config.json", "tokenizer.json"};
    if (num_shards == 1) names.push_back("model.safetensors");
    for (size_t i = 0; i < num_shards && num_shards > 1; ++i) {
      names.push_back(CheckpointCopy::ShardName(i));
    }
    std::string text;
    int64_t size_bytes = 0;
    for (const std::string& name : names) {
      const MappedFile file(path + "/" + name);
      text += name + " " + Sha256Hex(file.bytes()) + "\n";
      size_bytes += static_cast<int64_t>(file.bytes().size());
    }
    const auto target = LoadTarget(path, WeightMode::kStored);
    EXPECT_EQ(target->sha256, Sha256Hex(text));
    EXPECT_EQ(target->size_bytes, size_bytes);
  }
}

// A released checkpoint names no target by hash: it is taken if its shape fits, and changes
// nothing.
TEST(TargetFolder, TakesADrafterByItsShape) {
  TargetFolder folder("qwen3");
  const auto target = LoadTarget(folder.Write(), WeightMode::kF32);
  NativeEngineOptions drafted;
  drafted.drafter = "dspark";
  drafted.drafter_path = golden::Root() + "/drafters/dspark_vanilla";
  drafted.drafter_weights = WeightMode::kF32;
  drafted.draft_length = 4;
  drafted.context_tokens = 128;
  const nlohmann::json prompt =
      golden::ReadJson(golden::Root() + "/targets/qwen3/reference.json")["prompts"][1];
  EXPECT_EQ(EngineTokens(target, drafted, golden::Tokens(prompt["token_ids"])),
            golden::Tokens(prompt["greedy"]));
  TargetFolder other("llama_tied");
  const auto wrong = LoadTarget(other.Write(), WeightMode::kF32);
  ExpectBadInput({"dspark_vanilla", "expected"},
                 [&] { EngineTokens(wrong, drafted, golden::Tokens(prompt["token_ids"])); });
}

// Two models that a file beside the weights makes different are two models; the hash by which
// drafters and older results know a target stays.
TEST(TargetFolder, EveryFileThatDecidesTheOutputIsInItsIdentity) {
  TargetFolder folder("qwen3");
  const auto identity = [&folder] { return LoadTarget(folder.Write(), WeightMode::kStored); };
  const auto before = identity();
  EXPECT_NE(before->identity_sha256, before->sha256);
  EXPECT_EQ(identity()->identity_sha256, before->identity_sha256);
  std::vector<std::string> seen = {before->identity_sha256};
  const auto expect_new = [&](bool same_main_files) {
    const auto now = identity();
    EXPECT_EQ(std::count(seen.begin(), seen.end(), now->identity_sha256), 0);
    EXPECT_EQ(now->sha256 == before->sha256, same_main_files);
    seen.push_back(now->identity_sha256);
  };
  folder.text.others["generation_config.json"] = R"({"eos_token_id": 7})";
  expect_new(true);
  folder.text.tokenizer_config["eos_token"] = "<|endoftext|>";
  expect_new(true);
  folder.text.others["chat_template.jinja"] = kQwenTemplate;
  expect_new(true);
  folder.weights.config["rms_norm_eps"] = 1e-5;
  expect_new(false);
  folder.weights.Set("model.norm.weight", 0, 0.5f);
  expect_new(false);
}

TEST(TargetFolder, RefusesBadFoldersByName) {
  struct Bad {
    std::function<void(TargetFolder&)> apply;
    std::vector<std::string> message;
  };
  const std::vector<Bad> all = {
      {[](TargetFolder& f) { f.weights.config["model_type"] = "gemma3_text"; },
       {"/config.json: key model_type is \"gemma3_text\"", "llama or qwen3"}},
      {[](TargetFolder& f) { f.text.tokenizer_config["chat_template"] = "[INST]"; },
       {"/tokenizer_config.json: key chat_template", "unknown template"}},
      {[](TargetFolder& f) { f.text.tokenizer["model"]["vocab"]["zz"] = 96; },
       {"/tokenizer.json: key model.vocab", "the id 96", "0 to 95", "rows"}},
      {[](TargetFolder& f) { f.weights.tensors.erase("model.norm.weight"); },
       {"model.norm.weight"}},
      {[](TargetFolder& f) { f.weights.Set("model.norm.weight", 3, NAN); },
       {"\"model.norm.weight\"", "not finite", "element 3"}},
  };
  for (const Bad& bad : all) {
    SCOPED_TRACE(bad.message.front());
    TargetFolder folder("qwen3");
    bad.apply(folder);
    const std::string path = folder.Write();
    ExpectBadInput(bad.message, [&] { LoadTarget(path, WeightMode::kStored); });
  }
}

TEST(TargetFolder, MissingFilesAreResources) {
  for (const std::string name : {"tokenizer.json", "model.safetensors", "config.json"}) {
    TargetFolder folder("qwen3");
    const std::string path = folder.Write();
    std::filesystem::remove(path + "/" + name);
    try {
      LoadTarget(path, WeightMode::kStored);
      ADD_FAILURE() << "accepted without " << name;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kResource);
      EXPECT_NE(std::string(error.what()).find(name), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace dsb
