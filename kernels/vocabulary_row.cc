#include "kernels/vocabulary_row.h"

#include <algorithm>

#include "base/error.h"
#include "kernels/cpu/table.h"

namespace dsb {
namespace {

int64_t SizeOf(std::span<const float> row) { return static_cast<int64_t>(row.size()); }

// Cumulated weights are compared block by block first, so the scan inside a block starts from a
// block's edge.
constexpr int64_t kSampleBlock = 256;

// The first i in [first, last) with before + weights[first] + ... + weights[i] > target; the last
// index of a positive weight if rounding hides it.
int64_t FindInBlock(std::span<const float> weights, int64_t first, int64_t last, double before,
                    double target) {
  int64_t last_positive = first;
  for (int64_t i = first; i < last; ++i) {
    const float weight = weights[static_cast<size_t>(i)];
    if (!(weight > 0)) continue;
    before += double{weight};
    last_positive = i;
    if (before > target) break;
  }
  return last_positive;
}

}  // namespace

int32_t ArgMax(std::span<const float> row) {
  DSB_DCHECK(!row.empty());
  return static_cast<int32_t>(cpu::ActiveTable().arg_max(row.data(), SizeOf(row)));
}

bool AllFinite(std::span<const float> row) {
  return cpu::ActiveTable().all_finite(row.data(), SizeOf(row));
}

double SoftmaxWeights(std::span<const float> logits, float inverse_temperature,
                      std::span<float> weights) {
  DSB_DCHECK(logits.size() == weights.size() && !logits.empty());
  return cpu::ActiveTable().softmax_weights(logits.data(), inverse_temperature, SizeOf(logits),
                                            weights.data());
}

int32_t SampleIndex(std::span<const float> weights, double u) {
  const cpu::KernelTable& table = cpu::ActiveTable();
  const int64_t size = SizeOf(weights);
  const auto block_sum = [&](int64_t first) {
    return table.sum(weights.data() + first, std::min(kSampleBlock, size - first));
  };
  double total = 0;
  for (int64_t first = 0; first < size; first += kSampleBlock) total += block_sum(first);
  DSB_DCHECK(total > 0);
  const double target = u * total;
  double before = 0;
  int64_t chosen = 0;
  for (int64_t first = 0; first < size; first += kSampleBlock) {
    const double after = before + block_sum(first);
    if (after > target) {
      const int64_t last = std::min(first + kSampleBlock, size);
      chosen = FindInBlock(weights, first, last, before, target);
      break;
    }
    before = after;
  }
  return static_cast<int32_t>(chosen);
}

double Residual(std::span<const float> p, double p_scale, std::span<const float> q, double q_scale,
                std::span<float> residual) {
  DSB_DCHECK(p.size() == q.size() && p.size() == residual.size());
  return cpu::ActiveTable().residual(p.data(), p_scale, q.data(), q_scale, SizeOf(p),
                                     residual.data());
}

}  // namespace dsb
