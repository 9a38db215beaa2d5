#include "engines/target_model/rope_frequencies.h"

#include <cmath>
#include <numbers>

namespace dsb {
namespace {

double Scaled(double frequency, const RopeScaling& scaling) {
  switch (scaling.type) {
    case RopeScaling::Type::kNone:
      return frequency;
    case RopeScaling::Type::kLinear:
      return frequency / scaling.factor;
    case RopeScaling::Type::kLlama3:
      break;
  }
  const double wavelength = 2 * std::numbers::pi / frequency;
  if (wavelength < scaling.original_context / scaling.high_freq_factor) return frequency;
  if (wavelength > scaling.original_context / scaling.low_freq_factor) {
    return frequency / scaling.factor;
  }
  const double share = (scaling.original_context / wavelength - scaling.low_freq_factor) /
                       (scaling.high_freq_factor - scaling.low_freq_factor);
  return (1 - share) * frequency / scaling.factor + share * frequency;
}

}  // namespace

std::vector<float> RopeFrequencies(int64_t head_dim, double theta, const RopeScaling& scaling) {
  std::vector<float> frequencies;
  for (int64_t i = 0; i < head_dim / 2; ++i) {
    const double exponent = -2.0 * static_cast<double>(i) / static_cast<double>(head_dim);
    frequencies.push_back(static_cast<float>(Scaled(std::pow(theta, exponent), scaling)));
  }
  return frequencies;
}

}  // namespace dsb
