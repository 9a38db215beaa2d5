#include "engines/eagle3/eagle3_drafter.h"

#include <algorithm>

#include "base/error.h"
#include "kernels/gemm.h"

namespace dsb {

void Eagle3Drafter::HiddenFromFeatures(std::span<const float> features, std::span<float> hidden) {
  const PackedMatrix& projection = weights_->feature_projection;
  const auto rows = static_cast<int64_t>(hidden.size()) / projection.rows();
  DSB_CHECK(static_cast<int64_t>(features.size()) == rows * projection.cols());
  Gemm({.weights = &projection,
        .input = features.data(),
        .input_stride = projection.cols(),
        .output = hidden.data(),
        .output_stride = projection.rows(),
        .num_rows = rows},
       gemm_scratch(), pool());
}

const float* Eagle3Drafter::EnterLayer(const StepRows& rows) {
  if (!weights_->norm_before_residual) {
    std::copy(rows.hidden.begin(), rows.hidden.end(), rows.x.begin());
    return rows.pairs.data();
  }
  const size_t hidden = rows.hidden.size() / static_cast<size_t>(rows.num_rows);
  for (size_t row = 0; row < static_cast<size_t>(rows.num_rows); ++row) {
    const std::span<const float> normed = rows.pairs.subspan((2 * row + 1) * hidden, hidden);
    std::copy(normed.begin(), normed.end(),
              rows.x.begin() + static_cast<std::ptrdiff_t>(row * hidden));
  }
  return rows.pairs.data();
}

}  // namespace dsb
