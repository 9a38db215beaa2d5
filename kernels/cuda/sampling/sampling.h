// Rows over a vocabulary on the device: arg max, softmax weights, truncated target law, inverse-CDF
// draws, and the choice of draft tokens. The device twins of kernels/vocabulary_row.h and of
// engines/decoding/{target_law,draft_choice}.h.
//   - Weights are the CPU's bit for bit (the same exp, fused the same way). Sums are in double in
//     one fixed order of the row's own, so they differ from the CPU's by some 1e-16 and never
//     depend on other rows.
//   - One thread block a row: rows of a batch do not meet. Any logits are allowed: with a NaN the
//     result is some index of the row.
// Every launcher: one launch; asynchronous on the stream; row i at pointer + i * stride.
#pragma once

#include <cstdint>

#include "kernels/cuda/common/round_request.h"
#include "kernels/cuda/common/stream.h"

namespace dsb::cuda {

struct ArgMaxRowsParams {
  const float* rows = nullptr;
  int64_t stride = 0;
  int64_t num_rows = 0;
  int32_t size = 0;
  int32_t* indices = nullptr;  // out [num_rows]: lowest index of the largest entry
  int32_t* finite = nullptr;   // out [num_rows] or null: 1 if all entries are finite
};
void ArgMaxRows(const ArgMaxRowsParams& params, Stream stream);

struct SoftmaxWeightsParams {
  const float* logits = nullptr;
  int64_t stride = 0;
  int64_t num_rows = 0;
  int32_t size = 0;
  const float* inverse_temperatures = nullptr;  // [num_rows], above 0
  float* weights = nullptr;                     // out; may be logits itself
  int64_t weight_stride = 0;
  double* sums = nullptr;  // out [num_rows]
};
void SoftmaxWeightsRows(const SoftmaxWeightsParams& params, Stream stream);

struct SampleRowsParams {
  const float* weights = nullptr;  // >= 0, positive sum
  int64_t stride = 0;
  int64_t num_rows = 0;
  int32_t size = 0;
  const double* uniforms = nullptr;  // [num_rows], in [0, 1)
  int32_t* indices = nullptr;        // out [num_rows]; never of weight 0
};
void SampleRows(const SampleRowsParams& params, Stream stream);

// Temperature, then top-k, then top-p; ties at a cut keep the lower ids. Sampled requests only.
struct TargetLawParams {
  const float* logits = nullptr;
  int64_t stride = 0;
  int64_t num_rows = 0;
  int32_t size = 0;
  const RoundRequest* requests = nullptr;  // [num_rows]: temperature, top_k, top_p of each row
  float* weights = nullptr;                // out, 0 outside the support
  int64_t weight_stride = 0;
  double* sums = nullptr;  // out [num_rows]
};
void TargetLawRows(const TargetLawParams& params, Stream stream);

// Drafts whose logits do not depend on each other: of a parallel block (first 0, all offsets at
// once) or one step of a drafter that works token by token (one offset a launch; the tokens are
// where the next step's embedding reads them, next_tokens). Row (r, k) is active if the request
// wants more than k drafts and, with stop tokens, draft k - 1 was made and is none of them. Active
// rows: token, draft index, num_drafted = k + 1, and law and sum if sampled. Others stay untouched,
// except num_drafted, which is set to 0 by offset 0 of a request without drafts.
struct ChooseDraftsParams {
  DraftRows drafts = {};
  const RoundRequest* requests = nullptr;  // [num_requests]
  int32_t first_offset = 0;
  int32_t num_offsets = 1;
  // out [num_requests] or null, num_offsets 1: the token just chosen; rows that are not active
  // keep theirs.
  int32_t* next_tokens = nullptr;
};
void ChooseDrafts(const ChooseDraftsParams& params, Stream stream);

}  // namespace dsb::cuda
