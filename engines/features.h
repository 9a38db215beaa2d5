// Hidden states of the target that drafters read: where they are taken and how they lie.
#pragma once

#include <cstdint>
#include <limits>

namespace dsb {

// Where a feature comes from, beside the layers 0, 1, ... (a layer's output, both residuals added).
inline constexpr int32_t kEmbeddingFeature = -1;
inline constexpr int32_t kFinalNormFeature =
    std::numeric_limits<int32_t>::max();  // what the head reads

// Hidden states of target tokens that a drafter taps: rows [num_rows, num_layers * hidden], layers
// in list order.
struct FeatureRows {
  const float* rows = nullptr;
  int64_t num_rows = 0;
  int64_t width = 0;
};

}  // namespace dsb
