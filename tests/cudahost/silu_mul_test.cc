#include "kernels/cuda/rows/silu_mul.h"

#include "kernels/silu_mul.h"
#include "tests/cudahost/device_test.h"
#include "tests/kernels/kernel_test.h"

namespace dsb::testing {
namespace {

class CudaSiluMul : public DeviceTest {};
DSB_EVERY_SCHEDULE(CudaSiluMul);

TEST_P(CudaSiluMul, AgreesWithTheReferenceForEverySize) {
  for (const int64_t size : {1, 7, 96, 1028}) {
    const int64_t input_stride = 2 * size + (size == 7 ? 3 : 0);
    const int64_t output_stride = size + (size == 96 ? 4 : 0);
    auto input = RandomFloats(3 * input_stride, 3, 4.0f);
    input[0] = -120.0f;
    auto want = std::vector<float>(static_cast<size_t>(3 * output_stride), -7.0f);
    reference::SiluMul({.gate_up = input.data(),
                        .input_stride = input_stride,
                        .output = want.data(),
                        .output_stride = output_stride,
                        .num_rows = 3,
                        .size = size});
    const auto x = Upload(input);
    auto y = Upload(std::vector<float>(want.size(), -7.0f));
    cuda::SiluMul({.gate_up = x.data(),
                   .input_stride = input_stride,
                   .output = y.data(),
                   .output_stride = output_stride,
                   .num_rows = 3,
                   .size = size},
                  nullptr);
    const auto got = Download(y);
    for (size_t i = 0; i < got.size(); ++i) {
      ASSERT_TRUE(Near(got[i], want[i], kSiluMul, std::fabs(want[i]))) << size << ": " << i;
    }
  }
}

}  // namespace
}  // namespace dsb::testing
