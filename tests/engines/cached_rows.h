// What a drafter's fixture says of a cache, read from ours.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/kv_cache.h"

namespace dsb {

// Keys or values of the first `length` positions: [kv heads, length, head_dim].
inline std::vector<float> CachedRows(const KvLayer& cache, int64_t length, bool keys) {
  std::vector<float> rows;
  for (int64_t head = 0; head < cache.num_kv_heads; ++head) {
    for (int64_t position = 0; position < length; ++position) {
      for (int64_t d = 0; d < cache.head_dim; ++d) {
        rows.push_back(keys ? cache.keys[KeyIndex(cache, head, position, d)]
                            : cache.values[ValueIndex(cache, head, position, d)]);
      }
    }
  }
  return rows;
}

}  // namespace dsb
