#include "kernels/gemm.h"

#include <algorithm>
#include <tuple>

#include "tests/kernels/kernel_test.h"
#include "tests/kernels/stored_weights.h"

namespace dsb::testing {
namespace {

struct Shape {
  int64_t rows;
  int64_t cols;
};

PackedMatrix PackRandom(TensorType type, Shape shape, WeightMode mode, uint32_t seed = 7) {
  const auto stored = RandomStored(type, shape.rows, shape.cols, seed);
  const StoredRows part{
      .type = type, .data = stored.data(), .rows = shape.rows, .cols = shape.cols, .order = {}};
  return PackedMatrix::Pack({&part, 1}, mode);
}

Tolerance ToleranceOf(PackedFormat format) {
  switch (format) {
    case PackedFormat::kF32:
      return kGemmF32;
    case PackedFormat::kBf16:
      return kGemmBf16;
    case PackedFormat::kQ4:
    case PackedFormat::kQ8:
      return kGemmQuantized;
  }
  return {};
}

std::vector<float> RunGemm(const PackedMatrix& weights, std::span<const float> input,
                           int64_t num_rows, int threads = 2) {
  ThreadPool pool(threads);
  GemmScratch scratch;
  std::vector<float> output(static_cast<size_t>(num_rows * weights.rows()));
  Gemm({.weights = &weights,
        .input = input.data(),
        .input_stride = weights.cols(),
        .output = output.data(),
        .output_stride = weights.rows(),
        .num_rows = num_rows},
       scratch, pool);
  return output;
}

// The sum of |w * x| of each output: what rounding errors are proportional to.
std::vector<double> Magnitudes(const PackedMatrix& weights, std::span<const float> input,
                               int64_t num_rows) {
  std::vector<double> out(static_cast<size_t>(num_rows * weights.rows()));
  for (int64_t t = 0; t < num_rows; ++t) {
    for (int64_t r = 0; r < weights.rows(); ++r) {
      double sum = 0;
      for (int64_t c = 0; c < weights.cols(); ++c) {
        sum += std::fabs(double{reference::WeightAt(weights, r, c)} *
                         input[static_cast<size_t>(t * weights.cols() + c)]);
      }
      out[static_cast<size_t>(t * weights.rows() + r)] = sum;
    }
  }
  return out;
}

void ExpectNearReference(const PackedMatrix& weights, int64_t num_rows) {
  const auto input = RandomFloats(num_rows * weights.cols(), 11);
  const auto got = RunGemm(weights, input, num_rows);
  std::vector<float> want(got.size());
  reference::Gemm({.weights = &weights,
                   .input = input.data(),
                   .input_stride = weights.cols(),
                   .output = want.data(),
                   .output_stride = weights.rows(),
                   .num_rows = num_rows});
  const auto magnitudes = Magnitudes(weights, input, num_rows);
  for (size_t i = 0; i < got.size(); ++i) {
    ASSERT_TRUE(Near(got[i], want[i], ToleranceOf(weights.format()), magnitudes[i]))
        << "output " << i << ": got " << got[i] << ", want " << want[i] << ", magnitude "
        << magnitudes[i];
  }
}

class GemmTest : public KernelTest {};

TEST_P(GemmTest, AgreesWithTheReferenceForEveryTypeAndMode) {
  for (const TensorType type : kAllTypes) {
    const int64_t block = Traits(type).block_size;
    for (const WeightMode mode :
         {WeightMode::kStored, WeightMode::kBf16, WeightMode::kF32, WeightMode::kQ8}) {
      SCOPED_TRACE(std::string(Traits(type).name) + " mode " +
                   std::to_string(static_cast<int>(mode)));
      const int64_t cols = block == 1 ? 100 : block == 32 ? 96 : 512;
      ExpectNearReference(PackRandom(type, {50, cols}, mode), 5);
    }
  }
}

TEST_P(GemmTest, AgreesWithTheReferenceForOddShapes) {
  for (const Shape shape :
       {Shape{1, 1}, Shape{17, 3}, Shape{16, 33}, Shape{15, 31}, Shape{3, 200}}) {
    for (const WeightMode mode : {WeightMode::kBf16, WeightMode::kF32, WeightMode::kQ8}) {
      SCOPED_TRACE(std::to_string(shape.rows) + "x" + std::to_string(shape.cols) + " mode " +
                   std::to_string(static_cast<int>(mode)));
      const PackedMatrix weights = PackRandom(TensorType::kF32, shape, mode);
      ExpectNearReference(weights, 3);
      if (mode == WeightMode::kQ8) continue;  // its tolerance is that of a typical row
      ExpectNearReference(weights, 21);
      ExpectNearReference(weights, 40);
    }
  }
}

TEST_P(GemmTest, ARowsBitsDoNotDependOnTheBatchOrTheThreads) {
  for (const auto& [type, mode] : {std::pair{TensorType::kQ4_1, WeightMode::kStored},
                                   {TensorType::kQ4_0, WeightMode::kStored},
                                   {TensorType::kQ8_0, WeightMode::kStored},
                                   {TensorType::kQ4_K, WeightMode::kStored},
                                   {TensorType::kQ5_1, WeightMode::kStored},
                                   {TensorType::kQ4_1, WeightMode::kBf16},
                                   {TensorType::kQ4_1, WeightMode::kF32}}) {
    const PackedMatrix weights =
        PackRandom(type, {200, type == TensorType::kQ4_K ? 256 : 288}, mode);
    const int64_t cols = weights.cols();
    const auto rows = static_cast<size_t>(weights.rows());
    constexpr int64_t kMost = 50;
    const auto input = RandomFloats(kMost * cols, 3);
    std::vector<float> alone;
    for (int64_t t = 0; t < kMost; ++t) {
      const auto one =
          RunGemm(weights, std::span(input).subspan(static_cast<size_t>(t * cols)), 1, 1);
      alone.insert(alone.end(), one.begin(), one.end());
    }
    for (const int64_t batch : {2, 3, 4, 5, 6, 7, 8, 9, 13, 16, 17, 32, 33, 50}) {
      for (const int threads : {1, 2, 3}) {
        for (const int64_t first : {int64_t{0}, kMost - batch}) {
          const auto got = RunGemm(
              weights, std::span(input).subspan(static_cast<size_t>(first * cols)), batch, threads);
          ASSERT_TRUE(SameBits(
              got, std::span(alone).subspan(static_cast<size_t>(first) * rows, got.size())))
              << Traits(type).name << " mode " << static_cast<int>(mode) << " batch " << batch
              << " threads " << threads << " first " << first;
        }
      }
    }
  }
}

TEST_P(GemmTest, GivesTheSameBitsAsPortableCode) {
  for (const TensorType type : kAllTypes) {
    for (const WeightMode mode : {WeightMode::kStored, WeightMode::kF32, WeightMode::kQ8}) {
      const PackedMatrix weights = PackRandom(type, {40, 512}, mode);
      if (weights.format() == PackedFormat::kBf16) continue;
      const auto input = RandomFloats(9 * weights.cols(), 5, 3.0f);
      SetActiveIsaForTest(Isa::kPortable);
      const auto want = RunGemm(weights, input, 9);
      SetActiveIsaForTest(GetParam());
      EXPECT_TRUE(SameBits(RunGemm(weights, input, 9), want))
          << Traits(type).name << " mode " << static_cast<int>(mode);
    }
  }
}

TEST_P(GemmTest, AccumulatesWithOneAdditionAnElement) {
  for (const WeightMode mode : {WeightMode::kStored, WeightMode::kBf16}) {
    const PackedMatrix weights = PackRandom(TensorType::kQ4_1, {33, 64}, mode);
    const auto input = RandomFloats(int64_t{3} * 64, 5);
    const auto product = RunGemm(weights, input, 3);
    auto output = RandomFloats(int64_t{3} * 33, 6);
    auto want = output;
    for (size_t i = 0; i < want.size(); ++i) want[i] += product[i];
    Gemm({.weights = &weights,
          .input = input.data(),
          .input_stride = 64,
          .output = output.data(),
          .output_stride = 33,
          .num_rows = 3,
          .accumulate = true},
         scratch_, pool_);
    EXPECT_TRUE(SameBits(output, want)) << static_cast<int>(mode);
  }
}

TEST_P(GemmTest, WritesNothingBesideItsOutput) {
  for (const WeightMode mode : {WeightMode::kStored, WeightMode::kBf16}) {
    const PackedMatrix weights = PackRandom(TensorType::kQ8_0, {19, 32}, mode);
    for (const size_t num_rows : {size_t{2}, size_t{33}}) {
      const auto input = RandomFloats(static_cast<int64_t>(num_rows) * 40, 5);
      std::vector<float> output((num_rows + 1) * 24, -7.0f);
      Gemm({.weights = &weights,
            .input = input.data(),
            .input_stride = 40,
            .output = output.data(),
            .output_stride = 24,
            .num_rows = static_cast<int64_t>(num_rows)},
           scratch_, pool_);
      for (size_t i = 0; i < output.size(); ++i) {
        EXPECT_EQ(output[i] == -7.0f, i % 24 >= 19 || i / 24 == num_rows) << i;
      }
    }
  }
}

TEST_P(GemmTest, PropagatesNanAndHandlesZeroTinyAndHugeInput) {
  for (const WeightMode mode : {WeightMode::kStored, WeightMode::kBf16, WeightMode::kF32}) {
    const PackedMatrix weights = PackRandom(TensorType::kQ8_0, {16, 64}, mode);
    std::vector<float> input(size_t{4} * 64, 0.0f);
    for (size_t i = 64; i < 128; ++i) input[i] = 1e-40f;
    for (size_t i = 128; i < 192; ++i) input[i] = i % 2 == 0 ? 1e34f : -1e34f;
    input[200] = std::nanf("");
    const auto output = RunGemm(weights, input, 4);
    for (size_t i = 0; i < 16; ++i) EXPECT_EQ(output[i], 0.0f);
    for (size_t i = 16; i < 32; ++i) EXPECT_LT(std::fabs(output[i]), 1e-35f);
    for (size_t i = 32; i < 48; ++i) EXPECT_TRUE(std::isfinite(output[i]));
    for (size_t i = 48; i < 64; ++i) EXPECT_TRUE(std::isnan(output[i]));
  }
}

INSTANTIATE_TEST_SUITE_P(Isas, GemmTest, ::testing::ValuesIn(AvailableIsas()), IsaParamName);

}  // namespace
}  // namespace dsb::testing
