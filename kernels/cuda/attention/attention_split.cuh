// One split of keys for a few queries of one kv head, on one block of kAttentionSplitKeys threads:
// a thread is a key while scores are made, and four dimensions of some keys while values are
// added. The same code runs with the splits side by side and one after the other.
#pragma once

#include "kernels/cuda/attention/attention.h"
#include "kernels/cuda/common/reduce.cuh"
#include "kernels/cuda/common/vectors.cuh"

namespace dsb::cuda {

constexpr int kSplitKeys = static_cast<int>(kAttentionSplitKeys);
constexpr float kNoScore = -INFINITY;

DSB_HOST_DEVICE constexpr int64_t NumAttentionSplits(int64_t keys) {
  return (keys + kAttentionSplitKeys - 1) / kAttentionSplitKeys;
}

// The block's shared memory. `work` holds the scores [key][kScoreStride], then, once they are used
// up, the partial sums of values [part][query][padded].
template <int kQueries>
struct AttentionShared {
  static constexpr int kScoreStride = kQueries == 8 ? 12 : kQueries;
  float* queries;  // [kQueries][padded]
  float* running;  // [kQueries][padded], where splits follow one another
  float* work;
  float* largest;         // [kQueries], of this split
  float* sum;             // [kQueries]
  float* joined_largest;  // [kQueries], of the splits so far
  float* joined_sum;
  float* keep;  // [kQueries], the factors of Softmax::Join
  float* take;
  int* visible;  // [kQueries]; 0: not a query

  DSB_HOST_DEVICE static int WorkFloats(int padded) {
    const int scores = kSplitKeys * kScoreStride;
    const int parts = kSplitKeys / (padded / 4) * kQueries * padded;
    return scores > parts ? scores : parts;
  }
  DSB_HOST_DEVICE static int Floats(int padded) {
    return 2 * kQueries * padded + WorkFloats(padded) + 7 * kQueries;
  }
  __device__ AttentionShared(float* shared, int padded) {
    queries = shared;
    running = queries + kQueries * padded;
    work = running + kQueries * padded;
    largest = work + WorkFloats(padded);
    sum = largest + kQueries;
    joined_largest = sum + kQueries;
    joined_sum = joined_largest + kQueries;
    keep = joined_sum + kQueries;
    take = keep + kQueries;
    visible = reinterpret_cast<int*>(take + kQueries);
  }
};

// One head's keys and values of one slot, and the keys that some query of the block sees.
struct HeadKeys {
  const float* keys;
  const float* values;
  int padded;
  int most_visible;
  int least_visible;  // all queries of the block see the keys before it
};

// scores[key][query] of the split that begins at `base`; n keys.
template <int kQueries>
__device__ void ScoreKeys(const AttentionShared<kQueries>& shared, const HeadKeys& head, int base,
                          int n, float scale) {
  const int key = static_cast<int>(threadIdx.x);
  if (key >= n) return;
  const int quads = head.padded / 4;
  const int position = base + key;
  const auto* row = reinterpret_cast<const float4*>(head.keys) +
                    static_cast<int64_t>(position / 32) * quads * 32 + position % 32;
  float dots[kQueries] = {};
#pragma unroll 4
  for (int i = 0; i < quads; ++i) {
    const float4 k = row[i * 32];
#pragma unroll
    for (int q = 0; q < kQueries; ++q) {
      const float4 x = reinterpret_cast<const float4*>(shared.queries + q * head.padded)[i];
      dots[q] = fmaf(k.x, x.x, dots[q]);
      dots[q] = fmaf(k.y, x.y, dots[q]);
      dots[q] = fmaf(k.z, x.z, dots[q]);
      dots[q] = fmaf(k.w, x.w, dots[q]);
    }
  }
#pragma unroll
  for (int q = 0; q < kQueries; q += 4) {
    *reinterpret_cast<float4*>(shared.work + key * shared.kScoreStride + q) =
        make_float4(dots[q] * scale, dots[q + 1] * scale, dots[q + 2] * scale, dots[q + 3] * scale);
  }
}

// Scores become exp(score - largest); largest and sum of each query are noted. A warp takes every
// fourth query.
template <int kQueries>
__device__ void SoftmaxScores(const AttentionShared<kQueries>& shared, int base, int n) {
  const int lane = static_cast<int>(threadIdx.x) % 32;
  for (int q = static_cast<int>(threadIdx.x) / 32; q < kQueries; q += kSplitKeys / 32) {
    const int seen = min(shared.visible[q] - base, n);
    float* scores = shared.work + q;
    float largest = kNoScore;
    for (int j = lane; j < seen; j += 32) {
      largest = fmaxf(largest, scores[j * shared.kScoreStride]);
    }
    largest = WarpMax(largest);
    float sum = 0;
    for (int j = lane; j < seen; j += 32) {
      float& score = scores[j * shared.kScoreStride];
      score = expf(score - largest);
      sum += score;
    }
    sum = WarpSum(sum);
    if (lane == 0) {
      shared.largest[q] = largest;
      shared.sum[q] = sum;
    }
  }
}

// Parts that the keys are dealt to, a power of two fixed by the head size.
__device__ __forceinline__ int ValueParts(int padded) {
  const int most = kSplitKeys / (padded / 4);
  int parts = 1;
  while (2 * parts <= most && parts < 16) parts *= 2;
  return parts;
}

// work[part][query][dim] = sum over the part's keys of weight * value.
template <int kQueries>
__device__ void AddValues(const AttentionShared<kQueries>& shared, const HeadKeys& head, int base,
                          int n) {
  const int quads = head.padded / 4;
  const int parts = ValueParts(head.padded);
  const int part = static_cast<int>(threadIdx.x) / quads;
  const int i = static_cast<int>(threadIdx.x) % quads;
  float4 acc[kQueries] = {};
  const auto add = [&](int q, float weight, const float4& v) {
    acc[q].x = fmaf(weight, v.x, acc[q].x);
    acc[q].y = fmaf(weight, v.y, acc[q].y);
    acc[q].z = fmaf(weight, v.z, acc[q].z);
    acc[q].w = fmaf(weight, v.w, acc[q].w);
  };
  if (part < parts) {
    const auto* values =
        reinterpret_cast<const float4*>(head.values) + static_cast<int64_t>(base) * quads + i;
    const int all = min(head.least_visible - base, n);
    int j = part;
#pragma unroll 4
    for (; j < all; j += parts) {
      const float4 v = values[j * quads];
      const float* weights = shared.work + j * shared.kScoreStride;
#pragma unroll
      for (int q = 0; q < kQueries; ++q) add(q, weights[q], v);
    }
    for (; j < n; j += parts) {  // keys that not all queries see
      const float4 v = values[j * quads];
#pragma unroll
      for (int q = 0; q < kQueries; ++q) {
        if (base + j < shared.visible[q]) add(q, shared.work[j * shared.kScoreStride + q], v);
      }
    }
  }
  __syncthreads();
  if (part >= parts) return;
#pragma unroll
  for (int q = 0; q < kQueries; ++q) {
    reinterpret_cast<float4*>(shared.work)[(part * kQueries + q) * quads + i] = acc[q];
  }
}

// Element `e` = [query][dim] of the split's weighted values.
template <int kQueries>
__device__ __forceinline__ float SumParts(const AttentionShared<kQueries>& shared, int padded,
                                          int e) {
  const int parts = ValueParts(padded);
  float sum = shared.work[e];
  for (int part = 1; part < parts; ++part) sum += shared.work[part * kQueries * padded + e];
  return sum;
}

// Largest score, sum of weights and one weighted value of the keys so far.
struct Softmax {
  float largest;
  float sum;

  // The factors of the sums so far and of the split that joins them.
  __device__ __forceinline__ void Join(float split_largest, float split_sum, float& keep,
                                       float& take) {
    const float both = fmaxf(largest, split_largest);
    keep = expf(largest - both);
    take = expf(split_largest - both);
    largest = both;
    sum = fmaf(sum, keep, split_sum * take);
  }
};

}  // namespace dsb::cuda
