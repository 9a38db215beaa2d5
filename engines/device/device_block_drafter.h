// DSpark's and DFlash's shared backbone on the device: the twin of
// engines/block_backbone/block_drafter.h.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engines/block_backbone/block_weights.h"
#include "engines/device/device_drafter.h"

namespace dsb {

class DeviceBlockDrafter : public DeviceDrafter {
 public:
  int32_t draft_length() const override { return weights_->config.draft_length(); }
  std::span<const int32_t> feature_layers() const override {
    return weights_->config.target_layers;
  }
  std::span<const int32_t> target_ids() const override { return weights_->target_ids; }
  int64_t draft_vocab_size() const override { return weights_->config.draft_vocab_size; }

  void Plan(const DeviceDrafterSizes& sizes, DevicePlan& plan) override;
  int32_t rows_per_request() const override { return weights_->config.block_rows; }
  void FillRound(std::span<const cuda::RoundRequest> requests, std::span<cuda::RowInfo> rows,
                 std::span<int32_t> tokens) const override;
  void Advance(const DeviceCommittedRows& committed, cuda::Stream stream) override;
  void Draft(const DeviceDraftCall& call, cuda::Stream stream) override;

 protected:
  DeviceBlockDrafter(std::shared_ptr<const BlockWeights> weights,
                     std::shared_ptr<const DeviceTarget> target);
  // Chooses all drafts; call.drafts.laws holds the base logits.
  virtual void ChooseTokens(const DeviceDraftCall& call, cuda::Stream stream) = 0;
  // h of draft k of request r at row r * draft_length + k, [.., hidden].
  const float* draft_hidden() const;
  const DeviceDrafterSizes& sizes() const { return sizes_; }

 private:
  void PlanWeights(DevicePlan& plan);
  void PlanBuffers(DevicePlan& plan);
  void RunBackbone(const DeviceDraftCall& call, cuda::Stream stream);
  bool rows_in_draft_order() const;

  std::shared_ptr<const BlockWeights> weights_;
  std::shared_ptr<const DeviceTarget> target_;
  DeviceDrafterSizes sizes_;
  RopeTable rope_host_;

  cuda::DeviceMatrix feature_projection_, own_head_;
  const float* feature_norm_ = nullptr;
  const float* final_norm_ = nullptr;
  const float* mask_row_ = nullptr;
  const float* rope_ = nullptr;
  std::vector<DeviceLayer> layers_;
  std::vector<cuda::DeviceMatrix> context_kv_weights_;
  DeviceTable own_embedding_;
  const int32_t* draft_row_sources_ = nullptr;  // [max_requests, draft_length]

  std::vector<cuda::KvCache> kv_;
  DeviceLayerScratch scratch_;
  float* context_ = nullptr;     // [max_committed_rows, hidden]
  float* context_kv_ = nullptr;  // [max_committed_rows, 2 kv_width]
  float* x_ = nullptr;           // [max_requests * block_rows, hidden]
  float* hidden_ = nullptr;      // the same, after the final norm
  float* head_input_ = nullptr;  // [max_requests * draft_length, hidden]
};

}  // namespace dsb
