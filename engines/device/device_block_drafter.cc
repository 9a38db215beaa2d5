#include "engines/device/device_block_drafter.h"

#include <utility>

#include "base/error.h"
#include "kernels/cuda/gemm/gemm.h"
#include "kernels/cuda/markov/prepare_heads.h"
#include "kernels/cuda/rows/copy_rows.h"

namespace dsb {

DeviceBlockDrafter::DeviceBlockDrafter(std::shared_ptr<const BlockWeights> weights,
                                       std::shared_ptr<const DeviceTarget> target)
    : weights_(std::move(weights)),
      target_(std::move(target)),
      rope_host_(weights_->config.rope_frequencies, 0) {
  DSB_CHECK(weights_->target == target_->model());
}

bool DeviceBlockDrafter::rows_in_draft_order() const {
  return weights_->config.block_rows == sizes_.draft_length;
}

const float* DeviceBlockDrafter::draft_hidden() const {
  return rows_in_draft_order() ? hidden_ : head_input_;
}

void DeviceBlockDrafter::Plan(const DeviceDrafterSizes& sizes, DevicePlan& plan) {
  DSB_CHECK(sizes.draft_length >= 1 && sizes.draft_length <= draft_length());
  sizes_ = sizes;
  PlanWeights(plan);
  PlanBuffers(plan);
}

void DeviceBlockDrafter::PlanWeights(DevicePlan& plan) {
  const BlockConfig& config = weights_->config;
  plan.AddMatrix(feature_projection_, weights_->feature_projection);
  plan.AddCopy<float>(feature_norm_, weights_->feature_norm);
  layers_.resize(weights_->layers.size());
  context_kv_weights_.resize(layers_.size());
  for (size_t i = 0; i < layers_.size(); ++i) {
    PlanLayer(weights_->layers[i], layers_[i], plan);
    plan.AddMatrix(context_kv_weights_[i], weights_->context_kv[i]);
  }
  plan.AddCopy<float>(final_norm_, weights_->final_norm);
  plan.AddCopy<float>(mask_row_, weights_->mask_embedding);
  if (&weights_->head() != &target_->model()->head()) plan.AddMatrix(own_head_, weights_->head());
  if (&weights_->embedding.table() != &target_->model()->embedding().table()) {
    PlanTable(weights_->embedding, own_embedding_, plan);
  }
  rope_host_ = RopeTable(config.rope_frequencies, sizes_.context_tokens);
  plan.AddCopy<float>(rope_, {rope_host_.cosines(0),
                              static_cast<size_t>(sizes_.context_tokens * config.shape.head_dim)});
}

void DeviceBlockDrafter::PlanBuffers(DevicePlan& plan) {
  const BlockConfig& config = weights_->config;
  const LayerShape& shape = config.shape;
  const int64_t block_rows = int64_t{sizes_.max_requests} * config.block_rows;
  const int64_t draft_rows = int64_t{sizes_.max_requests} * sizes_.draft_length;
  PlanKv({.num_layers = config.num_layers,
          .num_slots = sizes_.num_slots,
          .context_tokens = sizes_.context_tokens},
         shape, kv_, plan);
  PlanLayerScratch(shape, block_rows, kv_[0].capacity, scratch_, plan);
  plan.Add(context_, sizes_.max_committed_rows * shape.hidden);
  plan.Add(context_kv_, sizes_.max_committed_rows * 2 * shape.kv_width());
  plan.Add(x_, block_rows * shape.hidden);
  plan.Add(hidden_, block_rows * shape.hidden);
  if (rows_in_draft_order()) return;
  plan.Add(head_input_, draft_rows * shape.hidden);
  plan.AddFilled<int32_t>(draft_row_sources_, draft_rows,
                          [block = config.block_rows, first = config.first_draft_row(),
                           length = sizes_.draft_length](std::span<int32_t> rows) {
                            for (size_t i = 0; i < rows.size(); ++i) {
                              const auto row = static_cast<int32_t>(i);
                              rows[i] = row / length * block + first + row % length;
                            }
                          });
}

void DeviceBlockDrafter::FillRound(std::span<const cuda::RoundRequest> requests,
                                   std::span<cuda::RowInfo> rows, std::span<int32_t> tokens) const {
  const int32_t block = weights_->config.block_rows;
  size_t row = 0;
  for (const cuda::RoundRequest& request : requests) {
    for (int32_t k = 0; k < block; ++k, ++row) {
      rows[row] = {.slot = request.slot,
                   .position = request.anchor_position + k,
                   .visible = request.anchor_position + block};
      tokens[row] = k == 0 ? request.anchor : -1;  // outside the table: the mask's row
    }
  }
}

// Keys and values of c = RMSNorm(fc features), as engines/block_backbone/block_context.cc.
void DeviceBlockDrafter::Advance(const DeviceCommittedRows& committed, cuda::Stream stream) {
  DSB_CHECK(committed.num_rows <= sizes_.max_committed_rows);
  const LayerShape& shape = weights_->config.shape;
  cuda::Gemm({.weights = feature_projection_,
              .input = committed.features,
              .input_stride = feature_projection_.cols,
              .output = context_,
              .output_stride = shape.hidden,
              .num_rows = committed.num_rows},
             stream);
  NormRows({.input = context_,
            .input_stride = shape.hidden,
            .weight = feature_norm_,
            .output = context_,
            .output_stride = shape.hidden,
            .num_rows = committed.num_rows,
            .shape = &shape},
           stream);
  for (size_t layer = 0; layer < layers_.size(); ++layer) {
    cuda::Gemm({.weights = context_kv_weights_[layer],
                .input = context_,
                .input_stride = shape.hidden,
                .output = context_kv_,
                .output_stride = 2 * shape.kv_width(),
                .num_rows = committed.num_rows},
               stream);
    cuda::PrepareHeads({.rows = context_kv_,
                        .stride = 2 * shape.kv_width(),
                        .info = committed.rows,
                        .num_rows = committed.num_rows,
                        .num_heads = 0,
                        .cache = kv_[layer],
                        .k_norm = layers_[layer].k_norm,
                        .epsilon = shape.norm_epsilon,
                        .table = rope_},
                       stream);
  }
}

void DeviceBlockDrafter::RunBackbone(const DeviceDraftCall& call, cuda::Stream stream) {
  const LayerShape& shape = weights_->config.shape;
  const int64_t rows = int64_t{call.num_requests} * weights_->config.block_rows;
  LookupRows({.table = own_embedding_.rows > 0 ? &own_embedding_ : &target_->embedding(),
              .tokens = call.tokens,
              .mask_row = mask_row_,
              .output = x_,
              .num_rows = rows},
             stream);
  for (size_t layer = 0; layer < layers_.size(); ++layer) {
    RunDeviceLayer({.layer = &layers_[layer],
                    .shape = &shape,
                    .x = x_,
                    .info = call.rows,
                    .num_rows = rows,
                    .rope = rope_,
                    .cache = kv_[layer]},
                   scratch_, stream);
  }
  NormRows({.input = x_,
            .input_stride = shape.hidden,
            .weight = final_norm_,
            .output = hidden_,
            .output_stride = shape.hidden,
            .num_rows = rows,
            .shape = &shape},
           stream);
}

void DeviceBlockDrafter::Draft(const DeviceDraftCall& call, cuda::Stream stream) {
  const int64_t hidden = weights_->config.shape.hidden;
  const int64_t draft_rows = int64_t{call.num_requests} * sizes_.draft_length;
  RunBackbone(call, stream);
  if (!rows_in_draft_order()) {
    cuda::CopyRows({.input = hidden_,
                    .input_stride = hidden,
                    .output = head_input_,
                    .output_stride = hidden,
                    .sources = draft_row_sources_,
                    .num_rows = draft_rows,
                    .size = hidden},
                   stream);
  }
  cuda::Gemm({.weights = own_head_.data != nullptr ? own_head_ : target_->head(),
              .input = draft_hidden(),
              .input_stride = hidden,
              .output = call.drafts.laws,
              .output_stride = call.drafts.law_stride,
              .num_rows = draft_rows},
             stream);
  ChooseTokens(call, stream);
}

}  // namespace dsb
