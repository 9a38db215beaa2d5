// The device's random numbers are base/philox.h's, bit for bit. A device function called as plain
// C++: on a GPU the draws of the other tests stand for it.
#include "kernels/cuda/common/philox.cuh"

#include <gtest/gtest.h>

namespace dsb::testing {
namespace {

TEST(DevicePhiloxTest, HasTheHostsBits) {
  for (uint64_t i = 0; i < 500; ++i) {
    const RandomKey key{.seed = i * 0x9E3779B97F4A7C15u,
                        .request = (i << 40) ^ i * 77,
                        .purpose = static_cast<RandomPurpose>(1 + i % 8),
                        .position = static_cast<uint32_t>(i * 0x10001u),
                        .round = static_cast<uint32_t>(i * i)};
    const auto lane = static_cast<uint32_t>(i % 3);
    ASSERT_EQ(cuda::DeviceRandom64(key, lane), Random64(key, lane));
    ASSERT_EQ(cuda::DeviceUniform(key, lane), Uniform(key, lane));
  }
}

}  // namespace
}  // namespace dsb::testing
