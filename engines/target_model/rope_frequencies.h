// Rotary frequencies f_i = theta^(-2i/D) and their scalings (targets.md 1), in float as the
// reference computes them.
#pragma once

#include <cstdint>
#include <vector>

namespace dsb {

struct RopeScaling {
  enum class Type { kNone, kLinear, kLlama3 } type = Type::kNone;
  double factor = 1;
  // llama3 only.
  double low_freq_factor = 1, high_freq_factor = 4, original_context = 8192;
};

std::vector<float> RopeFrequencies(int64_t head_dim, double theta, const RopeScaling& scaling);

}  // namespace dsb
