#include "kernels/cuda/rows/rms_norm.h"

#include "kernels/rms_norm.h"
#include "tests/cudahost/device_test.h"
#include "tests/kernels/kernel_test.h"

namespace dsb::testing {
namespace {

class CudaRmsNorm : public DeviceTest {};
DSB_EVERY_SCHEDULE(CudaRmsNorm);

constexpr float kEpsilon = 1e-5f;

struct Shape {
  int64_t num_rows;
  int64_t num_vectors;
  int64_t size;
  int64_t stride;
};

std::vector<float> InPlace(Shape shape, const std::vector<float>& input,
                           const std::vector<float>& weight) {
  auto x = Upload(input);
  const auto w = Upload(weight);
  cuda::RmsNorm({.input = x.data(),
                 .input_stride = shape.stride,
                 .weight = w.data(),
                 .output = x.data(),
                 .output_stride = shape.stride,
                 .num_rows = shape.num_rows,
                 .num_vectors = shape.num_vectors,
                 .size = shape.size,
                 .epsilon = kEpsilon},
                nullptr);
  return Download(x);
}

TEST_P(CudaRmsNorm, AgreesWithTheReferenceAndLeavesTheRestOfTheRows) {
  for (const Shape shape :
       {Shape{3, 1, 1, 4}, Shape{2, 1, 576, 576}, Shape{2, 1, 1030, 1033}, Shape{3, 5, 64, 400},
        Shape{2, 3, 6, 20}, Shape{1, 1, 512, 512}, Shape{1, 2, 516, 1040}}) {
    SCOPED_TRACE(shape.size);
    const auto input = RandomFloats(shape.num_rows * shape.stride, 3);
    const auto weight = RandomFloats(shape.size, 4);
    auto want = input;
    for (int64_t row = 0; row < shape.num_rows; ++row) {
      float* vectors = want.data() + row * shape.stride;
      reference::RmsNorm({.input = vectors,
                          .input_stride = shape.size,
                          .weight = weight.data(),
                          .output = vectors,
                          .output_stride = shape.size,
                          .num_rows = shape.num_vectors,
                          .size = shape.size,
                          .epsilon = kEpsilon});
    }
    const auto got = InPlace(shape, input, weight);
    for (size_t i = 0; i < got.size(); ++i) {
      ASSERT_TRUE(Near(got[i], want[i], kRmsNorm, std::fabs(want[i]))) << i;
    }
  }
}

TEST_P(CudaRmsNorm, AVectorsBitsDoNotDependOnItsPlaceOrAlignment) {
  for (const int64_t size : {96, 1030}) {
    const auto rows = RandomFloats(3 * size, 3);
    const auto weight = RandomFloats(size, 4);
    const auto all = InPlace({3, 1, size, size}, rows, weight);
    ASSERT_TRUE(SameBits(InPlace({1, 3, size, 3 * size}, rows, weight), all));
    for (int64_t row = 0; row < 3; ++row) {
      // One float further on: no vector loads.
      std::vector<float> shifted(static_cast<size_t>(size) + 1, 0.0f);
      std::copy_n(rows.begin() + row * size, size, shifted.begin() + 1);
      auto x = Upload(shifted);
      const auto w = Upload(weight);
      cuda::RmsNorm({.input = x.data() + 1,
                     .input_stride = size,
                     .weight = w.data(),
                     .output = x.data() + 1,
                     .output_stride = size,
                     .num_rows = 1,
                     .size = size,
                     .epsilon = kEpsilon},
                    nullptr);
      const auto got = Download(x);
      EXPECT_TRUE(SameBits(
          std::span(got).subspan(1),
          std::span(all).subspan(static_cast<size_t>(row * size), static_cast<size_t>(size))))
          << size << " row " << row;
    }
  }
}

}  // namespace
}  // namespace dsb::testing
