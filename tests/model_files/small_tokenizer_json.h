// The small tokenizer written as a Hugging Face tokenizer.json, with the stages of its
// pre-tokenizer. Not part of the product.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "tests/model_files/small_tokenizer.h"

namespace dsb {

inline nlohmann::json SmallStages(const std::string& pre) {
  using nlohmann::json;
  const bool qwen = pre == "qwen2";
  const json split = {
      {"type", "Split"},
      {"pattern",
       {{"Regex",
         R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|)"
         R"(\s*[\r\n]+|\s+(?!\S)|\s+)"}}},
      {"behavior", "Isolated"},
      {"invert", false}};
  const json digits = {{"type", "Digits"}, {"individual_digits", true}};
  const json bytes = {{"type", "ByteLevel"},
                      {"add_prefix_space", false},
                      {"trim_offsets", true},
                      {"use_regex", !qwen}};
  return {{"type", "Sequence"}, {"pretokenizers", json::array({qwen ? split : digits, bytes})}};
}

// The two forms that files have: "left right" and added tokens only in their own list (Qwen), or
// ["left", "right"] and added tokens in the vocabulary as well.
inline nlohmann::json SmallTokenizerJson(const SmallTokenizer& small, bool merges_as_pairs = false,
                                         bool added_in_vocab = false) {
  using nlohmann::json;
  json file = {{"version", "1.0"},
               {"truncation", nullptr},
               {"normalizer", nullptr},
               {"pre_tokenizer", SmallStages(small.pre)},
               {"post_processor", {{"type", "ByteLevel"}, {"trim_offsets", false}}},
               {"decoder", {{"type", "ByteLevel"}}},
               {"added_tokens", json::array()},
               {"model",
                {{"type", "BPE"},
                 {"dropout", nullptr},
                 {"unk_token", nullptr},
                 {"continuing_subword_prefix", ""},
                 {"byte_fallback", false},
                 {"ignore_merges", false},
                 {"vocab", json::object()},
                 {"merges", json::array()}}}};
  if (small.pre == "qwen2") file["normalizer"] = {{"type", "NFC"}};
  for (size_t id = 0; id < small.tokens.size(); ++id) {
    const int32_t type = small.types[id];
    if (type == 1 || added_in_vocab) file["model"]["vocab"][small.tokens[id]] = id;
    if (type == 1) continue;
    file["added_tokens"].push_back({{"id", id},
                                    {"content", small.tokens[id]},
                                    {"single_word", false},
                                    {"lstrip", false},
                                    {"rstrip", false},
                                    {"normalized", false},
                                    {"special", type == 3}});
  }
  for (const std::string& line : small.merges) {
    const size_t space = line.find(' ');
    file["model"]["merges"].push_back(
        merges_as_pairs ? json::array({line.substr(0, space), line.substr(space + 1)})
                        : json(line));
  }
  return file;
}

}  // namespace dsb
