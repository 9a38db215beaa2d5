// One pre-norm decoder layer (targets.md 2 and 3): the target's layers, and the drafters' blocks,
// are calls of the same function over one flattened list of rows.
//   x += Wo attention(rope(q_norm(Wq n)), rope(k_norm(Wk n)), Wv n),  n = RMSNorm(x;
//   attention_norm) x += Wdown(silu(Wgate m) * Wup m),                                m =
//   RMSNorm(x; mlp_norm)
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "kernels/attention.h"
#include "kernels/gemm.h"
#include "kernels/packed_matrix.h"
#include "kernels/rope.h"

namespace dsb {

struct LayerShape {
  int64_t hidden = 0;
  int64_t num_heads = 0;
  int64_t num_kv_heads = 0;
  int64_t head_dim = 0;
  int64_t mlp = 0;
  float norm_epsilon = 0;

  int64_t query_width() const { return num_heads * head_dim; }
  int64_t kv_width() const { return num_kv_heads * head_dim; }
  int64_t qkv_width() const { return query_width() + 2 * kv_width(); }
};

struct DecoderLayer {
  std::vector<float> attention_norm;  // [hidden]
  // [query_width + 2 kv_width, hidden, or what `attention_input` is wide]: q, k, v rows,
  // rotate-half order.
  PackedMatrix qkv;
  std::vector<float> q_norm, k_norm;  // [head_dim]; empty: no q/k norm
  PackedMatrix attention_output;      // [hidden, query_width]
  std::vector<float> mlp_norm;        // [hidden]
  PackedMatrix gate_up;               // [2 mlp, hidden]: gate, then up
  PackedMatrix down;                  // [hidden, mlp]

  int64_t weight_bytes() const;   // matrices, as packed
  int64_t multiply_adds() const;  // per row
};

// Reused buffers of one pass; grows to the largest pass seen.
struct LayerScratch {
  std::vector<float> normed, qkv, attention, gate_up, mlp;
  GemmScratch gemm;
};

struct LayerCall {
  const DecoderLayer* layer = nullptr;
  const LayerShape* shape = nullptr;
  float* x = nullptr;  // [num_rows, hidden], in place
  // What q, k and v are products of, [num_rows, layer->qkv.cols()], in place of n.
  const float* attention_input = nullptr;
  const int32_t* positions = nullptr;  // [num_rows]
  int64_t num_rows = 0;
  const RopeTable* rope = nullptr;
  // Where this layer's keys and values live. This pass's rows are stored at their positions before
  // attention reads.
  std::span<const AttentionSequence> sequences;
};

void RunDecoderLayer(const LayerCall& call, LayerScratch& scratch, ThreadPool& pool);

// Normalises (if k_norm is not empty), rotates and stores key and value rows: kv = [num_rows, 2 *
// kv_width], changed in place. The shared tail of a layer's own keys and of a drafter's context
// keys.
struct StoreKeysCall {
  float* keys = nullptr;  // [num_rows, kv_width], row to row `stride` floats
  float* values = nullptr;
  int64_t stride = 0;
  const int32_t* positions = nullptr;  // [num_rows], consecutive within a sequence
  int64_t num_rows = 0;
  const LayerShape* shape = nullptr;
  std::span<const float> k_norm;
  const RopeTable* rope = nullptr;
  std::span<const AttentionSequence> sequences;
};
void NormRotateStoreKeys(const StoreKeysCall& call, ThreadPool& pool);

}  // namespace dsb
