#include "kernels/kv_cache.h"

#include <cstring>

#include "base/error.h"

namespace dsb {

void StoreKv(const StoreKvParams& params) {
  const KvLayer& layer = params.layer;
  DSB_DCHECK(layer.capacity % 16 == 0);
  DSB_DCHECK(params.first_position >= 0 &&
             params.first_position + params.num_rows <= layer.capacity);
  const auto row_bytes = static_cast<size_t>(layer.head_dim) * sizeof(float);
  for (int64_t head = 0; head < layer.num_kv_heads; ++head) {
    for (int64_t row = 0; row < params.num_rows; ++row) {
      const int64_t position = params.first_position + row;
      const int64_t from = row * params.stride + head * layer.head_dim;
      float* key = layer.keys + KeyIndex(layer, head, position, 0);
      for (int64_t d = 0; d < layer.head_dim; ++d) key[16 * d] = params.keys[from + d];
      std::memcpy(layer.values + ValueIndex(layer, head, position, 0), params.values + from,
                  row_bytes);
    }
  }
}

}  // namespace dsb
