#include "engines/device/device_recurrent.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "kernels/cuda/gemm/gemm.h"
#include "kernels/cuda/rows/copy_rows.h"
#include "kernels/cuda/sampling/sampling.h"

namespace dsb {

DeviceRecurrent::DeviceRecurrent(std::shared_ptr<const RecurrentWeights> weights,
                                 std::shared_ptr<const DeviceTarget> target)
    : weights_(std::move(weights)),
      target_(std::move(target)),
      rope_host_(weights_->config.rope_frequencies, 0) {
  DSB_CHECK(weights_->target == target_->model());
}

void DeviceRecurrent::Plan(const DeviceDrafterSizes& sizes, DevicePlan& plan) {
  DSB_CHECK(sizes.draft_length >= 1 && sizes.draft_length <= draft_length());
  sizes_ = sizes;
  plan.AddMatrix(input_matrix_, input_weights());
  PlanLayer(weights_->layer, layer_, plan);
  plan.AddCopy<float>(embedding_norm_, weights_->embedding_norm);
  plan.AddCopy<float>(hidden_norm_, weights_->hidden_norm);
  plan.AddCopy<float>(final_norm_, weights_->final_norm);
  if (&weights_->head() != &target_->model()->head()) plan.AddMatrix(own_head_, weights_->head());
  if (&weights_->embedding.table() != &target_->model()->embedding().table()) {
    PlanTable(weights_->embedding, own_embedding_, plan);
  }
  rope_host_ = RopeTable(weights_->config.rope_frequencies, sizes_.context_tokens);
  plan.AddCopy<float>(rope_, {rope_host_.cosines(0),
                              static_cast<size_t>(sizes_.context_tokens * shape().head_dim)});
  PlanBuffers(plan);
}

void DeviceRecurrent::PlanBuffers(DevicePlan& plan) {
  const int64_t hidden = shape().hidden;
  const int64_t rows = std::max<int64_t>(sizes_.max_committed_rows, sizes_.max_requests);
  PlanKv({.num_layers = 1, .num_slots = sizes_.num_slots, .context_tokens = sizes_.context_tokens},
         shape(), kv_, plan);
  PlanLayerScratch(shape(), rows, kv_[0].capacity, scratch_, plan);
  plan.Add(state_, sizes_.num_slots * hidden);
  plan.Add(hidden_, rows * hidden);
  plan.Add(embedded_, rows * hidden);
  plan.Add(pairs_, rows * 2 * hidden);
  plan.Add(x_, rows * hidden);
  plan.Add(block_states_, sizes_.max_requests * hidden);
  plan.Add(normed_, sizes_.max_requests * hidden);
  plan.AddZeroed(next_tokens_, sizes_.max_requests);
}

void DeviceRecurrent::FillRound(std::span<const cuda::RoundRequest> requests,
                                std::span<cuda::RowInfo> rows,
                                std::span<int32_t> /*tokens*/) const {
  for (size_t k = 0; k < static_cast<size_t>(sizes_.draft_length); ++k) {
    for (size_t r = 0; r < requests.size(); ++r) {
      const cuda::RoundRequest& request = requests[r];
      const auto step = static_cast<int32_t>(k);
      // Step k consumes draft k at position s + k - 1.
      rows[k * requests.size() + r] = {
          .slot = step > 0 && step < request.max_drafts ? request.slot : -1,
          .position = request.anchor_position + step - 1,
          .visible = request.anchor_position + step};
    }
  }
}

void DeviceRecurrent::RunRows(const Rows& rows, cuda::Stream stream) {
  const int64_t hidden = shape().hidden;
  LookupRows({.table = own_embedding_.rows > 0 ? &own_embedding_ : &target_->embedding(),
              .tokens = rows.tokens,
              .output = embedded_,
              .num_rows = rows.num_rows},
             stream);
  NormCall norm = {.input = embedded_,
                   .input_stride = hidden,
                   .weight = embedding_norm_,
                   .output = pairs_,
                   .output_stride = 2 * hidden,
                   .num_rows = rows.num_rows,
                   .shape = &shape()};
  NormRows(norm, stream);
  norm.input = rows.hidden;
  norm.weight = hidden_norm_;
  norm.output = pairs_ + hidden;
  NormRows(norm, stream);
  const float* attention_input = EnterLayer(
      {.num_rows = rows.num_rows, .hidden = rows.hidden, .pairs = pairs_, .x = x_}, stream);
  RunDeviceLayer({.layer = &layer_,
                  .shape = &shape(),
                  .x = x_,
                  .attention_input = attention_input,
                  .info = rows.info,
                  .num_rows = rows.num_rows,
                  .rope = rope_,
                  .cache = kv_[0]},
                 scratch_, stream);
}

void DeviceRecurrent::Advance(const DeviceCommittedRows& committed, cuda::Stream stream) {
  DSB_CHECK(committed.num_rows <= sizes_.max_committed_rows);
  const float* hidden = HiddenFromFeatures(committed.features, committed.num_rows, hidden_, stream);
  RunRows({.num_rows = committed.num_rows,
           .tokens = committed.next_tokens,
           .hidden = hidden,
           .info = committed.rows},
          stream);
  cuda::CopyRows({.input = x_,
                  .input_stride = shape().hidden,
                  .output = state_,
                  .output_stride = shape().hidden,
                  .sources = committed.last_rows,
                  .targets = committed.slots,
                  .num_rows = committed.num_requests,
                  .size = shape().hidden},
                 stream);
}

void DeviceRecurrent::Draft(const DeviceDraftCall& call, cuda::Stream stream) {
  const int64_t hidden = shape().hidden;
  cuda::CopyRows({.input = state_,
                  .input_stride = hidden,
                  .output = block_states_,
                  .output_stride = hidden,
                  .sources = call.slots,
                  .num_rows = call.num_requests,
                  .size = hidden},
                 stream);
  for (int32_t k = 0; k < sizes_.draft_length; ++k) {
    if (k > 0) {
      RunRows({.num_rows = call.num_requests,
               .tokens = next_tokens_,
               .hidden = block_states_,
               .info = call.rows + int64_t{k} * call.num_requests},
              stream);
      cuda::CopyRows({.input = x_,
                      .input_stride = hidden,
                      .output = block_states_,
                      .output_stride = hidden,
                      .num_rows = call.num_requests,
                      .size = hidden},
                     stream);
    }
    ChooseToken(call, k, stream);
  }
}

void DeviceRecurrent::ChooseToken(const DeviceDraftCall& call, int32_t k, cuda::Stream stream) {
  const int64_t hidden = shape().hidden;
  NormRows({.input = block_states_,
            .input_stride = hidden,
            .weight = final_norm_,
            .output = normed_,
            .output_stride = hidden,
            .num_rows = call.num_requests,
            .shape = &shape()},
           stream);
  cuda::Gemm({.weights = own_head_.data != nullptr ? own_head_ : target_->head(),
              .input = normed_,
              .input_stride = hidden,
              .output = call.drafts.laws + k * call.drafts.law_stride,
              .output_stride = call.drafts.law_stride * call.drafts.block,
              .num_rows = call.num_requests},
             stream);
  cuda::ChooseDrafts({.drafts = call.drafts,
                      .requests = call.requests,
                      .first_offset = k,
                      .num_offsets = 1,
                      .next_tokens = next_tokens_},
                     stream);
}

}  // namespace dsb
