#include "kernels/rms_norm.h"

#include <cmath>

namespace dsb::reference {

void RmsNorm(const RmsNormParams& params) {
  for (int64_t row = 0; row < params.num_rows; ++row) {
    const float* x = params.input + row * params.input_stride;
    double squares = 0;
    for (int64_t i = 0; i < params.size; ++i) squares += double{x[i]} * x[i];
    const double scale =
        1 / std::sqrt(squares / static_cast<double>(params.size) + double{params.epsilon});
    for (int64_t i = 0; i < params.size; ++i) {
      params.output[row * params.output_stride + i] =
          static_cast<float>(params.weight[i] * (x[i] * scale));
    }
  }
}

}  // namespace dsb::reference
