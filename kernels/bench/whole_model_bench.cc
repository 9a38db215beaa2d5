// One pass over every matrix of the model, as decoding (1 row) and verification (2, 4, 8 rows) make
// it, beside a pass that only reads the same bytes. All of them in turn in every iteration, so that
// a noisy machine slows them alike; medians.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>
#include <vector>

#include "kernels/bench/machine.h"
#include "kernels/bench/random_weights.h"
#include "kernels/gemm.h"

namespace dsb::bench {
namespace {

constexpr int64_t kRows[] = {1, 2, 4, 8};

double Median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

std::vector<PackedMatrix> ModelWeights(bool stored) {
  std::vector<PackedMatrix> weights;
  for (int layer = 0; layer < kNumLayers; ++layer) {
    for (const Shape shape : kLayerShapes) {
      weights.push_back(
          RandomPacked(stored ? TensorType::kQ4_1 : TensorType::kBf16, shape, WeightMode::kStored));
    }
  }
  weights.push_back(
      RandomPacked(stored ? TensorType::kQ8_0 : TensorType::kBf16, kHead, WeightMode::kStored));
  return weights;
}

double SecondsOfRead(const std::vector<PackedMatrix>& weights) {
  constexpr int64_t kChunk = 64 << 10;
  const Stopwatch watch;
  for (const PackedMatrix& matrix : weights) {
    Pool().ParallelFor(matrix.bytes() / kChunk + 1, 1, [&](int64_t first, int64_t last, int) {
      const int64_t begin = first * kChunk;
      const int64_t end = std::min(last * kChunk, matrix.bytes());
      benchmark::DoNotOptimize(ReadBytes(matrix.panel(0) + begin, end - begin));
    });
  }
  return watch.Seconds();
}

double SecondsOfPass(const std::vector<PackedMatrix>& weights, int64_t num_rows,
                     const std::vector<float>& input, std::vector<float>& output) {
  static GemmScratch scratch;
  const Stopwatch watch;
  for (const PackedMatrix& matrix : weights) {
    Gemm({.weights = &matrix,
          .input = input.data(),
          .input_stride = matrix.cols(),
          .output = output.data(),
          .output_stride = matrix.rows(),
          .num_rows = num_rows},
         scratch, Pool());
  }
  return watch.Seconds();
}

void WholeModel(benchmark::State& state, bool stored) {
  const std::vector<PackedMatrix> weights = ModelWeights(stored);
  const std::vector<float> input(8 * 1536, 0.5f);
  std::vector<float> output(static_cast<size_t>(8 * kHead.rows));
  int64_t bytes = 0, multiply_adds = 0;
  for (const PackedMatrix& matrix : weights) {
    bytes += matrix.bytes();
    multiply_adds += matrix.multiply_adds();
  }
  std::vector<double> read;
  std::vector<double> pass[std::size(kRows)];
  for (auto _ : state) {
    read.push_back(SecondsOfRead(weights));
    for (size_t i = 0; i < std::size(kRows); ++i) {
      pass[i].push_back(SecondsOfPass(weights, kRows[i], input, output));
    }
  }
  const double read_s = Median(read), one_s = Median(pass[0]), eight_s = Median(pass[3]);
  state.counters["MB"] = static_cast<double>(bytes) / 1e6;
  state.counters["read_GB/s"] = static_cast<double>(bytes) / read_s / 1e9;
  for (size_t i = 0; i < std::size(kRows); ++i) {
    state.counters["ms_rows_" + std::to_string(kRows[i])] = Median(pass[i]) * 1e3;
  }
  state.counters["GB/s"] = static_cast<double>(bytes) / one_s / 1e9;
  state.counters["of_read_bw"] = read_s / one_s;
  state.counters["8_rows/1_row"] = eight_s / one_s;
  state.counters["GFLOP/s_rows_8"] = 16 * static_cast<double>(multiply_adds) / eight_s / 1e9;
}

BENCHMARK_CAPTURE(WholeModel, stored, true)->Iterations(60)->UseRealTime();
BENCHMARK_CAPTURE(WholeModel, bf16, false)->Iterations(40)->UseRealTime();

}  // namespace
}  // namespace dsb::bench
