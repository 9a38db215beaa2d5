#include "kernels/cuda/rows/embedding.h"

#include "base/half.h"
#include "tests/cudahost/device_test.h"
#include "tests/kernels/kernel_test.h"

namespace dsb::testing {
namespace {

class CudaEmbedding : public DeviceTest {};
DSB_EVERY_SCHEDULE(CudaEmbedding);

constexpr int64_t kVocab = 11;
const std::vector<int32_t> kTokens = {3, 10, -1, 0, 11};

std::vector<float> Lookup(const std::vector<float>& table, int64_t size, bool bf16,
                          const std::vector<float>& mask) {
  std::vector<uint16_t> halves;
  for (const float x : table) halves.push_back(Bf16FromFloat(x));
  const auto table_f32 = Upload(table);
  const auto table_bf16 = Upload(halves);
  const auto mask_row = Upload(mask);
  const auto tokens = Upload(kTokens);
  const int64_t stride = size + 4;
  auto out = Upload(std::vector<float>(static_cast<size_t>(5 * stride), -7.0f));
  cuda::Embedding({.table_f32 = bf16 ? nullptr : table_f32.data(),
                   .table_bf16 = bf16 ? table_bf16.data() : nullptr,
                   .vocab = kVocab,
                   .size = size,
                   .tokens = tokens.data(),
                   .mask_row = mask_row.data(),
                   .output = out.data(),
                   .output_stride = stride,
                   .num_rows = 5},
                  nullptr);
  return Download(out);
}

TEST_P(CudaEmbedding, CopiesRowsExactlyAndMasksTokensWithoutARow) {
  for (const int64_t size : {96, 7, 520}) {
    const auto table = RandomFloats(kVocab * size, 3);
    const auto mask = RandomFloats(size, 4);
    for (const bool bf16 : {false, true}) {
      for (const bool masked : {false, true}) {
        const auto got = Lookup(table, size, bf16, masked ? mask : std::vector<float>());
        for (size_t i = 0; i < got.size(); ++i) {
          const auto col = static_cast<int64_t>(i) % (size + 4);
          const int32_t token = kTokens[i / static_cast<size_t>(size + 4)];
          float want = -7.0f;
          if (col < size && token >= 0 && token < kVocab) {
            want = table[static_cast<size_t>(token * size + col)];
            if (bf16) want = FloatFromBf16(Bf16FromFloat(want));
          } else if (col < size && masked) {
            want = mask[static_cast<size_t>(col)];
          }
          ASSERT_EQ(got[i], want) << size << " bf16 " << bf16 << ": " << i;
        }
      }
    }
  }
}

}  // namespace
}  // namespace dsb::testing
