// The gate against itself: pairs of equal runs, which it must let through, and planted losses,
// which it must find. Scripted engine, virtual time: the same figures on every machine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "reports/gate/decision.h"

namespace dsb {

struct GateSelfCheckOptions {
  int64_t equal_pairs = 20;
  int32_t prompts = 200;
  int32_t max_tokens = 128;
  int64_t num_resamples = 2000;
  uint64_t seed = 1;  // of the noise
};

struct GateSelfCheckRow {
  std::string what, expected, found;
  bool ok = false;
};

struct GateSelfCheckResult {
  std::vector<GateSelfCheckRow> rows;
  std::vector<NoiseFloorRecord> noise;
  bool ok() const;
};

// What one run of the scripted engine differs by.
struct ScriptedRun {
  uint64_t noise_seed = 1;
  double accepted_cut = 0;
  double step_factor = 1;
  bool plain = false;  // the target alone
};
// A complete run in memory, token ids included.
CheckedRun MakeScriptedRun(const GateSelfCheckOptions& options, const ScriptedRun& run);

// accepted_length and user_decode_tokens_per_s 2 %, step_time 2.5 %, exact_match 0.
GatePolicy SelfCheckPolicy();

GateSelfCheckResult RunGateSelfCheck(const GateSelfCheckOptions& options);

}  // namespace dsb
