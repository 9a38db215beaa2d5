// The device engine's arrays: what the host tells the device of a pass, what it reads back, and
// what only the device sees. Names end on what an entry belongs to where it is not a request.
#pragma once

#include "engines/device/device_engine.h"

namespace dsb {

// Stop tokens of one request that fit.
inline constexpr int32_t kMostStopTokens = 64;

struct DeviceEngine::PrefillArrays {
  MirrorBlock input, output;
  // Rows of the pass.
  Mirrored<int32_t> tokens, next_tokens;
  Mirrored<cuda::RowInfo> rows;
  // Prompts that end in this pass.
  Mirrored<cuda::RoundRequest> requests;
  Mirrored<int32_t> slots;
  Mirrored<int32_t> last_rows;   // of the pass; they get logits
  Mirrored<int32_t> logit_rows;  // 0, 1, ...: where their logits are
  Mirrored<int32_t> lengths;     // 0
  Mirrored<cuda::VerifyResult> results;
  int32_t* committed_rows = nullptr;
};

struct DeviceEngine::RoundArrays {
  MirrorBlock input, output;
  Mirrored<cuda::RoundRequest> requests;
  Mirrored<int32_t> slots;
  Mirrored<int32_t> stop_tokens;  // [requests, kMostStopTokens]
  Mirrored<int32_t> budget;       // one
  // The drafter's rows, [rows_per_request * requests].
  Mirrored<cuda::RowInfo> draft_rows;
  Mirrored<int32_t> draft_tokens;

  Mirrored<cuda::VerifyResult> results;
  Mirrored<int32_t> lengths;
  Mirrored<int32_t> num_drafted;
  Mirrored<int32_t> drafts;    // [requests, draft_length]
  Mirrored<float> confidence;  // [requests, draft_length]

  // Of the target pass.
  int32_t* first_rows = nullptr;
  int32_t* tokens_of_rows = nullptr;
  cuda::RowInfo* rows = nullptr;
  int32_t* next_tokens_of_rows = nullptr;
  int32_t* last_rows = nullptr;
  // Of the drafts, [requests, draft_length].
  int32_t* draft_indices = nullptr;
  float* laws = nullptr;
  double* law_sums = nullptr;
  cuda::DraftMap map;
  int32_t* draft_of_target = nullptr;
};

}  // namespace dsb
