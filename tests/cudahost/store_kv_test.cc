#include "kernels/cuda/attention/store_kv.h"

#include "tests/cudahost/device_test.h"
#include "tests/kernels/kernel_test.h"

namespace dsb::testing {
namespace {

class CudaStoreKv : public DeviceTest {};
DSB_EVERY_SCHEDULE(CudaStoreKv);

TEST_P(CudaStoreKv, StoresAtSlotAndPositionAndTouchesNothingElse) {
  constexpr int64_t kCapacity = 64;
  const std::vector<cuda::RowInfo> info = {{1, 33, 34}, {-1, 2, 3}, {0, 0, 1}, {1, 34, 35}};
  for (const int64_t head_dim : {8, 6, 1, 64}) {
    constexpr int64_t kHeads = 2;
    const int64_t stride = 2 * kHeads * head_dim + 3;
    const int64_t padded = cuda::PaddedHeadDim(head_dim);
    const int64_t plane = cuda::KvPlaneFloats(2, kHeads, kCapacity, head_dim);
    const auto rows = RandomFloats(4 * stride, 3);
    std::vector<float> want_keys(static_cast<size_t>(plane), -7.0f);
    auto want_values = want_keys;
    for (int64_t i = 0; i < 4; ++i) {
      const cuda::RowInfo& row = info[static_cast<size_t>(i)];
      if (row.slot < 0) continue;
      for (int64_t head = 0; head < kHeads; ++head) {
        const int64_t base = (row.slot * kHeads + head) * kCapacity * padded;
        for (int64_t d = 0; d < padded; ++d) {
          const auto from = static_cast<size_t>(i * stride + head * head_dim + d);
          const auto key_at = static_cast<size_t>(
              base + ((row.position / 32 * (padded / 4) + d / 4) * 32 + row.position % 32) * 4 +
              d % 4);
          const auto value_at = static_cast<size_t>(base + row.position * padded + d);
          want_keys[key_at] = d < head_dim ? rows[from] : 0.0f;
          want_values[value_at] =
              d < head_dim ? rows[from + static_cast<size_t>(kHeads * head_dim)] : 0.0f;
        }
      }
    }
    const std::vector<float> empty(static_cast<size_t>(plane), -7.0f);
    auto keys = Upload(empty);
    auto values = Upload(empty);
    const auto x = Upload(rows);
    const auto rows_info = Upload(info);
    cuda::StoreKv({.cache = {.keys = keys.data(),
                             .values = values.data(),
                             .capacity = kCapacity,
                             .num_kv_heads = kHeads,
                             .head_dim = head_dim,
                             .num_slots = 2},
                   .keys = x.data(),
                   .values = x.data() + kHeads * head_dim,
                   .stride = stride,
                   .info = rows_info.data(),
                   .num_rows = 4},
                  nullptr);
    EXPECT_EQ(Download(keys), want_keys) << head_dim;
    EXPECT_EQ(Download(values), want_values) << head_dim;
  }
}

}  // namespace
}  // namespace dsb::testing
