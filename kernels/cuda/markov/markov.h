// The sequential Markov head of DSpark for a block of all requests in one launch (drafters.md 1.4,
// paper eq. 4 to 6): for k = 0, 1, ...: l_k = U_k + W2 z(x_{k-1}), choose or sample x_k, go on. No
// host round trip, no launch per token. Twin of engines/dspark/markov_head.h.
//
// Order without a grid barrier. W2 is large (16k to 150k rows), so each step is spread over many
// thread blocks and step k + 1 must see step k's token. A barrier over the grid needs all blocks
// resident at once, which neither a plain launch nor the host runner (it runs blocks to their end,
// one or two at a time) promises. Here blocks take numbered work items from a counter, in the order
// of the sequential algorithm, and an item waits only for items with lower numbers. The lowest
// unfinished item waits for nothing and its block is running, since it took the number: so some
// item always finishes, with any number of resident blocks, one included, and any order of blocks.
// (The argument of decoupled look-back.) A waiting block polls one word; its warps sleep at a
// barrier. Bits of a request depend on that request alone: slices are cut by the vocabulary's size.
#pragma once

#include <cstdint>

#include "kernels/cuda/common/round_request.h"
#include "kernels/cuda/common/stream.h"
#include "kernels/cuda/markov/head_matrix.h"

namespace dsb::cuda {

enum class MarkovKind : int32_t { kVanilla, kGated, kRnn };

struct MarkovWeights {
  MarkovKind kind = MarkovKind::kVanilla;
  int32_t rank = 0;           // a multiple of 8, at most 512
  int32_t hidden = 0;         // gated, rnn: a multiple of 8
  RowMatrix w1 = {};          // [vocab, rank] by target id, never rounded
  TileMatrix w2 = {};         // [draft_vocab, rank]
  RowMatrix projection = {};  // gated [rank, hidden + rank], rnn [3 rank, 2 rank + hidden]
  const float* projection_bias = nullptr;
};

// Device memory kept between calls; zeroed by the caller once before the first.
int64_t MarkovWorkspaceBytes(int32_t max_requests, int32_t block, const MarkovWeights& weights,
                             int32_t draft_vocab);

struct MarkovParams {
  MarkovWeights weights = {};
  DraftRows drafts = {};  // laws: base logits in, see there
  const RoundRequest* requests = nullptr;
  const float* hidden = nullptr;  // gated, rnn: h_k at row r * block + k, 16-byte aligned
  int64_t hidden_stride = 0;      // a multiple of 4
  void* workspace = nullptr;      // MarkovWorkspaceBytes(), aligned 256
  int32_t max_requests = 0;       // that the workspace was sized for
  int32_t max_blocks = 264;       // thread blocks of the launch; twice the multiprocessors is good
};
// Request r gets min(block, max_drafts) tokens; num_drafted says so.
void MarkovBlock(const MarkovParams& params, Stream stream);

}  // namespace dsb::cuda
