#include "kernels/cuda/rows/copy_rows.h"

#include "tests/cudahost/device_test.h"
#include "tests/kernels/kernel_test.h"

namespace dsb::testing {
namespace {

class CudaCopyRows : public DeviceTest {};
DSB_EVERY_SCHEDULE(CudaCopyRows);

// Rows of 3 * size + 1 floats in, 2 * size + 4 out, from column `size` to column 2.
std::vector<float> Copy(const std::vector<float>& input, int64_t size,
                        const std::vector<int32_t>& sources, const std::vector<int32_t>& targets) {
  const auto x = Upload(input);
  const auto from = Upload(sources);
  const auto to = Upload(targets);
  auto out = Upload(std::vector<float>(static_cast<size_t>(6 * (2 * size + 4)), -7.0f));
  cuda::CopyRows({.input = x.data() + size,
                  .input_stride = 3 * size + 1,
                  .output = out.data() + 2,
                  .output_stride = 2 * size + 4,
                  .sources = from.data(),
                  .targets = to.data(),
                  .num_rows = 5,
                  .size = size},
                 nullptr);
  return Download(out);
}

TEST_P(CudaCopyRows, GathersScattersAndSkips) {
  const std::vector<int32_t> identity = {0, 1, 2, 3, 4};
  const std::vector<int32_t> sources = {4, 4, -1, 0, 2};
  const std::vector<int32_t> targets = {5, 0, 3, -2, 1};
  for (const int64_t size : {5, 8, 515}) {
    const auto input = RandomFloats(5 * (3 * size + 1), 3);
    for (const bool gather : {false, true}) {
      for (const bool scatter : {false, true}) {
        std::vector<float> want(static_cast<size_t>(6 * (2 * size + 4)), -7.0f);
        for (size_t i = 0; i < 5; ++i) {
          const int32_t from = gather ? sources[i] : identity[i];
          const int32_t to = scatter ? targets[i] : identity[i];
          if (from < 0 || to < 0) continue;
          std::copy_n(input.begin() + from * (3 * size + 1) + size, size,
                      want.begin() + to * (2 * size + 4) + 2);
        }
        EXPECT_EQ(Copy(input, size, gather ? sources : std::vector<int32_t>(),
                       scatter ? targets : std::vector<int32_t>()),
                  want)
            << size << " gather " << gather << " scatter " << scatter;
      }
    }
  }
}

TEST_P(CudaCopyRows, CopiesAlignedRows) {
  const auto input = RandomFloats(3 * 64, 3);
  const auto x = Upload(input);
  cuda::DeviceBuffer<float> out(3 * 64);
  cuda::CopyRows({.input = x.data(),
                  .input_stride = 64,
                  .output = out.data(),
                  .output_stride = 64,
                  .num_rows = 3,
                  .size = 64},
                 nullptr);
  EXPECT_EQ(Download(out), input);
}

}  // namespace
}  // namespace dsb::testing
