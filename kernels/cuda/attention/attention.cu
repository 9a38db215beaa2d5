#include "kernels/cuda/attention/attention.h"

#include "kernels/cuda/attention/attention_block.cuh"

namespace dsb::cuda {
namespace {

template <int kQueries, bool kSplitOverBlocks>
__global__ __launch_bounds__(kSplitKeys, 4) void AttentionKernel(AttentionParams params,
                                                                 AttentionTiling tiling,
                                                                 AttentionWorkspace workspace) {
  DSB_DYNAMIC_SHARED(float, memory);
  const int padded = static_cast<int>(PaddedHeadDim(params.cache.head_dim));
  const AttentionBlock<kQueries> block{
      params,
      tiling,
      AttentionShared<kQueries>(memory, padded),
      static_cast<int64_t>(blockIdx.x / tiling.head_tiles) * tiling.rows_per_tile,
      static_cast<int>(blockIdx.x % tiling.head_tiles) * tiling.heads_per_tile,
      blockIdx.y,
      padded};
  const int num_rows =
      static_cast<int>(min(params.num_rows - block.first_row, int64_t{tiling.rows_per_tile}));
  const RowInfo* info = params.info + block.first_row;
  int last = 0;
  for (int first = 0; first < num_rows; first = last) {
    const int slot = info[first].slot;
    for (last = first + 1; last < num_rows && info[last].slot == slot;) ++last;
    if (slot < 0) continue;
    const HeadKeys head = block.LoadQueries(first, last, slot);
    if constexpr (kSplitOverBlocks) {
      const int split = static_cast<int>(blockIdx.z);
      if (split * kSplitKeys < head.most_visible) {
        block.RunSplit(head, split * kSplitKeys);
        StoreSplit(block, workspace, split);
      }
    } else {
      for (int split = 0; split * kSplitKeys < head.most_visible; ++split) {
        block.RunSplit(head, split * kSplitKeys);
        JoinSplit(block, split);
      }
      WriteOutput(block);
    }
    __syncthreads();
  }
}

// Joins the splits of one row and head, in their order.
__global__ __launch_bounds__(kSplitKeys) void JoinSplitsKernel(AttentionParams params,
                                                               AttentionWorkspace workspace) {
  const RowInfo info = params.info[blockIdx.x];
  if (info.slot < 0) return;
  const int64_t padded = PaddedHeadDim(params.cache.head_dim);
  const int64_t first = workspace.Index(params, blockIdx.x, blockIdx.y, 0);
  float* out =
      params.output + blockIdx.x * params.output_stride + blockIdx.y * params.cache.head_dim;
  const auto splits = static_cast<int>(NumAttentionSplits(info.visible));
  for (int64_t d = threadIdx.x; d < params.cache.head_dim; d += kSplitKeys) {
    const float* values = workspace.values + first * padded + d;
    Softmax state{workspace.sums[first].x, workspace.sums[first].y};
    float value = values[0];
#pragma unroll 4
    for (int split = 1; split < splits; ++split) {
      const float2 sums = workspace.sums[first + split];
      float keep;
      float take;
      state.Join(sums.x, sums.y, keep, take);
      value = fmaf(value, keep, values[split * padded] * take);
    }
    out[d] = value / state.sum;
  }
}

template <int kQueries>
void LaunchAttention(const AttentionParams& params, bool split_over_blocks, Stream stream) {
  const int group = static_cast<int>(params.num_heads / params.cache.num_kv_heads);
  const int heads = group < kQueries ? group : kQueries;
  const AttentionTiling tiling{.group = group,
                               .heads_per_tile = heads,
                               .rows_per_tile = kQueries / heads,
                               .head_tiles = (group + heads - 1) / heads};
  const int64_t padded = PaddedHeadDim(params.cache.head_dim);
  const int64_t splits = split_over_blocks ? NumAttentionSplits(params.cache.capacity) : 1;
  const int64_t entries = params.num_rows * params.num_heads * splits;
  const AttentionWorkspace workspace{
      .values = params.workspace,
      .sums = split_over_blocks ? reinterpret_cast<float2*>(params.workspace + entries * padded)
                                : nullptr,
      .num_splits = splits};
  const int floats = AttentionShared<kQueries>::Floats(static_cast<int>(padded));
  Launch({.grid =
              dim3(BlocksFor(params.num_rows, tiling.rows_per_tile) *
                       static_cast<unsigned>(tiling.head_tiles),
                   static_cast<unsigned>(params.cache.num_kv_heads), static_cast<unsigned>(splits)),
          .block = dim3(kSplitKeys),
          .shared_bytes = sizeof(float) * static_cast<size_t>(floats),
          .stream = stream},
         split_over_blocks ? AttentionKernel<kQueries, true> : AttentionKernel<kQueries, false>,
         params, tiling, workspace);
  if (!split_over_blocks) return;
  Launch({.grid =
              dim3(static_cast<unsigned>(params.num_rows), static_cast<unsigned>(params.num_heads)),
          .block = dim3(kSplitKeys),
          .shared_bytes = 0,
          .stream = stream},
         JoinSplitsKernel, params, workspace);
}

}  // namespace

int64_t AttentionWorkspaceFloats(int64_t max_rows, int64_t num_heads, int64_t head_dim,
                                 int64_t capacity) {
  if (capacity <= kAttentionSplitKeys) return 0;
  const int64_t rows = max_rows < kAttentionSplitRows ? max_rows : kAttentionSplitRows;
  return rows * num_heads * NumAttentionSplits(capacity) * (PaddedHeadDim(head_dim) + 2);
}

void Attention(const AttentionParams& params, Stream stream) {
  if (params.num_rows == 0) return;
  DSB_CHECK(params.cache.head_dim <= 4 * kAttentionSplitKeys);
  DSB_CHECK(params.num_heads % params.cache.num_kv_heads == 0);
  const bool split_over_blocks = params.workspace != nullptr &&
                                 params.num_rows <= kAttentionSplitRows &&
                                 params.cache.capacity > kAttentionSplitKeys;
  if (params.num_heads / params.cache.num_kv_heads * params.num_rows <= 4) {
    LaunchAttention<4>(params, split_over_blocks, stream);
  } else {
    LaunchAttention<8>(params, split_over_blocks, stream);
  }
}

}  // namespace dsb::cuda
