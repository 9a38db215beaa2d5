#include "engines/simulated/smooth_cost.h"

#include <cmath>

#include "base/error.h"

namespace dsb {
namespace {

class SmoothCost : public StepCost {
 public:
  SmoothCost(const SmoothPass& pass, const DraftShare& draft, CostKind kind)
      : pass_(pass), draft_(draft), kind_(kind) {}
  CostKind kind() const override { return kind_; }
  double VerifyMs(int64_t tokens, int64_t requests) const override {
    return SmoothPassMs(pass_, static_cast<double>(tokens), static_cast<double>(requests));
  }
  double DraftMs(int64_t requests) const override {
    return SmoothDraftMs(pass_, draft_, static_cast<double>(requests));
  }
  double PrefillMs(int64_t tokens) const override { return VerifyMs(tokens, 1); }

 private:
  const SmoothPass pass_;
  const DraftShare draft_;
  const CostKind kind_;
};

}  // namespace

double ExpertCoverage(const SmoothPass& pass, double tokens) {
  if (pass.active_experts >= pass.experts) return 1;
  const double untouched =
      1 - static_cast<double>(pass.active_experts) / static_cast<double>(pass.experts);
  return 1 - std::pow(untouched, pass.correlation * tokens);
}

double SmoothPassMs(const SmoothPass& pass, double tokens, double requests) {
  return pass.floor_ms + pass.experts_ms * ExpertCoverage(pass, pass.ranks * tokens) +
         pass.token_ms * tokens + pass.request_ms * requests;
}

double SmoothDraftMs(const SmoothPass& pass, const DraftShare& draft, double requests) {
  const double share = static_cast<double>(draft.layers) / pass.layers;
  double ms = draft.vocabulary_ms * requests;
  switch (draft.shape) {
    case DraftShape::kNone:
      return 0;
    case DraftShape::kMtp1:
      ms += SmoothPassMs(pass, 2 * requests, requests) / pass.layers;
      break;
    case DraftShape::kBlock:
      // A block's tokens come without a request's own work in the target.
      ms += draft.multiplier * share * SmoothPassMs(pass, draft.drafts * requests, 0);
      break;
    case DraftShape::kSerial:
      ms += draft.drafts * share * SmoothPassMs(pass, requests, requests);
      break;
  }
  return ms;
}

std::unique_ptr<StepCost> MakeSmoothCost(const SmoothPass& pass, const DraftShare& draft,
                                         CostKind kind) {
  DSB_CHECK(pass.layers >= 1 && pass.experts >= 1 && pass.ranks >= 1 && pass.correlation > 0);
  return std::make_unique<SmoothCost>(pass, draft, kind);
}

SmoothPass DataSheetBound(const DataSheet& device, const ModelSize& model) {
  DSB_CHECK(device.memory_bytes_per_s > 0 && device.flop_per_s > 0);
  return {.floor_ms = 1000 * model.other_bytes / device.memory_bytes_per_s,
          .experts_ms = 1000 * model.expert_bytes / device.memory_bytes_per_s,
          .token_ms = 1000 * model.flop_per_token / device.flop_per_s,
          .layers = model.layers,
          .experts = model.experts,
          .active_experts = model.active_experts};
}

}  // namespace dsb
