// Runs a CUDA kernel's source on the CPU: one fiber for each CUDA thread, one OS thread for each
// running block. What it shows: results, barriers, lanes and masks, asynchronous copies, data races
// (under ThreadSanitizer), accesses out of bounds (under AddressSanitizer). What it cannot show:
// speed, bank conflicts, memory orders weaker than the CPU's, approximate device functions.
#pragma once
#ifdef __CUDACC__
#error "the host runner is for the host compiler; nvcc has the device itself"
#endif

#include <cuda_runtime_api.h>
#include <vector_functions.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>

namespace dsb::cudahost {

// Thrown out of Run(), with the thread's coordinates and the source line in what(): barriers met at
// different lines, deadlock, a lane outside its mask, copies never waited for, sizes CUDA refuses.
// A kernel's mistake, hence no dsb::Error.
struct KernelError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The order in which a block's threads go on.
enum class Order { kForward, kReverse, kShuffled };

struct Options {
  Order order = Order::kForward;
  uint64_t seed = 0;    // of kShuffled
  int num_workers = 1;  // OS threads, each running whole blocks
};

struct Shape {
  dim3 grid;
  dim3 block;
  size_t shared_bytes = 0;  // dynamic shared memory of a block, filled with 0xff at its start
};

// Calls body() once for each thread of the grid, by the calling thread's options.
void Run(const Shape& shape, const std::function<void()>& body);

// Launches of this OS thread so far: what an engine gives a device in a round is a difference.
int64_t NumLaunches();

// Sets the options of this thread's launches while it lives.
class ScopedOptions {
 public:
  explicit ScopedOptions(const Options& options);
  ~ScopedOptions();
  ScopedOptions(const ScopedOptions&) = delete;
  ScopedOptions& operator=(const ScopedOptions&) = delete;

 private:
  Options before_;
};

// Host memory taken for AllocateDevice is bounded while this lives: for tests of running out.
class ScopedMemoryLimit {
 public:
  explicit ScopedMemoryLimit(int64_t num_bytes);
  ~ScopedMemoryLimit();
  ScopedMemoryLimit(const ScopedMemoryLimit&) = delete;
  ScopedMemoryLimit& operator=(const ScopedMemoryLimit&) = delete;

 private:
  int64_t before_;
};

}  // namespace dsb::cudahost
