#include "kernels/rms_norm.h"

#include "kernels/cpu/table.h"
#include "kernels/grain.h"

namespace dsb {

void RmsNorm(const RmsNormParams& params, ThreadPool& pool) {
  const cpu::KernelTable& table = cpu::ActiveTable();
  pool.ParallelFor(params.num_rows, RowGrain(params.size), [&](int64_t first, int64_t last, int) {
    for (int64_t row = first; row < last; ++row) {
      table.rms_norm(params.input + row * params.input_stride, params.weight, params.size,
                     params.epsilon, params.output + row * params.output_stride);
    }
  });
}

}  // namespace dsb
