// What the decoding kernels need to know of one request in one round, and the drafts of all
// requests of a round as device memory. Plain data: the host fills an array of RoundRequest and
// copies it in one piece; kernels never read a request anywhere else.
#pragma once

#include <cstdint>

#include "kernels/cuda/common/draft_map.h"

namespace dsb::cuda {

struct RoundRequest {
  uint64_t seed = 0;
  uint64_t random_id = 0;         // RandomKey::request
  double top_p = 1;               // the target's law only
  float inverse_temperature = 0;  // float(1 / temperature); 0: greedy
  int32_t top_k = 0;              // the target's law only; 0: off
  int32_t slot = -1;              // below 0: padding, skipped everywhere
  int32_t anchor = 0;             // newest committed token
  int32_t anchor_position = 0;    // its index s; draft k (0, 1, ...) is for index s + 1 + k
  uint32_t round = 0;
  int32_t max_drafts = 0;  // drafts wanted; 0: no block
  int32_t first_stop = 0;  // its stop tokens in DraftRows::stop_tokens
  int32_t num_stops = 0;
  // The last prompt row's token, drawn with RandomPurpose::kPrefill (anchor_position = prompt size
  // - 1, round 0).
  int32_t prefill = 0;
};

// The drafts of a round. Row (r, k) of any [requests, block] array is at r * block + k.
struct DraftRows {
  int32_t num_requests = 0;
  int32_t block = 0;        // rows of a request, at most 64
  int32_t draft_vocab = 0;  // entries of a row
  // [requests * block] rows: in, the logits; out, for greedy requests the logits (with the Markov
  // bias), for sampled ones q unnormalised, exactly what the token was drawn from.
  float* laws = nullptr;
  int64_t law_stride = 0;
  double* law_sums = nullptr;            // [requests, block]; sampled requests only
  int32_t* tokens = nullptr;             // [requests, block], target ids
  int32_t* draft_indices = nullptr;      // [requests, block]
  int32_t* num_drafted = nullptr;        // [requests]
  const int32_t* stop_tokens = nullptr;  // all requests' lists; null: a stop does not end a block
  DraftMap map = {};
};

}  // namespace dsb::cuda
