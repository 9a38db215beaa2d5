// After verification, still on the device: which token follows each row of the target pass, and
// which row of each request is the last committed one. What a drafter needs to take in the pass
// before the host knows how many drafts were accepted.
#pragma once

#include <cstdint>

#include "kernels/cuda/common/round_request.h"
#include "kernels/cuda/common/stream.h"
#include "kernels/cuda/sampling/verify.h"

namespace dsb::cuda {

struct CommittedRowsParams {
  const RoundRequest* requests = nullptr;  // [num_requests]; padding slots are skipped
  int32_t num_requests = 0;
  const VerifyResult* results = nullptr;  // [num_requests]
  const int32_t* first_rows = nullptr;    // [num_requests]: the pass's row of the anchor
  const int32_t* lengths = nullptr;       // [num_requests]: drafts verified
  const int32_t* drafts = nullptr;        // [num_requests, block] target ids
  int32_t block = 0;
  // out, by row of the pass: rows first .. first + accepted get the next draft and, the last of
  // them, the next token. Other rows keep what they had.
  int32_t* next_tokens = nullptr;
  // out [num_requests]: first + accepted; -1 for padding slots and results that are not finite.
  int32_t* last_rows = nullptr;
};
// One launch.
void CommittedRows(const CommittedRowsParams& params, Stream stream);

}  // namespace dsb::cuda
