// A tokenizer of about 270 tokens, written as a GGUF in memory, for tests and fuzz targets. Not
// part of the product.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/utf8.h"
#include "engines/model_files/byte_alphabet.h"
#include "tests/model_files/gguf_writer.h"

namespace dsb {

struct SmallTokenizer {
  std::string model = "gpt2";
  std::string pre = "smollm";
  std::vector<std::string> tokens;
  std::vector<int32_t> types;
  std::vector<std::string> merges;
  std::string missing_bytes;  // without a token
  std::vector<std::pair<std::string, uint32_t>> special_ids = {{"bos", 1}, {"eos", 2}};

  static constexpr int32_t kNumAdded = 5;  // ids 0 to 4; the bytes follow in order, then the merges

  // `text` in the byte alphabet.
  static std::string Mapped(std::string_view text) {
    static const ByteAlphabet alphabet;
    std::string mapped;
    for (const char c : text) AppendUtf8(mapped, alphabet.CodePoint(static_cast<unsigned char>(c)));
    return mapped;
  }
  void Merge(std::string_view left, std::string_view right) {
    merges.push_back(Mapped(left) + " " + Mapped(right));
    tokens.push_back(Mapped(std::string(left) + std::string(right)));
    types.push_back(1);
  }

  explicit SmallTokenizer(std::string missing = "") : missing_bytes(std::move(missing)) {
    tokens = {"<|endoftext|>", "<|im_start|>", "<|im_end|>", "<think>", "</think>"};
    types = {3, 3, 3, 4, 4};
    for (int byte = 0; byte < 256; ++byte) {
      const std::string text(1, static_cast<char>(byte));
      if (missing_bytes.find(text) != std::string::npos) continue;
      tokens.push_back(Mapped(text));
      types.push_back(1);
    }
    Merge("h", "e");
    Merge("l", "l");
    Merge("he", "ll");
    Merge("hell", "o");
    Merge("a", "a");
    Merge("aa", "aa");
    Merge(" ", "w");
    Merge("\n", "\n");
    Merge("\xC3", "\xA9");
    Merge("-", "-");
  }

  GgufWriter Writer() const {
    GgufWriter writer;
    writer.String("tokenizer.ggml.model", model);
    writer.String("tokenizer.ggml.pre", pre);
    writer.Strings("tokenizer.ggml.tokens", tokens);
    writer.I32s("tokenizer.ggml.token_type", types);
    writer.Strings("tokenizer.ggml.merges", merges);
    for (const auto& [name, id] : special_ids) {
      writer.U32("tokenizer.ggml." + name + "_token_id", id);
    }
    return writer;
  }
};

}  // namespace dsb
