// The sequential head's weights and its step (drafters.md 1.4): what the token before says of the
// next one, as the rank-r input of W2. Three variants: the row itself, gated by the block's hidden
// state, or from a recurrent state. Holds no state of a sequence.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "engines/dspark/dspark_config.h"
#include "engines/transformer/embedding.h"
#include "engines/transformer/weight_source.h"
#include "kernels/gemm.h"
#include "kernels/packed_matrix.h"

namespace dsb {

// One request at one position of its block.
struct MarkovRow {
  int32_t previous = 0;           // target id of x_{k-1}
  std::span<const float> hidden;  // h_k, [hidden]
  std::span<float> state;         // [rank], rnn only; 0 before the first position, changed
};

class MarkovHead {
 public:
  MarkovHead() = default;
  MarkovHead(const DSparkConfig& config, const WeightSource& source, WeightMode mode);

  // out [rows, rank]: the input of W2, B_k = W2 out. A row's bits depend on that row alone.
  void Inputs(std::span<const MarkovRow> rows, std::span<float> out, GemmScratch& scratch,
              ThreadPool& pool) const;

  MarkovType type() const { return type_; }
  bool recurrent() const { return type_ == MarkovType::kRnn; }
  int64_t rank() const { return w1_.cols(); }
  const Embedding& w1() const { return w1_; }     // [vocabulary, rank], by target id
  const PackedMatrix& w2() const { return w2_; }  // [draft vocabulary, rank]
  // gated: gate_proj [r, hidden + r]; rnn: joint_proj [3r, 2r + hidden]; vanilla: empty.
  const PackedMatrix& projection() const { return projection_; }
  std::span<const float> projection_bias() const { return projection_bias_; }
  int64_t bytes_per_draft() const;  // of one position
  int64_t multiply_adds_row() const;

 private:
  void Gate(std::span<const MarkovRow> rows, std::span<const float> projected,
            std::span<float> out) const;
  void Recur(std::span<const MarkovRow> rows, std::span<const float> projected,
             std::span<float> out) const;

  MarkovType type_ = MarkovType::kVanilla;
  Embedding w1_;
  PackedMatrix w2_;
  PackedMatrix projection_;
  std::vector<float> projection_bias_;
};

}  // namespace dsb
