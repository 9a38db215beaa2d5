// Attention, RMSNorm, silu(gate) * up and the vocabulary-row ops at SmolLM2-135M's sizes.
#include <benchmark/benchmark.h>

#include <cmath>
#include <vector>

#include "kernels/attention.h"
#include "kernels/bench/machine.h"
#include "kernels/rms_norm.h"
#include "kernels/silu_mul.h"
#include "kernels/vocabulary_row.h"

namespace dsb::bench {
namespace {

constexpr int64_t kHeads = 9;
constexpr int64_t kKvHeads = 3;
constexpr int64_t kHeadDim = 64;
constexpr int64_t kHidden = 576;
constexpr int64_t kVocabulary = 49152;

std::vector<float> Waves(int64_t count) {
  std::vector<float> out(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    out[static_cast<size_t>(i)] = static_cast<float>(std::sin(0.7 * static_cast<double>(i)));
  }
  return out;
}

// range(0) query rows at the end of a context of range(1) tokens; 30 layers, so that caches are as
// cold as in a pass.
void AttentionRow(benchmark::State& state) {
  constexpr int kLayers = 30;
  const int64_t rows = state.range(0);
  const int64_t context = state.range(1);
  const int64_t layer_floats = kKvHeads * context * kHeadDim;
  auto keys = Waves(kLayers * layer_floats + 16);
  auto values = keys;
  const auto queries = Waves(rows * kHeads * kHeadDim);
  std::vector<float> output(queries.size());
  GemmScratch scratch;
  const Stopwatch watch;
  for (auto _ : state) {
    for (int layer = 0; layer < kLayers; ++layer) {
      const AttentionSequence sequence{
          .kv = {keys.data() + layer * layer_floats, values.data() + layer * layer_floats, context,
                 kKvHeads, kHeadDim},
          .first_row = 0,
          .num_rows = rows,
          .first_position = context - rows};
      Attention({.queries = queries.data(),
                 .query_stride = kHeads * kHeadDim,
                 .output = output.data(),
                 .output_stride = kHeads * kHeadDim,
                 .sequences = {&sequence, 1},
                 .num_heads = kHeads,
                 .scale = 0.125f},
                scratch, Pool());
    }
  }
  SetCounters(state, watch, kLayers * layer_floats * 8,
              kLayers * rows * context * kHeads * kHeadDim * 2);
}
BENCHMARK(AttentionRow)
    ->ArgNames({"rows", "context"})
    ->ArgsProduct({{1, 2, 4, 8}, {128, 512, 1024}})
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);

void RmsNormRow(benchmark::State& state) {
  const int64_t rows = state.range(0);
  const auto input = Waves(rows * kHidden);
  const auto weight = Waves(kHidden);
  std::vector<float> output(input.size());
  const Stopwatch watch;
  for (auto _ : state) {
    RmsNorm({.input = input.data(),
             .input_stride = kHidden,
             .weight = weight.data(),
             .output = output.data(),
             .output_stride = kHidden,
             .num_rows = rows,
             .size = kHidden,
             .epsilon = 1e-5f},
            Pool());
    benchmark::ClobberMemory();
  }
  SetCounters(state, watch, rows * kHidden * 4, rows * kHidden * 2);
}
BENCHMARK(RmsNormRow)->ArgName("rows")->Arg(1)->Arg(8)->UseRealTime();

void SiluMulRow(benchmark::State& state) {
  constexpr int64_t kFeedForward = 1536;
  const int64_t rows = state.range(0);
  const auto input = Waves(rows * 2 * kFeedForward);
  std::vector<float> output(static_cast<size_t>(rows * kFeedForward));
  const Stopwatch watch;
  for (auto _ : state) {
    SiluMul({.gate_up = input.data(),
             .input_stride = 2 * kFeedForward,
             .output = output.data(),
             .output_stride = kFeedForward,
             .num_rows = rows,
             .size = kFeedForward},
            Pool());
    benchmark::ClobberMemory();
  }
  SetCounters(state, watch, rows * 2 * kFeedForward * 4, rows * kFeedForward * 8);
}
BENCHMARK(SiluMulRow)->ArgName("rows")->Arg(1)->Arg(8)->UseRealTime();

void SoftmaxWeightsRow(benchmark::State& state) {
  const auto logits = Waves(kVocabulary);
  std::vector<float> weights(logits.size());
  const Stopwatch watch;
  for (auto _ : state) benchmark::DoNotOptimize(SoftmaxWeights(logits, 1.0f, weights));
  SetCounters(state, watch, kVocabulary * 4, kVocabulary * 8);
}
BENCHMARK(SoftmaxWeightsRow)->UseRealTime();

void SampleIndexRow(benchmark::State& state) {
  const std::vector<float> weights(static_cast<size_t>(kVocabulary), 0.25f);
  const Stopwatch watch;
  for (auto _ : state) benchmark::DoNotOptimize(SampleIndex(weights, 0.9));
  SetCounters(state, watch, kVocabulary * 8, kVocabulary);
}
BENCHMARK(SampleIndexRow)->UseRealTime();

void ResidualRow(benchmark::State& state) {
  const auto p = Waves(kVocabulary);
  const std::vector<float> q(p.size(), 0.1f);
  std::vector<float> residual(p.size());
  const Stopwatch watch;
  for (auto _ : state) benchmark::DoNotOptimize(Residual(p, 0.5, q, 0.25, residual));
  SetCounters(state, watch, kVocabulary * 8, kVocabulary * 2);
}
BENCHMARK(ResidualRow)->UseRealTime();

void ArgMaxRow(benchmark::State& state) {
  const auto row = Waves(kVocabulary);
  const Stopwatch watch;
  for (auto _ : state) benchmark::DoNotOptimize(ArgMax(row));
  SetCounters(state, watch, kVocabulary * 4, 0);
}
BENCHMARK(ArgMaxRow)->UseRealTime();

}  // namespace
}  // namespace dsb::bench
