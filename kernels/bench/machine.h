// What the benchmarks share: the thread pool, this machine's own read bandwidth, and the counters
// of a row. Environment: DSBENCH_THREADS (default 2).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/thread_pool.h"

namespace benchmark {
class State;
}

namespace dsb::bench {

int NumThreads();
ThreadPool& Pool();

// Bytes per second that all threads together read from `bytes` of memory in order, best of several
// passes.
double MeasureReadBandwidth(int64_t bytes);
// Reads the bytes and nothing else: the least work that a pass over them can be. Calling thread
// only.
uint64_t ReadBytes(const std::byte* bytes, int64_t count);
// MeasureReadBandwidth over 97 MB (the target's stored weights) and over 256 MB; measured once, at
// the first call.
double ReadBandwidthOfWeights();
double ReadBandwidthOfBigBuffer();

// Seconds since construction.
class Stopwatch {
 public:
  double Seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// Sets GB/s, GFLOP/s and the share of ReadBandwidthOfWeights from what one iteration reads and
// computes; `watch` was started right before the iterations.
void SetCounters(benchmark::State& state, const Stopwatch& watch, int64_t bytes_read,
                 int64_t multiply_adds);

}  // namespace dsb::bench
