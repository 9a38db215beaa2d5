// oneDNN's matmul with constant weights in the layout that it prefers: the yardstick for Gemm.
#pragma once

#include <cstdint>
#include <memory>

namespace dsb::bench {

class OneDnnMatmul {
 public:
  struct Options {
    int64_t rows = 0;      // outputs
    int64_t cols = 0;      // inputs
    int64_t num_rows = 0;  // input rows
    int copies = 1;        // of the weights, to walk in turn
    bool bf16 = false;     // bf16 input and weights, f32 output; else all f32
  };
  explicit OneDnnMatmul(const Options& options);
  ~OneDnnMatmul();
  // output = input x weights[copy]; NumThreads() threads, blocking.
  void Run(int copy);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dsb::bench
