// A drafter that drafts nothing and hands on the target's features of every committed token: how
// training data is written by the engine that will serve the trained drafter. One thread.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "engines/drafter.h"

namespace dsb {

class FeatureTap : public Drafter {
 public:
  using Receiver = std::function<void(const CommittedRows&)>;
  // `layers` as Drafter::feature_layers. `receive` gets each sequence's rows in order.
  FeatureTap(std::vector<int32_t> layers, Receiver receive)
      : layers_(std::move(layers)), receive_(std::move(receive)) {}

  // The slot of the sequence that was admitted last.
  int32_t last_slot() const { return last_slot_; }

  std::string Name() const override { return "none"; }
  int32_t draft_length() const override { return 0; }
  std::span<const int32_t> feature_layers() const override { return layers_; }
  bool has_confidence() const override { return false; }
  std::span<const int32_t> target_ids() const override { return {}; }
  void Begin(int32_t slot) override { last_slot_ = slot; }
  void Advance(std::span<const CommittedRows> committed) override {
    for (const CommittedRows& rows : committed) receive_(rows);
  }
  std::vector<DraftBlock> Draft(std::span<const DraftRequest> requests) override {
    return std::vector<DraftBlock>(requests.size());
  }
  void Confidence(std::span<const DraftRequest> /*requests*/,
                  std::span<DraftBlock> /*blocks*/) override {}
  int64_t bytes_per_draft() const override { return 0; }
  int64_t flops_per_draft() const override { return 0; }

 private:
  std::vector<int32_t> layers_;
  Receiver receive_;
  int32_t last_slot_ = -1;
};

}  // namespace dsb
