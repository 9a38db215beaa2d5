#include "kernels/rope.h"

namespace dsb::reference {

void Rope(const RopeParams& params) {
  const int64_t half = params.table->head_dim() / 2;
  for (int64_t row = 0; row < params.num_rows; ++row) {
    const float* cosines = params.table->cosines(params.positions[row]);
    const float* sines = params.table->sines(params.positions[row]);
    for (int64_t head = 0; head < params.num_heads; ++head) {
      float* x = params.rows + row * params.stride + head * 2 * half;
      for (int64_t i = 0; i < half; ++i) {
        const double a = x[i];
        const double b = x[half + i];
        x[i] = static_cast<float>(a * cosines[i] - b * sines[i]);
        x[half + i] = static_cast<float>(b * cosines[i] + a * sines[i]);
      }
    }
  }
}

}  // namespace dsb::reference
