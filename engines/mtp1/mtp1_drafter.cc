#include "engines/mtp1/mtp1_drafter.h"

#include <algorithm>

#include "base/error.h"
#include "kernels/gemm.h"

namespace dsb {

void Mtp1Drafter::HiddenFromFeatures(std::span<const float> features, std::span<float> hidden) {
  DSB_CHECK(features.size() == hidden.size());
  std::copy(features.begin(), features.end(), hidden.begin());
}

const float* Mtp1Drafter::EnterLayer(const StepRows& rows) {
  const PackedMatrix& combination = weights_->combination;
  Gemm({.weights = &combination,
        .input = rows.pairs.data(),
        .input_stride = combination.cols(),
        .output = rows.x.data(),
        .output_stride = combination.rows(),
        .num_rows = rows.num_rows},
       gemm_scratch(), pool());
  return nullptr;
}

}  // namespace dsb
