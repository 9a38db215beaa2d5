// A block's part of attention: which rows and heads it has, how it loads them, and where the
// results of a split of keys go: to the workspace, or joined to those of the splits before it.
#pragma once

#include "kernels/cuda/attention/attention_split.cuh"

namespace dsb::cuda {

// How query rows and heads are dealt to blocks: rows_per_tile rows by heads_per_tile heads of one
// kv head, at most kQueries in all.
struct AttentionTiling {
  int group;  // query heads of a kv head
  int heads_per_tile;
  int rows_per_tile;
  int head_tiles;
};

// Where the splits of a row leave their results: values [row][head][split][padded], then
// {largest, sum} [row][head][split].
struct AttentionWorkspace {
  float* values;
  float2* sums;
  int64_t num_splits;

  __device__ __forceinline__ int64_t Index(const AttentionParams& params, int64_t row, int64_t head,
                                           int64_t split) const {
    return (row * params.num_heads + head) * num_splits + split;
  }
};

// The rows first .. last-1 of a tile, which are of one slot.
template <int kQueries>
struct AttentionBlock {
  const AttentionParams& params;
  const AttentionTiling& tiling;
  AttentionShared<kQueries> shared;
  int64_t first_row;  // of the tile
  int first_head;     // of the tile, within the group
  int64_t kv_head;
  int padded;

  __device__ int64_t Row(int q) const { return first_row + q / tiling.heads_per_tile; }
  __device__ int64_t Head(int q) const {
    return kv_head * tiling.group + first_head + q % tiling.heads_per_tile;
  }

  // Fills queries and visible; returns the slot's keys.
  __device__ HeadKeys LoadQueries(int first, int last, int slot) const {
    const int dim = static_cast<int>(params.cache.head_dim);
    HeadKeys head{};
    head.padded = padded;
    const int64_t at = KvHeadOffset(params.cache, slot, kv_head);
    head.keys = params.cache.keys + at;
    head.values = params.cache.values + at;
    head.least_visible = static_cast<int>(params.cache.capacity);
    for (int r = first; r < last; ++r) {
      const int visible = params.info[first_row + r].visible;
      head.most_visible = max(head.most_visible, visible);
      head.least_visible = min(head.least_visible, visible);
    }
    for (int e = static_cast<int>(threadIdx.x); e < kQueries * padded; e += kSplitKeys) {
      const int q = e / padded;
      const int row = q / tiling.heads_per_tile;
      const bool is_query =
          row >= first && row < last && first_head + q % tiling.heads_per_tile < tiling.group;
      const int d = e % padded;
      shared.queries[e] = is_query && d < dim
                              ? params.queries[Row(q) * params.query_stride + Head(q) * dim + d]
                              : 0.0f;
      if (d == 0) shared.visible[q] = is_query ? params.info[Row(q)].visible : 0;
    }
    __syncthreads();
    return head;
  }

  __device__ void RunSplit(const HeadKeys& head, int base) const {
    const int n = min(head.most_visible - base, kSplitKeys);
    ScoreKeys(shared, head, base, n, params.scale);
    __syncthreads();
    SoftmaxScores(shared, base, n);
    __syncthreads();
    AddValues(shared, head, base, n);
    __syncthreads();
  }
};

template <int kQueries>
__device__ void StoreSplit(const AttentionBlock<kQueries>& block,
                           const AttentionWorkspace& workspace, int split) {
  for (int e = static_cast<int>(threadIdx.x); e < kQueries * block.padded; e += kSplitKeys) {
    const int q = e / block.padded;
    const int d = e % block.padded;
    if (block.shared.visible[q] <= split * kSplitKeys) continue;
    const int64_t at = workspace.Index(block.params, block.Row(q), block.Head(q), split);
    workspace.values[at * block.padded + d] = SumParts(block.shared, block.padded, e);
    if (d == 0) {
      workspace.sums[at] = make_float2(block.shared.largest[q], block.shared.sum[q]);
    }
  }
}

// Joins a split to what came before it.
template <int kQueries>
__device__ void JoinSplit(const AttentionBlock<kQueries>& block, int split) {
  const AttentionShared<kQueries>& shared = block.shared;
  if (const int q = static_cast<int>(threadIdx.x); q < kQueries) {
    Softmax state{shared.joined_largest[q], shared.joined_sum[q]};
    if (split == 0) {
      state = {shared.largest[q], shared.sum[q]};
    } else if (shared.visible[q] > split * kSplitKeys) {
      state.Join(shared.largest[q], shared.sum[q], shared.keep[q], shared.take[q]);
    }
    shared.joined_largest[q] = state.largest;
    shared.joined_sum[q] = state.sum;
  }
  __syncthreads();
  for (int e = static_cast<int>(threadIdx.x); e < kQueries * block.padded; e += kSplitKeys) {
    const int q = e / block.padded;
    if (shared.visible[q] <= split * kSplitKeys) continue;
    const float value = SumParts(shared, block.padded, e);
    float& sum = shared.running[e];
    sum = split == 0 ? value : fmaf(sum, shared.keep[q], value * shared.take[q]);
  }
  __syncthreads();
}

template <int kQueries>
__device__ void WriteOutput(const AttentionBlock<kQueries>& block) {
  const int dim = static_cast<int>(block.params.cache.head_dim);
  for (int e = static_cast<int>(threadIdx.x); e < kQueries * block.padded; e += kSplitKeys) {
    const int q = e / block.padded;
    const int d = e % block.padded;
    if (block.shared.visible[q] == 0 || d >= dim) continue;
    float* out =
        block.params.output + block.Row(q) * block.params.output_stride + block.Head(q) * dim;
    out[d] = block.shared.running[e] / block.shared.joined_sum[q];
  }
}

}  // namespace dsb::cuda
