#include "kernels/attention.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace dsb::reference {
namespace {

void AttendRow(const AttentionParams& params, const AttentionSequence& sequence, int64_t row,
               int64_t head) {
  const KvLayer& kv = sequence.kv;
  const int64_t kv_head = head / (params.num_heads / kv.num_kv_heads);
  const int64_t at = sequence.first_row + row;
  const float* query = params.queries + at * params.query_stride + head * kv.head_dim;
  float* output = params.output + at * params.output_stride + head * kv.head_dim;
  const int64_t visible = sequence.first_position + (sequence.causal ? row + 1 : sequence.num_rows);
  std::vector<double> weights(static_cast<size_t>(visible));
  for (int64_t j = 0; j < visible; ++j) {
    double dot = 0;
    for (int64_t d = 0; d < kv.head_dim; ++d) {
      dot += double{query[d]} * kv.keys[KeyIndex(kv, kv_head, j, d)];
    }
    weights[static_cast<size_t>(j)] = double{params.scale} * dot;
  }
  const double largest = *std::max_element(weights.begin(), weights.end());
  double sum = 0;
  for (double& weight : weights) sum += weight = std::exp(weight - largest);
  for (int64_t d = 0; d < kv.head_dim; ++d) {
    double value = 0;
    for (int64_t j = 0; j < visible; ++j) {
      value += weights[static_cast<size_t>(j)] * kv.values[ValueIndex(kv, kv_head, j, d)];
    }
    output[d] = static_cast<float>(value / sum);
  }
}

}  // namespace

void Attention(const AttentionParams& params) {
  for (const AttentionSequence& sequence : params.sequences) {
    for (int64_t row = 0; row < sequence.num_rows; ++row) {
      for (int64_t head = 0; head < params.num_heads; ++head) {
        AttendRow(params, sequence, row, head);
      }
    }
  }
}

}  // namespace dsb::reference
