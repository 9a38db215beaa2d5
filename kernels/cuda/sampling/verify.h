// The acceptance rule of all requests of a round on the device (verification.md 1): greedy and
// rejection sampling, residual, bonus. The twin of engines/decoding/verify.h; random numbers are
// computed here from each request's keys.
//   Two phases in one launch: a thread block per target row finds what its law needs (finiteness,
//   arg max, maximum, truncation, mass); the block of a request that arrives last decides. Nothing
//   waits: the last to arrive does the work, whatever the order of the blocks.
#pragma once

#include <cstdint>

#include "kernels/cuda/common/round_request.h"
#include "kernels/cuda/common/stream.h"

namespace dsb::cuda {

struct VerifyResult {
  int32_t accepted = 0;
  int32_t next_token = 0;  // the correction, or the bonus token if all were accepted
  int32_t finite = 1;  // 0: a row that was needed has a logit that is not finite; nothing else is
                       // valid
};

// Device memory of VerifyRounds, kept between calls; zeroed by the caller once before the first.
struct VerifyWorkspace {
  void* memory = nullptr;  // VerifyWorkspaceBytes(), aligned 16
  int32_t max_requests = 0;
};
int64_t VerifyWorkspaceBytes(int64_t max_requests, int32_t max_length);

struct VerifyParams {
  const RoundRequest* requests = nullptr;  // [num_requests]; padding slots are skipped
  int32_t num_requests = 0;
  const float* logits = nullptr;  // rows of the target pass
  int64_t logit_stride = 0;
  int32_t vocab = 0;
  const int32_t* first_rows = nullptr;  // [num_requests]: the row of the anchor
  const int32_t* lengths = nullptr;  // [num_requests]: l drafts verified, rows first .. first + l
  int32_t max_length = 0;            // no length is above it
  DraftRows drafts = {};             // tokens, indices, laws; laws null: deterministic drafts
  // Instead of Philox, for recorded cases: [requests, max_length + 1, 3] numbers in the order
  // accept, residual, bonus. Null: Philox.
  const double* uniforms = nullptr;
  VerifyWorkspace workspace = {};
  VerifyResult* results = nullptr;  // out [num_requests]
};
void VerifyRounds(const VerifyParams& params, Stream stream);

}  // namespace dsb::cuda
