// Shared by the kernel tests: every available Isa as a test parameter, reproducible random numbers,
// bit comparison.
#pragma once

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "kernels/gemm.h"
#include "kernels/isa.h"
#include "tests/kernels/tolerance.h"

namespace dsb::testing {

inline std::vector<Isa> AvailableIsas() {
  std::vector<Isa> out;
  for (const Isa isa : {Isa::kPortable, Isa::kAvx2, Isa::kAvx512, Isa::kAvx512Vnni,
                        Isa::kAvx512Bf16, Isa::kAvx512Amx}) {
    if (isa <= DetectedIsa()) out.push_back(isa);
  }
  return out;
}

// Runs the test body at its parameter's Isa.
class KernelTest : public ::testing::TestWithParam<Isa> {
 protected:
  void SetUp() override { SetActiveIsaForTest(GetParam()); }
  void TearDown() override { SetActiveIsaForTest(PreferredIsa()); }
  GemmScratch scratch_;
  ThreadPool pool_{2};
};

inline std::string IsaParamName(const ::testing::TestParamInfo<Isa>& info) {
  return IsaName(info.param);
}

inline std::vector<float> RandomFloats(int64_t count, uint32_t seed, float scale = 1.0f) {
  std::mt19937 bits(seed);
  std::normal_distribution<float> normal(0.0f, scale);
  std::vector<float> out(static_cast<size_t>(count));
  for (float& x : out) x = normal(bits);
  return out;
}

inline bool SameBits(std::span<const float> a, std::span<const float> b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (std::bit_cast<uint32_t>(a[i]) != std::bit_cast<uint32_t>(b[i])) return false;
  }
  return true;
}

inline bool Near(double got, double want, Tolerance tolerance, double magnitude) {
  return std::fabs(got - want) <= tolerance.absolute + tolerance.relative * magnitude;
}

}  // namespace dsb::testing
