// The key-value part of a GGUF (formats.md 1.1, 1.3 rules 2 and 3). Internal to the GGUF reader.
#pragma once

#include "engines/model_files/gguf.h"
#include "engines/model_files/gguf_cursor.h"

namespace dsb {

struct GgufPair {
  std::string key;
  GgufType type = GgufType::kU8;
  GgufValue value;
};

// The pair at the cursor; `index` numbers it in messages.
GgufPair ReadGgufPair(GgufCursor& cursor, uint64_t index);

// Whether a key is lower-case segments joined by dots, as the format asks; others are read with a
// warning.
bool IsPlainGgufKey(std::string_view key);

}  // namespace dsb
