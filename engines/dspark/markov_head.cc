#include "engines/dspark/markov_head.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"

namespace dsb {
namespace {

float Sigmoid(float x) { return 1.0f / (1.0f + std::exp(-x)); }

std::ptrdiff_t Offset(size_t rows, size_t width) {
  return static_cast<std::ptrdiff_t>(rows * width);
}

}  // namespace

MarkovHead::MarkovHead(const DSparkConfig& config, const WeightSource& source, WeightMode mode)
    : type_(config.markov_type) {
  const int64_t rank = config.markov_rank;
  const int64_t hidden = config.block.shape.hidden;
  w1_ = Embedding(source.Get("markov_head.markov_w1.weight", {config.block.vocab_size, rank}));
  w2_ = PackedMatrix::Pack(std::array{AllRows(source.Get("markov_head.markov_w2.weight",
                                                         {config.block.draft_vocab_size, rank}))},
                           mode);
  if (type_ == MarkovType::kGated) {
    projection_ = PackedMatrix::Pack(
        std::array{AllRows(source.Get("markov_head.gate_proj.weight", {rank, hidden + rank}))},
        mode);
    projection_bias_ = source.Vector("markov_head.gate_proj.bias", rank);
  } else if (type_ == MarkovType::kRnn) {
    projection_ = PackedMatrix::Pack(std::array{AllRows(source.Get("markov_head.joint_proj.weight",
                                                                   {3 * rank, 2 * rank + hidden}))},
                                     mode);
    projection_bias_ = source.Vector("markov_head.joint_proj.bias", 3 * rank);
  }
}

void MarkovHead::Inputs(std::span<const MarkovRow> rows, std::span<float> out, GemmScratch& scratch,
                        ThreadPool& pool) const {
  const auto rank = static_cast<size_t>(this->rank());
  DSB_CHECK(out.size() == rows.size() * rank);
  for (size_t i = 0; i < rows.size(); ++i) {
    w1_.Lookup(rows[i].previous, out.subspan(i * rank, rank));
  }
  if (type_ == MarkovType::kVanilla) return;
  // gated: [h ; e]; rnn: [state ; e ; h].
  std::vector<float> joined;
  for (size_t i = 0; i < rows.size(); ++i) {
    const std::span<const float> hidden = rows[i].hidden;
    const std::span<const float> embedded = out.subspan(i * rank, rank);
    const std::span<const float> first =
        type_ == MarkovType::kGated ? hidden : std::span<const float>(rows[i].state);
    joined.insert(joined.end(), first.begin(), first.end());
    joined.insert(joined.end(), embedded.begin(), embedded.end());
    if (type_ == MarkovType::kRnn) joined.insert(joined.end(), hidden.begin(), hidden.end());
  }
  std::vector<float> projected(rows.size() * projection_bias_.size());
  Gemm({.weights = &projection_,
        .input = joined.data(),
        .input_stride = projection_.cols(),
        .output = projected.data(),
        .output_stride = projection_.rows(),
        .num_rows = static_cast<int64_t>(rows.size())},
       scratch, pool);
  for (size_t i = 0; i < projected.size(); ++i) {
    projected[i] += projection_bias_[i % projection_bias_.size()];
  }
  if (type_ == MarkovType::kGated) {
    Gate(rows, projected, out);
  } else {
    Recur(rows, projected, out);
  }
}

// sigmoid(Wg [h ; e] + bg) * e
void MarkovHead::Gate(std::span<const MarkovRow> rows, std::span<const float> projected,
                      std::span<float> out) const {
  DSB_CHECK(projected.size() == out.size() && rows.size() * projection_bias_.size() == out.size());
  for (size_t i = 0; i < out.size(); ++i) out[i] *= Sigmoid(projected[i]);
}

// (g, c, o) = J [state ; e ; h] + bj; the output comes from the old state, then
// state <- sigmoid(g) state + (1 - sigmoid(g)) tanh(c).
void MarkovHead::Recur(std::span<const MarkovRow> rows, std::span<const float> projected,
                       std::span<float> out) const {
  const auto rank = static_cast<size_t>(this->rank());
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto first = projected.begin() + Offset(i, 3 * rank);
    const std::span<const float> gate(first, rank);
    const std::span<const float> candidate(first + Offset(1, rank), rank);
    const std::span<const float> output(first + Offset(2, rank), rank);
    for (size_t j = 0; j < rank; ++j) {
      const float keep = Sigmoid(gate[j]);
      rows[i].state[j] = keep * rows[i].state[j] + (1.0f - keep) * std::tanh(candidate[j]);
      out[i * rank + j] = std::tanh(output[j]);
    }
  }
}

int64_t MarkovHead::bytes_per_draft() const { return w2_.bytes() + projection_.bytes(); }

int64_t MarkovHead::multiply_adds_row() const {
  return w2_.multiply_adds() + projection_.multiply_adds();
}

}  // namespace dsb
