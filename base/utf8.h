// UTF-8: validation, one character at a time, and the WHATWG rule for ill-formed bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dsb {

struct Utf8Step {
  enum class Kind {
    kCharacter,   // one well-formed character of `length` bytes
    kIllFormed,   // a maximal ill-formed prefix of `length` bytes: one U+FFFD
    kIncomplete,  // the text ends inside a character that could still become well-formed
  };
  Kind kind = Kind::kCharacter;
  size_t length = 0;
  char32_t code_point = 0;  // of a kCharacter
};

// The step at the start of `text`, which is not empty. No overlong forms, no surrogates, at most
// U+10FFFF.
Utf8Step NextUtf8(std::string_view text);

// Offset of the first byte that is not part of well-formed UTF-8; std::string_view::npos if all of
// it is.
size_t FindInvalidUtf8(std::string_view text);

bool IsAscii(std::string_view text);

void AppendUtf8(std::string& text, char32_t code_point);

}  // namespace dsb
