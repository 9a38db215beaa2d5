// What a kernel knows of one row of a flattened pass. The array lies on the device, so that a
// captured graph can be replayed with new contents.
#pragma once

#include <cstdint>

namespace dsb::cuda {

struct RowInfo {
  int32_t slot = -1;     // sequence slot in the caches; negative: a padding row, which ops skip
  int32_t position = 0;  // of the row's token in its sequence
  int32_t visible =
      0;  // keys 0 .. visible-1 are seen: position + 1 if causal, else the block's end
};

}  // namespace dsb::cuda
