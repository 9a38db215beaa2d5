// cuBLASLt's product of the same sizes: the yardstick beside our own GEMM in gpu_roofline, and
// nothing else: its results depend on the number of rows.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "kernels/cuda/common/stream.h"

namespace dsb::bench {

// The library, opened at run time. One thread at a time.
class CublasLt {
 public:
  // Null if it is not there or does not start; then *why_not says why, in one line.
  static std::shared_ptr<CublasLt> Open(std::string* why_not);
  ~CublasLt();

  // output [num_rows, rows] f32 = input [num_rows, cols] bf16 * weights [rows, cols] bf16
  // transposed, by the algorithm that the library's heuristic puts first; holds device memory of
  // its own and takes one of several weight matrices in turn, bytes_in_turn in all. Empty where the
  // library has no algorithm; throws (exit 3) when the device's memory does not suffice.
  std::function<void(int64_t i, cuda::Stream stream)> Gemm(int64_t rows, int64_t cols,
                                                           int64_t num_rows, int64_t bytes_in_turn);

  struct Api;  // the library's functions

 private:
  CublasLt();
  std::unique_ptr<Api> api_;
};

}  // namespace dsb::bench
