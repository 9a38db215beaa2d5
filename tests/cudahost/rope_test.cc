#include "kernels/cuda/rows/rope.h"

#include "kernels/rope.h"
#include "tests/cudahost/device_test.h"
#include "tests/kernels/kernel_test.h"

namespace dsb::testing {
namespace {

class CudaRope : public DeviceTest {};
DSB_EVERY_SCHEDULE(CudaRope);

TEST_P(CudaRope, AgreesWithTheReferenceAndLeavesPaddingAndNeighboursAlone) {
  const std::vector<int32_t> positions = {0, 5, 5, 199};
  const std::vector<cuda::RowInfo> info = {{0, 0, 1}, {2, 5, 6}, {-1, 5, 6}, {1, 199, 200}};
  for (const int64_t head_dim : {64, 20, 6, 2}) {
    for (const int64_t extra : {0, 4, 1}) {
      constexpr int64_t kHeads = 3;
      const int64_t stride = kHeads * head_dim + extra;
      std::vector<float> frequencies;
      for (int64_t i = 0; i < head_dim / 2; ++i) {
        frequencies.push_back(
            std::pow(10000.0f, static_cast<float>(-2 * i) / static_cast<float>(head_dim)));
      }
      const RopeTable table(frequencies, 200);
      const auto input = RandomFloats(4 * stride, 3);
      auto want = input;
      reference::Rope({.rows = want.data(),
                       .stride = stride,
                       .positions = positions.data(),
                       .num_rows = 4,
                       .num_heads = kHeads,
                       .table = &table});
      std::copy_n(input.begin() + 2 * stride, stride, want.begin() + 2 * stride);
      auto x = Upload(input);
      const auto rows_info = Upload(info);
      const auto angles =
          Upload(std::vector<float>(table.cosines(0), table.cosines(0) + 200 * head_dim));
      cuda::Rope({.rows = x.data(),
                  .stride = stride,
                  .info = rows_info.data(),
                  .num_rows = 4,
                  .num_heads = kHeads,
                  .head_dim = head_dim,
                  .table = angles.data()},
                 nullptr);
      const auto got = Download(x);
      for (size_t i = 0; i < got.size(); ++i) {
        ASSERT_TRUE(Near(got[i], want[i], kRope, std::fabs(want[i]))) << head_dim << ": " << i;
      }
    }
  }
}

}  // namespace
}  // namespace dsb::testing
