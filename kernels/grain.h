// How many rows of an elementwise op one thread takes at a time: enough work to pay for waking the
// others.
#pragma once

#include <algorithm>
#include <cstdint>

namespace dsb {

// `row_elements`: elements of one row, `weight`: cost of one relative to a load, a multiplication
// and a store.
inline int64_t RowGrain(int64_t row_elements, int64_t weight = 1) {
  constexpr int64_t kElementsPerJob = 16384;
  return std::max<int64_t>(1, kElementsPerJob / std::max<int64_t>(1, row_elements * weight));
}

}  // namespace dsb
