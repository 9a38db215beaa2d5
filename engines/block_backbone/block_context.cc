// What the backbone keeps of committed tokens: keys and values of c = RMSNorm(fc features) (paper
// eq. 2), which depend on no block and are stored at once (eq. 3).
#include <utility>

#include "base/error.h"
#include "engines/block_backbone/block_drafter.h"
#include "kernels/rms_norm.h"

namespace dsb {

void BlockDrafter::Begin(int32_t slot) {
  kv_.Release(slot, std::exchange(cached_[static_cast<size_t>(slot)], 0));
}

void BlockDrafter::Advance(std::span<const CommittedRows> committed) {
  const LayerShape& shape = config().shape;
  const int64_t width = backbone_->feature_projection.cols();
  features_.clear();
  for (const CommittedRows& rows : committed) {
    DSB_CHECK(rows.first_position == cached_[static_cast<size_t>(rows.slot)] &&
              rows.features.width == width);
    features_.insert(features_.end(), rows.features.rows,
                     rows.features.rows + rows.features.num_rows * width);
  }
  const int64_t rows = static_cast<int64_t>(features_.size()) / width;
  context_.resize(static_cast<size_t>(rows * shape.hidden));
  Gemm({.weights = &backbone_->feature_projection,
        .input = features_.data(),
        .input_stride = width,
        .output = context_.data(),
        .output_stride = shape.hidden,
        .num_rows = rows},
       scratch_.gemm, *pool_);
  RmsNorm({.input = context_.data(),
           .input_stride = shape.hidden,
           .weight = backbone_->feature_norm.data(),
           .output = context_.data(),
           .output_stride = shape.hidden,
           .num_rows = rows,
           .size = shape.hidden,
           .epsilon = shape.norm_epsilon},
          *pool_);
  StoreContextKeys(committed);
}

void BlockDrafter::StoreContextKeys(std::span<const CommittedRows> committed) {
  const LayerShape& shape = config().shape;
  const int64_t stride = 2 * shape.kv_width();
  std::vector<int32_t> positions;
  std::vector<AttentionSequence> sequences;
  for (const CommittedRows& rows : committed) {
    sequences.push_back({.kv = {},
                         .first_row = static_cast<int64_t>(positions.size()),
                         .num_rows = rows.features.num_rows,
                         .first_position = rows.first_position,
                         .causal = false});
    for (int32_t i = 0; i < rows.features.num_rows; ++i) {
      positions.push_back(rows.first_position + i);
    }
  }
  const auto rows = static_cast<int64_t>(positions.size());
  context_kv_.resize(static_cast<size_t>(rows * stride));
  for (size_t layer = 0; layer < backbone_->layers.size(); ++layer) {
    Gemm({.weights = &backbone_->context_kv[layer],
          .input = context_.data(),
          .input_stride = shape.hidden,
          .output = context_kv_.data(),
          .output_stride = stride,
          .num_rows = rows},
         scratch_.gemm, *pool_);
    for (size_t i = 0; i < committed.size(); ++i) {
      sequences[i].kv = kv_.Layer(static_cast<int64_t>(layer), committed[i].slot);
    }
    NormRotateStoreKeys({.keys = context_kv_.data(),
                         .values = context_kv_.data() + shape.kv_width(),
                         .stride = stride,
                         .positions = positions.data(),
                         .num_rows = rows,
                         .shape = &shape,
                         .k_norm = backbone_->layers[layer].k_norm,
                         .rope = &rope_,
                         .sequences = sequences},
                        *pool_);
  }
  for (const CommittedRows& one : committed) {
    cached_[static_cast<size_t>(one.slot)] += static_cast<int32_t>(one.features.num_rows);
  }
}

}  // namespace dsb
