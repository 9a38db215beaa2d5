// Chat format and stop tokens of a Hugging Face folder, and the errors about its text files.
#include "engines/model_files/tokenizer_folder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/model_files/expect_error.h"
#include "tests/model_files/tokenizer_folder.h"

namespace dsb {
namespace {

using nlohmann::json;
using Ids = std::vector<int32_t>;
using Files = TokenizerFolderFiles;
constexpr int64_t kRows = 280;
constexpr char kSmolLmTemplate[] =
    "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging "
    "Face<|im_end|>";

TokenizerFolder Read(const Files& files, std::optional<ChatFormat> form = {}) {
  ModelFolder folder(files.Write());
  return ReadTokenizerFolder(folder, kRows, form);
}

std::vector<std::string> Warnings(const Files& files, std::optional<ChatFormat> form = {}) {
  ModelFolder folder(files.Write());
  ReadTokenizerFolder(folder, kRows, form);
  return folder.warnings();
}

TEST(TokenizerFolderTest, ReadsTheTemplateOfTheConfig) {
  Files files;
  EXPECT_EQ(Read(files).chat_format, ChatFormat::kQwen3NonThinking);
  EXPECT_EQ(Read(files).tokenizer.eos_id(), 2);
  EXPECT_EQ(Read(files).tokenizer.bos_id(), -1);
  EXPECT_EQ(Read(files).tokenizer.vocab_size(), kRows);
  files.tokenizer_config["chat_template"] = kSmolLmTemplate;
  files.tokenizer_config["bos_token"] = {{"content", "<|im_start|>"}, {"special", true}};
  EXPECT_EQ(Read(files).chat_format, ChatFormat::kSmolLm2);
  EXPECT_EQ(Read(files).tokenizer.bos_id(), 1);
  files.tokenizer_config["chat_template"] = {{{"name", "tool_use"}, {"template", "other"}},
                                             {{"name", "default"}, {"template", kQwenTemplate}}};
  EXPECT_EQ(Read(files).chat_format, ChatFormat::kQwen3NonThinking);
}

TEST(TokenizerFolderTest, PrefersTheTemplateFile) {
  Files files;
  files.others["chat_template.jinja"] = kSmolLmTemplate;
  EXPECT_EQ(Read(files).chat_format, ChatFormat::kSmolLm2);
  Files alone;
  alone.others["chat_template.jinja"] = kQwenTemplate;
  alone.tokenizer_config = nullptr;
  EXPECT_EQ(Read(alone).chat_format, ChatFormat::kQwen3NonThinking);
  EXPECT_EQ(Read(alone).tokenizer.eos_id(), -1);
}

TEST(TokenizerFolderTest, StopsWhereTheGenerationConfigSays) {
  Files files;
  EXPECT_EQ(Read(files).stop_tokens, (Ids{2, 0}));
  files.config["eos_token_id"] = {2, 7};
  EXPECT_EQ(Read(files).stop_tokens, (Ids{2, 0, 7}));
  files.others["generation_config.json"] = R"({"temperature": 0.6})";
  EXPECT_EQ(Read(files).stop_tokens, (Ids{2, 0, 7}));
  files.others["generation_config.json"] = R"({"eos_token_id": [0, 9]})";
  EXPECT_EQ(Read(files).stop_tokens, (Ids{2, 0, 9}));
  files.others["generation_config.json"] = R"({"eos_token_id": 11})";
  EXPECT_EQ(Read(files).stop_tokens, (Ids{2, 0, 11}));
}

struct BadFolder {
  std::function<void(Files&)> apply;
  std::vector<std::string> message;
};

TEST(TokenizerFolderTest, RefusesBadFilesByName) {
  const std::vector<BadFolder> folders = {
      {[](Files& f) { f.tokenizer_config["chat_template"] = "[INST]"; },
       {"/tokenizer_config.json: key chat_template", "unknown template", "SHA-256", "Qwen3's"}},
      {[](Files& f) { f.tokenizer_config["chat_template"] = 5; }, {"chat_template is 5", "a text"}},
      {[](Files& f) { f.tokenizer_config["chat_template"] = json::array(); },
       {"chat_template is a list without the name default"}},
      {[](Files& f) { f.tokenizer_config.erase("chat_template"); },
       {"found no chat template", "chat_template.jinja"}},
      {[](Files& f) { f.others["chat_template.jinja"] = "[INST]"; },
       {"/chat_template.jinja: found an unknown template"}},
      {[](Files& f) { f.others["chat_template.jinja"] = "\xFF"; },
       {"/chat_template.jinja", "offset 0", "UTF-8"}},
      {[](Files& f) { f.tokenizer_config["eos_token"] = "<eos>"; },
       {"/tokenizer_config.json: key eos_token is \"<eos>\"", "added tokens"}},
      {[](Files& f) { f.tokenizer["added_tokens"][4]["content"] = "<other>"; },
       {"/tokenizer.json: key added_tokens", "\"</think>\"", "qwen3-nonthinking"}},
      {[](Files& f) { f.tokenizer_config["add_bos_token"] = true; },
       {"/tokenizer_config.json: key add_bos_token is true", "false"}},
      {[](Files& f) { f.tokenizer_config["add_prefix_space"] = true; }, {"add_prefix_space"}},
      {[](Files& f) {
         f.tokenizer_config["added_tokens_decoder"] = {{"9", {{"content", "<more>"}}}};
       },
       {"/tokenizer_config.json: added_tokens_decoder: key 9 is \"<more>\"", "tokenizer.json"}},
      {[](Files& f) {
         f.tokenizer_config["added_tokens_decoder"] = {
             {"2", {{"content", "<|im_end|>"}, {"lstrip", true}}}};
       },
       {"/tokenizer_config.json: added_tokens_decoder", "key lstrip is true"}},
      {[](Files& f) {
         f.tokenizer_config["added_tokens_decoder"] = {
             {"2", {{"content", "<|im_end|>"}, {"strips", true}}}};
       },
       {"added_tokens_decoder", "\"strips\"", "not known"}},
      {[](Files& f) { f.others["added_tokens.json"] = R"({"<more>": 9})"; },
       {"/added_tokens.json: key \"<more>\" is 9", "tokenizer.json"}},
      {[](Files& f) { f.others["added_tokens.json"] = R"({"<|im_end|>": 1})"; },
       {"/added_tokens.json: key \"<|im_end|>\" is 1"}},
      {[](Files& f) { f.others["special_tokens_map.json"] = R"({"eos_token": "<|endoftext|>"})"; },
       {"/special_tokens_map.json: key eos_token", "<|im_end|>"}},
      {[](Files& f) { f.tokenizer["scores"] = 1; },
       {"/tokenizer.json: key \"scores\"", "not known"}},
      {[](Files& f) { f.tokenizer["model"]["scores"] = 1; }, {"model: key \"scores\""}},
      {[](Files& f) { f.tokenizer["added_tokens"][0]["scores"] = 1; }, {"key \"scores\""}},
      {[](Files& f) { f.config["eos_token_id"] = 280; },
       {"/config.json: key eos_token_id is 280", "0 to 279"}},
      {[](Files& f) { f.others["generation_config.json"] = R"({"eos_token_id": [2, -1]})"; },
       {"/generation_config.json: key eos_token_id is -1"}},
      {[](Files& f) { f.tokenizer["model"]["vocab"]["a"] = 280; },
       {"/tokenizer.json: key model.vocab", "280"}},
  };
  for (const BadFolder& bad : folders) {
    SCOPED_TRACE(bad.message.front());
    Files files;
    bad.apply(files);
    ExpectBadInput(bad.message, [&] { Read(files); });
  }
}

TEST(TokenizerFolderTest, OlderFilesSayTheSameOrWhatIsNotSaid) {
  Files files;
  files.others["added_tokens.json"] = R"({"<|im_end|>": 2})";
  files.others["special_tokens_map.json"] = R"({"eos_token": {"content": "<|im_end|>"}})";
  EXPECT_EQ(Read(files).tokenizer.eos_id(), 2);
  files.tokenizer_config.erase("eos_token");
  files.others["special_tokens_map.json"] = R"({"eos_token": "<|endoftext|>"})";
  EXPECT_EQ(Read(files).tokenizer.eos_id(), 0);
  // Where the newer file lists the tokens, the older ones are not read.
  files.tokenizer_config["added_tokens_decoder"] = {{"2", {{"content", "<|im_end|>"}}}};
  files.others["added_tokens.json"] = R"({"<more>": 9})";
  EXPECT_EQ(Read(files).tokenizer.eos_id(), -1);
}

TEST(TokenizerFolderTest, AFormStandsInForATemplate) {
  Files files;
  files.tokenizer_config.erase("chat_template");
  ExpectBadInput({"found no chat template", "--prompt-form", "raw, chatml"}, [&] { Read(files); });
  for (const std::string& name : ChatFormatNames()) {
    const ChatFormat form = ChatFormatFromName(name).value();
    EXPECT_EQ(Read(files, form).chat_format, form);
    EXPECT_TRUE(Warnings(files, form).empty());
  }
  files.tokenizer["added_tokens"][1]["content"] = "<other>";
  EXPECT_NO_THROW(Read(files, ChatFormat::kRaw));
  ExpectBadInput({"\"<|im_start|>\"", "chatml"}, [&] { Read(files, ChatFormat::kChatMl); });
}

TEST(TokenizerFolderTest, WhatIsNotAppliedIsNamed) {
  Files files;
  const auto has = [&](const std::string& part) {
    const std::vector<std::string> warnings = Warnings(files);
    return std::any_of(warnings.begin(), warnings.end(), [&](const std::string& warning) {
      return warning.find(part) != std::string::npos;
    });
  };
  EXPECT_TRUE(has("the chat template"));  // known by its words only
  files.others["generation_config.json"] =
      R"({"temperature": 0.6, "top_k": 20, "do_sample": true, "repetition_penalty": 1.0})";
  EXPECT_FALSE(has("generation_config.json"));
  files.others["generation_config.json"] = R"({"repetition_penalty": 1.05})";
  EXPECT_TRUE(has("key repetition_penalty 1.05 is not applied"));
  files.others["generation_config.json"] = R"({"suppress_tokens": [5]})";
  EXPECT_TRUE(has("key suppress_tokens [5] is not applied"));
  files.others["generation_config.json"] = R"({"chat_format": "chatml"})";
  EXPECT_TRUE(has("generation_config.json: not known and not used: \"chat_format\""));
  files.tokenizer_config["sampling"] = 1;
  EXPECT_TRUE(has("tokenizer_config.json: not known and not used: \"sampling\""));
  files.others["chat_template.jinja"] = kSmolLmTemplate;
  EXPECT_TRUE(has("another than chat_template.jinja"));
}

// A link that leads nowhere is no absent file: what it would have said is not known.
TEST(TokenizerFolderTest, ABrokenLinkIsAnError) {
  for (const std::string name : {"generation_config.json", "chat_template.jinja"}) {
    Files files;
    std::filesystem::create_symlink("nowhere", files.path() + "/" + name);
    try {
      Read(files);
      ADD_FAILURE() << "accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kResource);
      EXPECT_NE(std::string(error.what()).find(name), std::string::npos) << error.what();
    }
  }
}

TEST(TokenizerFolderTest, NeedsATokenizer) {
  Files files;
  files.tokenizer = nullptr;
  try {
    Read(files);
    ADD_FAILURE() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kResource);
    EXPECT_EQ(std::string(error.what()).find(files.path() + "/tokenizer.json: missing"), 0u);
  }
}

}  // namespace
}  // namespace dsb
