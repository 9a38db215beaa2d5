// The smooth form of a target pass, and drafters as shares of it. B verified tokens (anchors
// included) of R requests on a model of L layers, each with E experts of which a token uses k; G
// ranks share an expert-parallel group:
//
//   coverage(n) = 1 - (1 - k/E)^(rho n)              share of the experts that n tokens touch
//   T(B, R)     = t0 + t_E coverage(G B) + b B + r R
//   MTP-1       : T(2R, R) / L                       one layer of the target's own
//   block       : kd (layers/L) (t0 + t_E coverage(n G R) + b n R) + vocabulary R, n its drafts
//   serial      : n passes T(R, R) layers/L          one token at a time (Eagle3)
//
// t0 and b are constants of one engine on one machine: they do not carry over to another, nor past
// the largest captured graph. Prefill is a pass of as many tokens.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "engines/simulated/step_cost.h"

namespace dsb {

struct SmoothPass {
  double floor_ms = 0;         // t0
  double experts_ms = 0;       // t_E: reading every expert once
  double token_ms = 0;         // b
  double request_ms = 0;       // r
  int32_t layers = 1;          // L
  int32_t experts = 1;         // E; without experts coverage is 1
  int32_t active_experts = 1;  // k
  double correlation = 1;      // rho, in (0, 1]: below 1 neighbouring tokens share experts
  int32_t ranks = 1;           // G
};
double ExpertCoverage(const SmoothPass& pass, double tokens);
double SmoothPassMs(const SmoothPass& pass, double tokens, double requests);

enum class DraftShape { kNone, kMtp1, kBlock, kSerial };
struct DraftShare {
  DraftShape shape = DraftShape::kNone;
  int32_t drafts = 0;  // of a block
  int32_t layers = 1;
  double multiplier = 1;     // kd, of kBlock: 1 is its share of the layers
  double vocabulary_ms = 0;  // head and sampling, a request
};
double SmoothDraftMs(const SmoothPass& pass, const DraftShare& draft, double requests);

std::unique_ptr<StepCost> MakeSmoothCost(const SmoothPass& pass, const DraftShare& draft,
                                         CostKind kind = CostKind::kFit);

// What a data sheet says, dense operations and decimal bytes.
struct DataSheet {
  double memory_bytes_per_s = 0;
  double flop_per_s = 0;
};
struct ModelSize {
  double expert_bytes = 0;    // all routed experts, on this device
  double other_bytes = 0;     // read by every pass
  double flop_per_token = 0;  // on this device
  int32_t layers = 1, experts = 1, active_experts = 1;
};
// t0 = other bytes / bandwidth, t_E = expert bytes / bandwidth, b = operations / peak: no launch,
// no network, no inefficiency. Measured engines are 2 to 15 times slower.
SmoothPass DataSheetBound(const DataSheet& device, const ModelSize& model);

}  // namespace dsb
