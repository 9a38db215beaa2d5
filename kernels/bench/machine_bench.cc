#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "kernels/bench/machine.h"
#include "kernels/isa.h"

namespace dsb::bench {
namespace {

constexpr int64_t kWeightBytes = 97'000'000;
constexpr int64_t kBigBytes = int64_t{256} << 20;

// Eight independent streams of 64-bit sums; the compiler vectorises per clone.
#if defined(__GNUC__) && !defined(__clang__)
__attribute__((target_clones("avx512f", "avx2", "default"), optimize("O3")))
#endif
uint64_t
SumWords(const uint64_t* words, int64_t count) {
  uint64_t sum[32] = {};
  for (int64_t i = 0; i + 32 <= count; i += 32) {
    for (int64_t k = 0; k < 32; ++k) sum[k] += words[i + k];
  }
  uint64_t total = 0;
  for (const uint64_t part : sum) total += part;
  return total;
}

}  // namespace

int NumThreads() {
  const char* text = std::getenv("DSBENCH_THREADS");
  return text == nullptr ? 2 : std::max(1, std::atoi(text));
}

ThreadPool& Pool() {
  static ThreadPool pool(NumThreads());
  return pool;
}

double MeasureReadBandwidth(int64_t bytes) {
  const int64_t words = bytes / 8;
  const auto buffer = std::make_unique<uint64_t[]>(static_cast<size_t>(words));
  std::fill_n(buffer.get(), words, uint64_t{3});
  const int64_t part = words / NumThreads();
  double best_s = 1e9;
  for (int pass = 0; pass < 12; ++pass) {
    const auto start = std::chrono::steady_clock::now();
    Pool().ParallelFor(NumThreads(), 1, [&](int64_t first, int64_t last, int) {
      for (int64_t i = first; i < last; ++i) {
        benchmark::DoNotOptimize(SumWords(buffer.get() + i * part, part));
      }
    });
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    best_s = std::min(best_s, elapsed.count());
  }
  return static_cast<double>(part * NumThreads() * 8) / best_s;
}

uint64_t ReadBytes(const std::byte* bytes, int64_t count) {
  return SumWords(reinterpret_cast<const uint64_t*>(bytes), count / 8);
}

double ReadBandwidthOfWeights() {
  static const double bytes_per_s = MeasureReadBandwidth(kWeightBytes);
  return bytes_per_s;
}

double ReadBandwidthOfBigBuffer() {
  static const double bytes_per_s = MeasureReadBandwidth(kBigBytes);
  return bytes_per_s;
}

void SetCounters(benchmark::State& state, const Stopwatch& watch, int64_t bytes_read,
                 int64_t multiply_adds) {
  const double iterations_per_s = static_cast<double>(state.iterations()) / watch.Seconds();
  const double bytes_per_s = static_cast<double>(bytes_read) * iterations_per_s;
  state.counters["GB/s"] = bytes_per_s / 1e9;
  state.counters["GFLOP/s"] = 2e-9 * static_cast<double>(multiply_adds) * iterations_per_s;
  state.counters["of_read_bw"] = bytes_per_s / ReadBandwidthOfWeights();
}

namespace {

void ReadBandwidth(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(MeasureReadBandwidth(state.range(0)));
  state.counters["GB/s_of_97MB"] = ReadBandwidthOfWeights() / 1e9;
  state.counters["GB/s_of_256MiB"] = ReadBandwidthOfBigBuffer() / 1e9;
}
BENCHMARK(ReadBandwidth)->Arg(kWeightBytes)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace dsb::bench

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::AddCustomContext("isa", dsb::IsaName(dsb::ActiveIsa()));
  benchmark::AddCustomContext("threads", std::to_string(dsb::bench::NumThreads()));
  benchmark::AddCustomContext("read_GB/s_97MB",
                              std::to_string(dsb::bench::ReadBandwidthOfWeights() / 1e9));
  benchmark::AddCustomContext("read_GB/s_256MiB",
                              std::to_string(dsb::bench::ReadBandwidthOfBigBuffer() / 1e9));
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
