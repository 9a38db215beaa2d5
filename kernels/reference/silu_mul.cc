#include "kernels/silu_mul.h"

#include <cmath>

namespace dsb::reference {

void SiluMul(const SiluMulParams& params) {
  for (int64_t row = 0; row < params.num_rows; ++row) {
    const float* gate = params.gate_up + row * params.input_stride;
    for (int64_t i = 0; i < params.size; ++i) {
      const double x = gate[i];
      params.output[row * params.output_stride + i] =
          static_cast<float>(x / (1 + std::exp(-x)) * gate[params.size + i]);
    }
  }
}

}  // namespace dsb::reference
