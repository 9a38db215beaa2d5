#include "kernels/silu_mul.h"

#include "kernels/cpu/table.h"
#include "kernels/grain.h"

namespace dsb {

void SiluMul(const SiluMulParams& params, ThreadPool& pool) {
  const cpu::KernelTable& table = cpu::ActiveTable();
  constexpr int64_t kExpWeight = 4;
  pool.ParallelFor(params.num_rows, RowGrain(params.size, kExpWeight),
                   [&](int64_t first, int64_t last, int) {
                     for (int64_t row = first; row < last; ++row) {
                       const float* gate = params.gate_up + row * params.input_stride;
                       table.silu_mul(gate, gate + params.size, params.size,
                                      params.output + row * params.output_stride);
                     }
                   });
}

}  // namespace dsb
