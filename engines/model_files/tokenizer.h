// Byte-level BPE tokenizer from a GGUF's tokenizer.ggml.* keys or a tokenizer.json (formats.md 4):
// pre-tokenizers smollm and qwen2. Immutable and usable from any thread after construction.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engines/model_files/gguf.h"

namespace dsb {

struct TokenizerTables;

class Tokenizer {
 public:
  explicit Tokenizer(
      const GgufFile& file);  // kBadInput on an unsupported model or inconsistent tables
  explicit Tokenizer(TokenizerTables tables);  // as tokenizer_json.h reads them
  ~Tokenizer();
  Tokenizer(Tokenizer&&) noexcept;

  // Whether "<|im_end|>" in the text is one token or characters. kIgnore matches no added token at
  // all, the visible ones
  // ("<think>") included: text from users cannot forge markup.
  enum class Special { kMatch, kIgnore };
  struct Encoding {
    std::vector<int32_t> ids;
    int64_t dropped_bytes = 0;  // bytes without a token (formats.md 4.2)
  };
  // Text that is not valid UTF-8 throws kBadInput.
  Encoding Encode(std::string_view text, Special special) const;
  // Bytes of one token; control tokens give their literal text.
  std::string_view TokenBytes(int32_t id) const;
  bool IsControl(int32_t id) const;
  int32_t Find(std::string_view literal) const;  // id of an added token's literal, -1 if absent
  int64_t vocab_size() const;
  int32_t bos_id() const;  // -1 if absent
  int32_t eos_id() const;  // -1 if absent

 private:
  struct Data;
  std::unique_ptr<Data> data_;
};

// Turns a stream of tokens into valid UTF-8 (formats.md 4.6): holds back incomplete characters,
// ill-formed bytes become U+FFFD. One per stream.
class StreamingDecoder {
 public:
  explicit StreamingDecoder(const Tokenizer& tokenizer) : tokenizer_(&tokenizer) {}
  std::string Push(int32_t id);  // what became printable
  std::string Finish();          // the incomplete tail
 private:
  const Tokenizer* tokenizer_;
  std::string pending_;
};

}  // namespace dsb
