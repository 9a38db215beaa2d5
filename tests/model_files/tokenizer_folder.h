// The text files of a small Hugging Face folder, for tests to change before they are written. Lives
// as long as the object. Not part of the product.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>

#include "base/temporary_folder.h"
#include "tests/model_files/small_tokenizer_json.h"

namespace dsb {

inline constexpr char kQwenTemplate[] =
    "{{ '<|im_start|>' }} {{ '<|im_end|>' }} {% if enable_thinking is false %}<think>\n\n</think>";

class TokenizerFolderFiles {
 public:
  nlohmann::json tokenizer;
  nlohmann::json tokenizer_config = {
      {"bos_token", nullptr}, {"eos_token", "<|im_end|>"}, {"chat_template", kQwenTemplate}};
  nlohmann::json config = {{"eos_token_id", 2}};
  std::map<std::string, std::string> others;  // name -> content

  explicit TokenizerFolderFiles(const SmallTokenizer& small = SmallTokenizer())
      : tokenizer(SmallTokenizerJson(small)) {}

  const std::string& path() const { return path_; }

  // Writes what is not null; returns the folder.
  const std::string& Write() const {
    WriteJson("tokenizer.json", tokenizer);
    WriteJson("tokenizer_config.json", tokenizer_config);
    WriteJson("config.json", config);
    for (const auto& [name, content] : others) WriteFile(name, content);
    return path_;
  }

 private:
  void WriteFile(const std::string& name, const std::string& content) const {
    std::ofstream(path_ + "/" + name, std::ios::binary) << content;
  }
  void WriteJson(const std::string& name, const nlohmann::json& value) const {
    if (!value.is_null()) WriteFile(name, value.dump());
  }
  const TemporaryFolder temporary_;
  const std::string path_ = temporary_.path();
};

}  // namespace dsb
