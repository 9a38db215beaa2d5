// How long the parts of a step take: the one interface that the virtual clock and the scheduler
// read. Where its numbers come from: a profile (profile_cost.h), a smooth form whose constants were
// fitted, or a data sheet (smooth_cost.h); `kind` says which. Pure. Milliseconds.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "engines/scheduling/step_rates.h"

namespace dsb {

enum class CostKind {
  kProfile,  // measured on an engine
  kFit,      // constants fitted to measurements
  kBound,    // of a data sheet: no engine is that fast, never a prediction
};
const char* CostKindName(CostKind kind);  // profile, fit, bound

class StepCost {
 public:
  virtual ~StepCost() = default;
  virtual CostKind kind() const = 0;
  // One target pass over `tokens` of `requests` requests, their anchors included.
  virtual double VerifyMs(int64_t tokens, int64_t requests) const = 0;
  // Drafting one block for each of `requests` requests, confidences and sampling included; 0
  // without a drafter.
  virtual double DraftMs(int64_t requests) const = 0;
  // A pass over `tokens` prompt tokens.
  virtual double PrefillMs(int64_t tokens) const = 0;
  // What a step takes besides, whatever is in it.
  virtual double OverheadMs(int64_t requests) const {
    static_cast<void>(requests);
    return 0;
  }
  // Tokens that a pass over `tokens` really computes: the next captured size.
  virtual int64_t PaddedTokens(int64_t tokens) const { return tokens; }
};

// Steps per second of passes over 0 .. most tokens of `requests` requests, each with its draft:
// what a scheduler that knows `cost` goes by. B below `requests` is as B = requests.
StepRates RatesOf(const StepCost& cost, int64_t requests, int64_t most);

}  // namespace dsb
