// Each wrapper of inline PTX against plain arithmetic. On a GPU this shows that the fragment layout
// and the copies are what the twins say; on the host runner, that the twins are what the tests say.
#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "base/half.h"
#include "tests/cudahost/device_test.h"
#include "tests/cudahost/ptx_probes.h"

namespace dsb::testing {
namespace {

class Ptx : public DeviceTest {};
DSB_EVERY_SCHEDULE(Ptx);

struct Product {
  std::vector<uint16_t> a = std::vector<uint16_t>(16 * 16);
  std::vector<uint16_t> b = std::vector<uint16_t>(16 * 8);
  std::vector<float> c = std::vector<float>(16 * 8);

  std::vector<float> Run() const {
    const auto device_a = Upload(a);
    const auto device_b = Upload(b);
    const auto device_c = Upload(c);
    cuda::DeviceBuffer<float> d(16 * 8);
    LaunchMmaBf16(device_a.data(), device_b.data(), device_c.data(), d.data());
    return Download(d);
  }
};

// A = one at (row, k), B = one at (k, column): a one appears at (row, column) and nowhere else.
TEST_P(Ptx, MmaPutsEveryElementInItsPlace) {
  const uint16_t one = Bf16FromFloat(1.0f);
  for (size_t k = 0; k < 16; ++k) {
    Product product;
    for (size_t row = 0; row < 16; ++row) product.a[row * 16 + k] = Bf16FromFloat(float(row + 1));
    for (size_t column = 0; column < 8; ++column) {
      product.b[k * 8 + column] = Bf16FromFloat(float(1 << column));
    }
    product.a[(k + 1) % 16 + 16 * 3] = one;  // meets a zero of B
    const std::vector<float> d = product.Run();
    for (size_t row = 0; row < 16; ++row) {
      for (size_t column = 0; column < 8; ++column) {
        EXPECT_EQ(d[row * 8 + column], float(row + 1) * float(1 << column))
            << "k " << k << " row " << row << " column " << column;
      }
    }
  }
}

TEST_P(Ptx, MmaAddsInFloat) {
  std::mt19937 bits(5);
  std::normal_distribution<float> normal;
  Product product;
  for (uint16_t& x : product.a) x = Bf16FromFloat(normal(bits));
  for (uint16_t& x : product.b) x = Bf16FromFloat(normal(bits));
  for (float& x : product.c) x = normal(bits);
  const std::vector<float> d = product.Run();
  for (size_t row = 0; row < 16; ++row) {
    for (size_t column = 0; column < 8; ++column) {
      double want = product.c[row * 8 + column];
      double magnitude = std::fabs(want);
      for (size_t k = 0; k < 16; ++k) {
        const double term = double(FloatFromBf16(product.a[row * 16 + k])) *
                            FloatFromBf16(product.b[k * 8 + column]);
        want += term;
        magnitude += std::fabs(term);
      }
      EXPECT_NEAR(d[row * 8 + column], want, 32 * 0x1p-24 * magnitude);
    }
  }
}

TEST_P(Ptx, CopiesArriveInOrderAndInvalidOnesAreZeros) {
  constexpr int kSteps = 7;
  std::vector<float> in(128 * kSteps);
  for (size_t i = 0; i < in.size(); ++i) in[i] = static_cast<float>(i + 1);
  const std::vector<int32_t> valid{1, 1, 0, 1, 0, 0, 1};
  const auto device_in = Upload(in);
  const auto device_valid = Upload(valid);
  cuda::DeviceBuffer<float> out(128 * kSteps);
  LaunchCopyRing(device_in.data(), device_valid.data(), out.data(), kSteps);
  const std::vector<float> got = Download(out);
  for (size_t i = 0; i < in.size(); ++i) {
    EXPECT_EQ(got[i], valid[i / 128] != 0 ? in[i] : 0.0f) << i;
  }
}

}  // namespace
}  // namespace dsb::testing
