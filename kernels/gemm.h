// y = W x for a few input rows (1 to hundreds): the product that decoding and verification consist
// of. Batch-invariant: the bits of an output row depend on its own input row and W alone, not on
// num_rows, threads or the position in the batch. kQ4 and kQ8 give the same bits at every Isa.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/thread_pool.h"
#include "kernels/packed_matrix.h"

namespace dsb {

struct GemmParams {
  const PackedMatrix* weights = nullptr;
  const float* input = nullptr;  // [num_rows, weights->cols()]
  int64_t input_stride = 0;      // floats from row to row
  float* output = nullptr;       // [num_rows, weights->rows()]; must not overlap input
  int64_t output_stride = 0;
  int64_t num_rows = 0;
  bool accumulate =
      false;  // add to output (one float addition per element) instead of overwriting it
};

// Reused memory for converted input rows. One per thread that calls Gemm.
class GemmScratch {
 public:
  std::byte* Reserve(int64_t bytes);  // 64-byte aligned, contents undefined
 private:
  std::vector<std::byte> memory_;
};

void Gemm(const GemmParams& params, GemmScratch& scratch, ThreadPool& pool);

namespace reference {
// The oracle: dequantised weights (as `PackedMatrix` holds them) times the float input, summed in
// double. Slow; tests only.
void Gemm(const GemmParams& params);
// The weight of row `row`, column `col` as the packed matrix holds it.
float WeightAt(const PackedMatrix& weights, int64_t row, int64_t col);
}  // namespace reference

}  // namespace dsb
