// Packed matrices of plausible random weights, made from stored blocks of any type.
#pragma once

#include <cstdint>

#include "kernels/packed_matrix.h"

namespace dsb::bench {

struct Shape {
  const char* name;
  int64_t rows;
  int64_t cols;
};

// The matrices of one SmolLM2-135M layer and its head (targets.md 8.1), q|k|v and gate|up joined.
inline constexpr Shape kLayerShapes[] = {
    {"qkv", 960, 576}, {"o", 576, 576}, {"gate_up", 3072, 576}, {"down", 576, 1536}};
inline constexpr Shape kHead = {"head", 49152, 576};
inline constexpr int kNumLayers = 30;

PackedMatrix RandomPacked(TensorType type, Shape shape, WeightMode mode);

}  // namespace dsb::bench
