#include "kernels/cuda/gemm/gemm.h"

#include <utility>

#include "base/half.h"
#include "kernels/gemm.h"
#include "tests/cudahost/device_test.h"
#include "tests/kernels/kernel_test.h"
#include "tests/kernels/stored_weights.h"

namespace dsb::testing {
namespace {

class CudaGemm : public DeviceTest {};
DSB_EVERY_SCHEDULE(CudaGemm);

PackedMatrix PackRandom(TensorType type, int64_t rows, int64_t cols, WeightMode mode) {
  const auto stored = RandomStored(type, rows, cols, 7);
  const StoredRows part{
      .type = type, .data = stored.data(), .rows = rows, .cols = cols, .order = {}};
  return PackedMatrix::Pack({&part, 1}, mode);
}

// A packed matrix and its device copy.
struct Weights {
  explicit Weights(PackedMatrix packed) : host(std::move(packed)) {
    std::vector<std::byte> bytes(static_cast<size_t>(cuda::DeviceMatrixBytes(host)));
    cuda::PackDeviceMatrix(host, bytes);
    memory = Upload(bytes);
    device = cuda::MakeDeviceMatrix(host, memory.data());
  }
  PackedMatrix host;
  cuda::DeviceBuffer<std::byte> memory;
  cuda::DeviceMatrix device;
};

std::vector<float> RunGemm(const Weights& weights, const std::vector<float>& input,
                           int64_t num_rows) {
  const auto x = Upload(input);
  cuda::DeviceBuffer<float> y(num_rows * weights.host.rows());
  cuda::Gemm({.weights = weights.device,
              .input = x.data(),
              .input_stride = weights.host.cols(),
              .output = y.data(),
              .output_stride = weights.host.rows(),
              .num_rows = num_rows},
             nullptr);
  return Download(y);
}

// The input as the kernel sees it, so that only the order of float sums is left to differ.
std::vector<float> RoundedInput(const PackedMatrix& weights, std::vector<float> input) {
  if (weights.format() == PackedFormat::kF32) return input;
  for (float& x : input) x = FloatFromBf16(Bf16FromFloat(x));
  return input;
}

void ExpectNearReference(const Weights& weights, int64_t num_rows) {
  const PackedMatrix& host = weights.host;
  const auto input = RandomFloats(num_rows * host.cols(), 11);
  const auto got = RunGemm(weights, input, num_rows);
  const auto rounded = RoundedInput(host, input);
  for (int64_t t = 0; t < num_rows; ++t) {
    for (int64_t r = 0; r < host.rows(); ++r) {
      double want = 0;
      double magnitude = 0;
      for (int64_t c = 0; c < host.cols(); ++c) {
        const double term = double{reference::WeightAt(host, r, c)} *
                            rounded[static_cast<size_t>(t * host.cols() + c)];
        want += term;
        magnitude += std::fabs(term);
      }
      // A block's scale and minimum meet sums that may be larger than what is left of them.
      if (host.scales() != PackedMatrix::Scales::kNone) magnitude *= 8;
      const float value = got[static_cast<size_t>(t * host.rows() + r)];
      ASSERT_TRUE(Near(value, want, kGemmF32, magnitude))
          << "row " << t << " output " << r << ": got " << value << ", want " << want;
    }
  }
}

TEST_P(CudaGemm, AgreesWithTheReferenceForEveryTypeAndMode) {
  for (const TensorType type : kAllTypes) {
    const int64_t block = Traits(type).block_size;
    for (const WeightMode mode :
         {WeightMode::kStored, WeightMode::kBf16, WeightMode::kF32, WeightMode::kQ8}) {
      if (type == TensorType::kF16 || (type != TensorType::kQ4_1 && mode == WeightMode::kF32)) {
        continue;  // the same kernels and packing again
      }
      SCOPED_TRACE(std::string(Traits(type).name) + " mode " +
                   std::to_string(static_cast<int>(mode)));
      const int64_t cols = block == 1 ? 72 : block == 32 ? 96 : 256;
      ExpectNearReference(Weights(PackRandom(type, 18, cols, mode)), 3);
    }
  }
}

TEST_P(CudaGemm, AgreesWithTheReferenceForOddShapes) {
  for (const auto& [rows, cols] :
       {std::pair<int64_t, int64_t>{1, 1}, {17, 3}, {16, 33}, {15, 31}, {3, 200}, {5, 1100}}) {
    for (const WeightMode mode : {WeightMode::kBf16, WeightMode::kF32, WeightMode::kQ8}) {
      SCOPED_TRACE(std::to_string(rows) + "x" + std::to_string(cols) + " mode " +
                   std::to_string(static_cast<int>(mode)));
      ExpectNearReference(Weights(PackRandom(TensorType::kF32, rows, cols, mode)), 2);
    }
  }
}

const std::pair<TensorType, WeightMode> kForms[] = {
    {TensorType::kQ4_1, WeightMode::kStored}, {TensorType::kQ4_0, WeightMode::kStored},
    {TensorType::kQ8_0, WeightMode::kStored}, {TensorType::kQ4_K, WeightMode::kStored},
    {TensorType::kQ5_1, WeightMode::kStored}, {TensorType::kQ4_1, WeightMode::kBf16},
    {TensorType::kQ4_1, WeightMode::kF32}};

// Up to 70 rows: every kernel, and the second tile of rows of the widest.
TEST_P(CudaGemm, ARowsBitsDoNotDependOnTheBatchOrItsPlaceInIt) {
  for (const auto& [type, mode] : kForms) {
    const bool deep = type == TensorType::kQ4_1 && mode == WeightMode::kStored;
    const Weights weights(PackRandom(type, 20,
                                     deep                        ? 832
                                     : type == TensorType::kQ4_K ? 256
                                                                 : 128,
                                     mode));
    const int64_t cols = weights.host.cols();
    constexpr int64_t kRows = 70;
    const auto input = RandomFloats(kRows * cols, 3);
    const auto all = RunGemm(weights, input, kRows);
    for (const int64_t batch : {1, 7, 9, 17, 33}) {
      const int64_t first = batch % 2 == 0 ? 0 : kRows - batch;
      const std::vector<float> part(input.begin() + first * cols,
                                    input.begin() + (first + batch) * cols);
      const auto want =
          std::span(all).subspan(static_cast<size_t>(first * 20), static_cast<size_t>(batch * 20));
      ASSERT_TRUE(SameBits(RunGemm(weights, part, batch), want))
          << Traits(type).name << " mode " << static_cast<int>(mode) << " batch " << batch;
    }
  }
}

TEST_P(CudaGemm, AccumulatesWithOneAdditionAnElement) {
  for (const auto& [type, mode] : {kForms[0], kForms[5], kForms[6]}) {
    const Weights weights(PackRandom(type, 33, 64, mode));
    for (const int64_t num_rows : {3, 40}) {
      const auto input = RandomFloats(num_rows * 64, 5);
      const auto product = RunGemm(weights, input, num_rows);
      auto want = RandomFloats(num_rows * 33, 6);
      const auto x = Upload(input);
      auto y = Upload(want);
      for (size_t i = 0; i < want.size(); ++i) want[i] += product[i];
      cuda::Gemm({.weights = weights.device,
                  .input = x.data(),
                  .input_stride = 64,
                  .output = y.data(),
                  .output_stride = 33,
                  .num_rows = num_rows,
                  .accumulate = true},
                 nullptr);
      EXPECT_TRUE(SameBits(Download(y), want)) << num_rows;
    }
  }
}

TEST_P(CudaGemm, CapsTheOutputSoftly) {
  const Weights weights(PackRandom(TensorType::kBf16, 16, 32, WeightMode::kStored));
  const auto input = RandomFloats(32, 5, 40.0f);
  const auto plain = RunGemm(weights, input, 1);
  const auto x = Upload(input);
  cuda::DeviceBuffer<float> y(16);
  cuda::Gemm({.weights = weights.device,
              .input = x.data(),
              .input_stride = 32,
              .output = y.data(),
              .output_stride = 16,
              .num_rows = 1,
              .soft_cap = 3},
             nullptr);
  const auto got = Download(y);
  for (size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], 3 * std::tanh(plain[i] / 3), 1e-5);
}

// Strides and pointers that forbid vector loads, and columns beside the output.
TEST_P(CudaGemm, WritesNothingBesideItsOutputAndReadsUnalignedRows) {
  for (const auto& [type, mode] : {kForms[2], kForms[5], kForms[6]}) {
    const Weights weights(PackRandom(type, 19, 64, mode));
    for (const int64_t num_rows : {2, 35}) {
      const auto input = RandomFloats(num_rows * 64, 5);
      const auto want = RunGemm(weights, input, num_rows);
      std::vector<float> spread(static_cast<size_t>(1 + num_rows * 67), NAN);
      for (int64_t t = 0; t < num_rows; ++t) {
        std::copy_n(input.begin() + t * 64, 64, spread.begin() + 1 + t * 67);
      }
      const auto x = Upload(spread);
      auto y = Upload(std::vector<float>(static_cast<size_t>(num_rows * 24), -7.0f));
      cuda::Gemm({.weights = weights.device,
                  .input = x.data() + 1,
                  .input_stride = 67,
                  .output = y.data(),
                  .output_stride = 24,
                  .num_rows = num_rows},
                 nullptr);
      const auto got = Download(y);
      for (size_t i = 0; i < got.size(); ++i) {
        ASSERT_EQ(got[i], i % 24 < 19 ? want[i / 24 * 19 + i % 24] : -7.0f) << i;
      }
    }
  }
}

TEST_P(CudaGemm, KeepsNanToItsRow) {
  for (const auto& [type, mode] : {kForms[0], kForms[5], kForms[6]}) {
    const Weights weights(PackRandom(type, 16, 64, mode));
    auto input = RandomFloats(4 * 64, 5);
    input[2 * 64 + 9] = NAN;
    const auto got = RunGemm(weights, input, 4);
    for (size_t i = 0; i < got.size(); ++i) EXPECT_EQ(std::isnan(got[i]), i / 16 == 2) << i;
  }
}

}  // namespace
}  // namespace dsb::testing
