// Gemm and oneDNN's matmul on each matrix of the model, weights out of the caches: enough copies
// are walked in turn.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <exception>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "kernels/bench/machine.h"
#include "kernels/bench/onednn.h"
#include "kernels/bench/random_weights.h"
#include "kernels/gemm.h"

namespace dsb::bench {
namespace {

struct Format {
  const char* name;
  TensorType type;
};
constexpr Format kFormats[] = {
    {"Q4_1", TensorType::kQ4_1}, {"Q8_0", TensorType::kQ8_0}, {"bf16", TensorType::kBf16}};
constexpr int64_t kColdBytes = 100'000'000;

int CopiesOf(int64_t bytes) { return static_cast<int>(kColdBytes / bytes) + 1; }

std::vector<PackedMatrix> ColdCopies(Format format, Shape shape) {
  std::vector<PackedMatrix> out;
  out.push_back(RandomPacked(format.type, shape, WeightMode::kStored));
  while (static_cast<int>(out.size()) < CopiesOf(out.front().bytes())) {
    out.push_back(RandomPacked(format.type, shape, WeightMode::kStored));
  }
  return out;
}

void GemmRow(benchmark::State& state, Format format, Shape shape) {
  const auto weights = ColdCopies(format, shape);
  const int64_t num_rows = state.range(0);
  const std::vector<float> input(static_cast<size_t>(num_rows * shape.cols), 0.5f);
  std::vector<float> output(static_cast<size_t>(num_rows * shape.rows));
  GemmScratch scratch;
  size_t next = 0;
  const Stopwatch watch;
  for (auto _ : state) {
    Gemm({.weights = &weights[next],
          .input = input.data(),
          .input_stride = shape.cols,
          .output = output.data(),
          .output_stride = shape.rows,
          .num_rows = num_rows},
         scratch, Pool());
    next = (next + 1) % weights.size();
  }
  SetCounters(state, watch, weights.front().bytes(), weights.front().multiply_adds() * num_rows);
}

// Null, and the row skipped, where oneDNN has no such product on this processor: bf16 on AVX2
// alone.
std::unique_ptr<OneDnnMatmul> OneDnnOrSkip(benchmark::State& state,
                                           const OneDnnMatmul::Options& options) {
  try {
    return std::make_unique<OneDnnMatmul>(options);
  } catch (const std::exception& error) {
    state.SkipWithError(error.what());
    return nullptr;
  }
}

void OneDnnRow(benchmark::State& state, bool bf16, Shape shape) {
  const int64_t bytes = shape.rows * shape.cols * (bf16 ? 2 : 4);
  const auto matmul = OneDnnOrSkip(state, {.rows = shape.rows,
                                           .cols = shape.cols,
                                           .num_rows = state.range(0),
                                           .copies = CopiesOf(bytes),
                                           .bf16 = bf16});
  if (matmul == nullptr) return;
  int next = 0;
  const Stopwatch watch;
  for (auto _ : state) {
    matmul->Run(next);
    next = (next + 1) % CopiesOf(bytes);
  }
  SetCounters(state, watch, bytes, shape.rows * shape.cols * state.range(0));
}

// The same products by oneDNN, in bf16.
void WholeModelOneDnn(benchmark::State& state) {
  std::vector<std::unique_ptr<OneDnnMatmul>> products;
  for (const Shape shape : kLayerShapes) {
    products.push_back(OneDnnOrSkip(state, {.rows = shape.rows,
                                            .cols = shape.cols,
                                            .num_rows = state.range(0),
                                            .copies = kNumLayers,
                                            .bf16 = true}));
    if (products.back() == nullptr) return;
  }
  const auto head = OneDnnOrSkip(state, {.rows = kHead.rows,
                                         .cols = kHead.cols,
                                         .num_rows = state.range(0),
                                         .copies = 1,
                                         .bf16 = true});
  if (head == nullptr) return;
  int64_t multiply_adds = kHead.rows * kHead.cols;
  for (const Shape shape : kLayerShapes) multiply_adds += kNumLayers * shape.rows * shape.cols;
  const Stopwatch watch;
  for (auto _ : state) {
    for (int layer = 0; layer < kNumLayers; ++layer) {
      for (const auto& product : products) product->Run(layer);
    }
    head->Run(0);
  }
  SetCounters(state, watch, 2 * multiply_adds, multiply_adds * state.range(0));
}

void AddRows(benchmark::internal::Benchmark* row) {
  row->ArgName("rows")->Arg(1)->Arg(2)->Arg(4)->Arg(8)->Arg(16)->Arg(64)->Arg(256)->UseRealTime();
}

[[maybe_unused]] const bool kRegistered = [] {
  std::vector<Shape> shapes(std::begin(kLayerShapes), std::end(kLayerShapes));
  shapes.push_back(kHead);
  for (const Shape shape : shapes) {
    for (const Format format : kFormats) {
      const std::string name = std::string("gemm/") + shape.name + "/" + format.name;
      AddRows(benchmark::RegisterBenchmark(
          name.c_str(), [=](benchmark::State& state) { GemmRow(state, format, shape); }));
    }
    for (const bool bf16 : {false, true}) {
      const std::string name =
          std::string("gemm/") + shape.name + (bf16 ? "/onednn_bf16" : "/onednn_f32");
      AddRows(benchmark::RegisterBenchmark(
          name.c_str(), [=](benchmark::State& state) { OneDnnRow(state, bf16, shape); }));
    }
  }
  AddRows(benchmark::RegisterBenchmark("whole_model/onednn_bf16", WholeModelOneDnn)
              ->Unit(benchmark::kMillisecond));
  return true;
}();

}  // namespace
}  // namespace dsb::bench
