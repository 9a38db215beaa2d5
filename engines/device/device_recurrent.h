// The one-layer drafters that work token by token (Eagle3, MTP) on the device: the twin of
// engines/recurrent/recurrent_drafter.h. All steps of a block are launched at once; a step reads
// the token before from device memory. A request whose block has ended goes on with rows of its own
// that nothing reads.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engines/device/device_drafter.h"
#include "engines/recurrent/recurrent_weights.h"

namespace dsb {

class DeviceRecurrent : public DeviceDrafter {
 public:
  int32_t draft_length() const override { return weights_->config.draft_length; }
  std::span<const int32_t> target_ids() const override { return weights_->target_ids; }
  int64_t draft_vocab_size() const override { return weights_->config.draft_vocab_size; }
  bool ends_at_stops() const override { return true; }

  void Plan(const DeviceDrafterSizes& sizes, DevicePlan& plan) override;
  int32_t rows_per_request() const override { return sizes_.draft_length; }
  // Rows in the order [step][request]; steps 1, 2, ... read a draft.
  void FillRound(std::span<const cuda::RoundRequest> requests, std::span<cuda::RowInfo> rows,
                 std::span<int32_t> tokens) const override;
  void Advance(const DeviceCommittedRows& committed, cuda::Stream stream) override;
  void Draft(const DeviceDraftCall& call, cuda::Stream stream) override;

 protected:
  DeviceRecurrent(std::shared_ptr<const RecurrentWeights> weights,
                  std::shared_ptr<const DeviceTarget> target);
  // The matrix before the layer, see RecurrentWeights::bytes_per_draft.
  virtual const PackedMatrix& input_weights() const = 0;
  const cuda::DeviceMatrix& input_matrix() const { return input_matrix_; }
  const LayerShape& shape() const { return weights_->config.shape; }

  // Hidden rows of committed features: `features` itself, or written to `output` [num_rows,
  // hidden].
  virtual const float* HiddenFromFeatures(const float* features, int64_t num_rows, float* output,
                                          cuda::Stream stream) = 0;
  struct StepRows {
    int64_t num_rows = 0;
    const float* hidden = nullptr;  // [num_rows, hidden]
    const float* pairs = nullptr;   // [num_rows, 2 hidden]: norm of the embedding, norm of hidden
    float* x = nullptr;             // to fill: what the layer adds to
  };
  // As RecurrentDrafter::EnterLayer.
  virtual const float* EnterLayer(const StepRows& rows, cuda::Stream stream) = 0;

 private:
  struct Rows {
    int64_t num_rows = 0;
    const int32_t* tokens = nullptr;
    const float* hidden = nullptr;
    const cuda::RowInfo* info = nullptr;
  };
  void PlanBuffers(DevicePlan& plan);
  void RunRows(const Rows& rows, cuda::Stream stream);
  void ChooseToken(const DeviceDraftCall& call, int32_t k, cuda::Stream stream);

  std::shared_ptr<const RecurrentWeights> weights_;
  std::shared_ptr<const DeviceTarget> target_;
  DeviceDrafterSizes sizes_;
  RopeTable rope_host_;

  cuda::DeviceMatrix input_matrix_, own_head_;
  DeviceLayer layer_;
  const float* embedding_norm_ = nullptr;
  const float* hidden_norm_ = nullptr;
  const float* final_norm_ = nullptr;
  const float* rope_ = nullptr;
  DeviceTable own_embedding_;

  std::vector<cuda::KvCache> kv_;
  DeviceLayerScratch scratch_;
  float* state_ = nullptr;          // [num_slots, hidden]: output of the last committed row
  float* hidden_ = nullptr;         // [rows, hidden]
  float* embedded_ = nullptr;       // [rows, hidden]
  float* pairs_ = nullptr;          // [rows, 2 hidden]
  float* x_ = nullptr;              // [rows, hidden]
  float* block_states_ = nullptr;   // [max_requests, hidden]
  float* normed_ = nullptr;         // [max_requests, hidden]
  int32_t* next_tokens_ = nullptr;  // [max_requests]
};

}  // namespace dsb
