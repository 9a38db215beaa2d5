#include "kernels/vocabulary_row.h"

#include <algorithm>
#include <cmath>

namespace dsb::reference {

double SoftmaxWeights(std::span<const float> logits, float inverse_temperature,
                      std::span<float> weights) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (size_t i = 0; i < logits.size(); ++i) {
    const double weight = std::exp((double{logits[i]} - largest) * double{inverse_temperature});
    sum += weight;
    weights[i] = static_cast<float>(weight);
  }
  return sum;
}

int32_t SampleIndex(std::span<const float> weights, double u) {
  double total = 0;
  for (const float weight : weights) total += double{weight};
  double sum = 0;
  int32_t last_positive = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    if (!(weights[i] > 0)) continue;
    last_positive = static_cast<int32_t>(i);
    sum += double{weights[i]};
    if (sum > u * total) break;
  }
  return last_positive;
}

}  // namespace dsb::reference
