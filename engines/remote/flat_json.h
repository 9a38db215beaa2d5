// Small JSON texts, read without an allocation: a server's events are hundreds of bytes, thousands
// a second, nearly all of one plain shape. Takes a text only if the strict parser
// (base/strict_json.h) takes it too and makes the same tree; what it declines is that parser's to
// read or to refuse. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engines/remote/flat_value.h"

namespace dsb {

class FlatJson {
 public:
  // Null: declined. Else valid until the next Read, and as long as `text`.
  const FlatValue* Read(std::string_view text);

 private:
  static constexpr size_t kMostValues = 80;
  static constexpr int kDeepest = 8;

  bool TakeValue(const char* key, uint32_t key_size, int depth);
  bool TakeMembers(FlatValue& parent, char close, int depth);
  bool TakeString(const char*& text, uint32_t& size, bool& escaped);
  bool TakeNumber(FlatValue& value);
  bool TakeWord(std::string_view word);
  void SkipBlanks();
  bool Skip(char c);  // if it comes now

  const char* at_ = nullptr;
  const char* end_ = nullptr;
  size_t num_values_ = 0;
  std::array<FlatValue, kMostValues> values_;
};

}  // namespace dsb
