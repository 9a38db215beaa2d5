// The tensor table and the data section of a GGUF (formats.md 1.1, 1.3 rules 4 to 6). Internal to
// the GGUF reader.
#pragma once

#include <span>

#include "engines/model_files/gguf_cursor.h"
#include "engines/model_files/tensor.h"

namespace dsb {

struct GgufTensorInfo {
  StoredTensor tensor;  // its bytes are set by PlaceGgufTensors
  uint64_t num_bytes = 0;
  uint64_t offset = 0;  // from the data section's start
};

// The record at the cursor; `index` numbers it in messages. Checks name, dimensions and type.
GgufTensorInfo ReadGgufTensorInfo(GgufCursor& cursor, uint64_t index);

// Gives every tensor its bytes: offsets must be the running sum of the padded sizes, in file order,
// inside the file. The cursor stands behind the last record. Returns the padded end of the data
// section.
uint64_t PlaceGgufTensors(GgufCursor& cursor, std::span<const std::byte> bytes, uint64_t alignment,
                          std::span<GgufTensorInfo> infos);

}  // namespace dsb
