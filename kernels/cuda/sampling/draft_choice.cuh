// Which rows of a draft block are made, and recording a chosen token: shared by the kernels that
// draft.
#pragma once

#include "kernels/cuda/common/device.cuh"
#include "kernels/cuda/common/round_request.h"

namespace dsb::cuda {

__device__ __forceinline__ bool IsStop(const DraftRows& drafts, const RoundRequest& request,
                                       int32_t token) {
  if (drafts.stop_tokens == nullptr) return false;
  for (int32_t i = 0; i < request.num_stops; ++i) {
    if (drafts.stop_tokens[request.first_stop + i] == token) return true;
  }
  return false;
}

// By one thread: draft k of request r is entry `index` of its row.
__device__ __forceinline__ int32_t RecordDraft(const DraftRows& drafts, int32_t r, int32_t k,
                                               int32_t index) {
  const int32_t token = drafts.map.target_ids == nullptr ? index : drafts.map.target_ids[index];
  const int64_t at = int64_t{r} * drafts.block + k;
  drafts.tokens[at] = token;
  drafts.draft_indices[at] = index;
  return token;
}

}  // namespace dsb::cuda
