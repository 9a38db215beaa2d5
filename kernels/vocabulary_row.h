// What sampling needs of one row over the vocabulary: arg max, softmax weights, inverse-CDF draws.
// All run on the calling thread with a fixed order: the same bits at every Isa, batch and thread
// count.
#pragma once

#include <cstdint>
#include <span>

namespace dsb {

// Index of the largest entry, the lowest index on ties; entries are not NaN; not empty.
int32_t ArgMax(std::span<const float> row);

// True if every entry is finite.
bool AllFinite(std::span<const float> row);

// weights[i] = exp((logits[i] - max(logits)) * inverse_temperature) in float (relative error <
// 4e-7; 0 below 2^-126), returns their sum in double, >= 1. weights may be logits itself.
double SoftmaxWeights(std::span<const float> logits, float inverse_temperature,
                      std::span<float> weights);

// The first i with weights[0] + ... + weights[i] > u * total in double (u in [0, 1)), where total
// is the same sum over all; never an index of weight 0. Weights are >= 0 with a positive sum.
int32_t SampleIndex(std::span<const float> weights, double u);

// residual[i] = max(p[i] * p_scale - q[i] * q_scale, 0) in double, rounded to float once; returns
// the double sum. The law after a rejection, max(p - q, 0), without normalising p and q first
// (verification.md 1).
double Residual(std::span<const float> p, double p_scale, std::span<const float> q, double q_scale,
                std::span<float> residual);

namespace reference {
double SoftmaxWeights(std::span<const float> logits, float inverse_temperature,
                      std::span<float> weights);
int32_t SampleIndex(std::span<const float> weights, double u);
}  // namespace reference

}  // namespace dsb
