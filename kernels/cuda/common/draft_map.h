// A reduced draft vocabulary on the device, both ways: draft index -> target id (the checkpoint's
// d2t) and back, which the residual law after a rejection needs for every target id.
#pragma once

#include <cstdint>

#include "kernels/cuda/common/stream.h"

namespace dsb::cuda {

// Both null: the vocabularies are the same.
struct DraftMap {
  const int32_t* target_ids = nullptr;     // [draft_vocab]
  const int32_t* draft_indices = nullptr;  // [target_vocab]; -1: not in the draft vocabulary
};

struct DraftMapParams {
  const int32_t* target_ids = nullptr;  // [draft_vocab], each below target_vocab, no two equal
  int32_t draft_vocab = 0;
  int32_t target_vocab = 0;
  int32_t* draft_indices = nullptr;  // out [target_vocab]
};

// Fills `draft_indices`. Once per checkpoint; one launch.
void InvertDraftMap(const DraftMapParams& params, Stream stream);

}  // namespace dsb::cuda
