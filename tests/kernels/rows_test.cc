// RMSNorm, RoPE, silu(gate) * up against their oracles, and their bits across Isa, batch and
// threads.
#include "kernels/rms_norm.h"
#include "kernels/rope.h"
#include "kernels/silu_mul.h"
#include "tests/kernels/kernel_test.h"

namespace dsb::testing {
namespace {

class RowsTest : public KernelTest {
 protected:
  // The same result computed at portable code, to compare bits with.
  template <typename Run>
  std::vector<float> AtPortable(Run run) {
    SetActiveIsaForTest(Isa::kPortable);
    auto out = run();
    SetActiveIsaForTest(GetParam());
    return out;
  }
};

constexpr int64_t kSizes[] = {1, 2, 15, 16, 17, 64, 100, 576};

TEST_P(RowsTest, RmsNorm) {
  for (const int64_t size : kSizes) {
    constexpr int64_t kRows = 5;
    const auto input = RandomFloats(kRows * (size + 3), 1, 20.0f);
    const auto weight = RandomFloats(size, 2);
    const auto run = [&](auto&& norm) {
      std::vector<float> out(static_cast<size_t>(kRows * size));
      norm(RmsNormParams{.input = input.data(),
                         .input_stride = size + 3,
                         .weight = weight.data(),
                         .output = out.data(),
                         .output_stride = size,
                         .num_rows = kRows,
                         .size = size,
                         .epsilon = 1e-5f});
      return out;
    };
    const auto fast = [&] { return run([&](const RmsNormParams& p) { RmsNorm(p, pool_); }); };
    const auto got = fast();
    const auto want = run([](const RmsNormParams& p) { reference::RmsNorm(p); });
    for (size_t i = 0; i < got.size(); ++i) {
      ASSERT_TRUE(Near(got[i], want[i], kRmsNorm, std::fabs(want[i]))) << size << " " << i;
    }
    EXPECT_TRUE(SameBits(got, AtPortable(fast))) << size;
  }
}

TEST_P(RowsTest, RmsNormInPlaceAndManyRows) {
  constexpr int64_t kRows = 300;
  constexpr int64_t kSize = 96;
  const auto weight = RandomFloats(kSize, 2);
  const auto input = RandomFloats(kRows * kSize, 1);
  const auto run = [&](int threads, int64_t first, int64_t count) {
    std::vector<float> data = input;
    ThreadPool pool(threads);
    float* rows = data.data() + first * kSize;
    RmsNorm({.input = rows,
             .input_stride = kSize,
             .weight = weight.data(),
             .output = rows,
             .output_stride = kSize,
             .num_rows = count,
             .size = kSize,
             .epsilon = 1e-6f},
            pool);
    return std::vector<float>(rows, rows + count * kSize);
  };
  const auto all = run(1, 0, kRows);
  EXPECT_TRUE(SameBits(all, run(3, 0, kRows)));
  EXPECT_TRUE(SameBits(run(2, 123, 1), std::span(all).subspan(123 * kSize, kSize)));
}

TEST_P(RowsTest, SiluMul) {
  for (const int64_t size : kSizes) {
    constexpr int64_t kRows = 7;
    auto input = RandomFloats(kRows * 2 * size, 3, 4.0f);
    input[0] = -200.0f;
    if (size > 3) {
      input[1] = 200.0f;
      input[2] = -88.5f;
      input[3] = 0.0f;
    }
    const auto run = [&](auto&& op) {
      std::vector<float> out(static_cast<size_t>(kRows * size));
      op(SiluMulParams{.gate_up = input.data(),
                       .input_stride = 2 * size,
                       .output = out.data(),
                       .output_stride = size,
                       .num_rows = kRows,
                       .size = size});
      return out;
    };
    const auto fast = [&] { return run([&](const SiluMulParams& p) { SiluMul(p, pool_); }); };
    const auto got = fast();
    const auto want = run([](const SiluMulParams& p) { reference::SiluMul(p); });
    for (size_t i = 0; i < got.size(); ++i) {
      ASSERT_TRUE(Near(got[i], want[i], kSiluMul, std::fabs(want[i])))
          << size << " " << i << " got " << got[i] << " want " << want[i];
    }
    EXPECT_TRUE(SameBits(got, AtPortable(fast))) << size;
  }
}

TEST_P(RowsTest, Rope) {
  for (const int64_t head_dim : {2, 16, 18, 64, 128}) {
    std::vector<float> frequencies;
    for (int64_t i = 0; i < head_dim / 2; ++i) {
      frequencies.push_back(static_cast<float>(
          std::pow(10000.0, -2.0 * static_cast<double>(i) / static_cast<double>(head_dim))));
    }
    const RopeTable table(frequencies, 600);
    constexpr int64_t kHeads = 3;
    const std::vector<int32_t> positions = {0, 1, 599, 37};
    const int64_t stride = kHeads * head_dim + 5;
    const auto input = RandomFloats(4 * stride, 9);
    const auto run = [&](auto&& op) {
      auto data = input;
      op(RopeParams{.rows = data.data(),
                    .stride = stride,
                    .positions = positions.data(),
                    .num_rows = 4,
                    .num_heads = kHeads,
                    .table = &table});
      return data;
    };
    const auto fast = [&] { return run([&](const RopeParams& p) { Rope(p, pool_); }); };
    const auto got = fast();
    const auto want = run([](const RopeParams& p) { reference::Rope(p); });
    for (size_t i = 0; i < got.size(); ++i) {
      ASSERT_TRUE(Near(got[i], want[i], kRope, std::fabs(want[i]))) << head_dim << " " << i;
    }
    EXPECT_TRUE(SameBits(got, AtPortable(fast)));
  }
}

TEST(RopeTable, RotatesByPositionTimesFrequency) {
  const float frequencies[] = {1.0f, 0.5f};
  const RopeTable table(frequencies, 4);
  EXPECT_EQ(table.head_dim(), 4);
  EXPECT_EQ(table.cosines(0)[0], 1.0f);
  EXPECT_EQ(table.sines(0)[1], 0.0f);
  EXPECT_EQ(table.cosines(3)[1], static_cast<float>(std::cos(1.5)));
  EXPECT_EQ(table.sines(2)[0], static_cast<float>(std::sin(2.0)));
}

INSTANTIATE_TEST_SUITE_P(Isas, RowsTest, ::testing::ValuesIn(AvailableIsas()), IsaParamName);

}  // namespace
}  // namespace dsb::testing
