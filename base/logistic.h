// Probabilities and their log odds.
#pragma once

#include <algorithm>
#include <cmath>

namespace dsb {

inline double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// Confidences count as no nearer to 0 and 1 than this: their log odds stay finite. What fits
// temperatures and what applies them clamp alike.
inline constexpr double kLeastConfidence = 1e-7;

// Log odds of a confidence, clamped to [kLeastConfidence, 1 - kLeastConfidence].
inline double LogitOf(double confidence) {
  const double c = std::clamp(confidence, kLeastConfidence, 1 - kLeastConfidence);
  return std::log(c / (1 - c));
}

}  // namespace dsb
