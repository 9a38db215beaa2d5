// The second stage of a step: base logits plus W2 times the input, a slice of the vocabulary an
// item, and the largest entry of each row, which is a greedy request's token.
#pragma once

#include "kernels/cuda/markov/head_values.cuh"
#include "kernels/cuda/markov/markov_item.cuh"

namespace dsb::cuda {

struct MarkovLogits : MarkovItemWork {
  __device__ __forceinline__ void LoadInputs() const {
    const MarkovWeights& weights = params.weights;
    const auto thread = static_cast<int32_t>(threadIdx.x);
    if (weights.kind == MarkovKind::kVanilla) {
      WaitForPreviousToken();
    } else {
      WaitFor(&Words(shared.item.step).projected, static_cast<uint32_t>(plan.num_projections));
    }
    for (int q = 0; q < kMarkovGroup; ++q) {
      if (!Active(q)) continue;
      const int32_t r = Request(q);
      const int32_t previous = weights.kind == MarkovKind::kVanilla ? Previous(r) : 0;
      for (int32_t i = thread; i < weights.rank; i += kMarkovThreads) {
        const float value = weights.kind == MarkovKind::kVanilla
                                ? LoadOne(weights.w1, previous, i)
                                : plan.inputs[int64_t{r} * weights.rank + i];
        shared.inputs[q][i] = weights.w2.type == ValueType::kBf16 ? RoundToBf16(value) : value;
      }
    }
    __syncthreads();
  }

  // kMarkovRows rows of W2 times the inputs, in kMarkovSplits parts of the columns: a lane a row.
  __device__ __forceinline__ void Multiply(int32_t first_row) const {
    const MarkovWeights& weights = params.weights;
    const auto warp = static_cast<int32_t>(threadIdx.x / 32);
    const auto lane = static_cast<int32_t>(threadIdx.x % 32);
    const int32_t half = warp % (kMarkovRows / 32);
    const int32_t split = warp / (kMarkovRows / 32);
    const int32_t tile = first_row / 32 + half;
    const int32_t pieces = weights.rank / 8;
    float sums[kMarkovGroup] = {};
    if (tile * 32 < params.drafts.draft_vocab) {
      const int32_t end = (split + 1) * pieces / kMarkovSplits;
      for (int32_t piece = split * pieces / kMarkovSplits; piece < end; ++piece) {
        const int64_t at = ((int64_t{tile} * pieces + piece) * 32 + lane) * 8;
        const Eight weight = LoadEight(weights.w2.data, weights.w2.type, at);
#pragma unroll
        for (int q = 0; q < kMarkovGroup; ++q) {
          if (Active(q)) {
            sums[q] = AddProducts(weight, LoadEight(shared.inputs[q], ValueType::kF32, piece * 8),
                                  sums[q]);
          }
        }
      }
    }
#pragma unroll
    for (int q = 0; q < kMarkovGroup; ++q) {
      if (Active(q)) shared.partial[split][q][half * 32 + lane] = sums[q];
    }
    __syncthreads();
  }

  // Adds the bias to a slice of the logits of all requests; warp q serves request q.
  __device__ __forceinline__ void RunLogits() const {
    LoadInputs();
    const auto q = static_cast<int>(threadIdx.x / 32);
    const auto lane = static_cast<int32_t>(threadIdx.x % 32);
    const int32_t vocab = params.drafts.draft_vocab;
    const int32_t begin = shared.item.slice * plan.slice_rows;
    const int32_t end = min(begin + plan.slice_rows, vocab);
    float* row = Row(Request(q));
    Peak peak{-INFINITY, INT32_MAX};
    for (int32_t first = begin; first < end; first += kMarkovRows) {
      Multiply(first);
      for (int32_t at = lane; Active(q) && at < kMarkovRows && first + at < vocab; at += 32) {
        const float bias = (shared.partial[0][q][at] + shared.partial[1][q][at]) +
                           (shared.partial[2][q][at] + shared.partial[3][q][at]);
        const float logit = row[first + at] + bias;
        row[first + at] = logit;
        peak.Take(logit, first + at);
      }
      __syncthreads();
    }
    peak = WarpPeak(peak);
    if (lane == 0 && Active(q)) {
      plan.slice_peaks[int64_t{Request(q)} * plan.num_slices + shared.item.slice] = peak;
    }
    MarkovWords& words = Words(shared.item.step);
    if (!ArriveLast(&words.biased, static_cast<uint32_t>(plan.num_slices), shared.last)) return;
    if (Active(q)) FinishLogits(q);
    Publish(shared.sampled != 0 ? &words.peaks : &words.chosen, 1);
  }

  // By one warp: the row's maximum, which is a greedy request's token.
  __device__ __forceinline__ void FinishLogits(int q) const {
    const int32_t r = Request(q);
    const auto lane = static_cast<int32_t>(threadIdx.x % 32);
    Peak peak{-INFINITY, INT32_MAX};
    for (int32_t i = lane; i < plan.num_slices; i += 32) {
      const Peak slice = plan.slice_peaks[int64_t{r} * plan.num_slices + i];
      peak.Take(slice.value, slice.index);
    }
    peak = WarpPeak(peak);
    if (lane != 0) return;
    if (Sampled(q)) {
      plan.row_peaks[r] = peak.value;
    } else {
      Record(r, peak.index < params.drafts.draft_vocab ? peak.index : 0);
    }
  }
};

}  // namespace dsb::cuda
