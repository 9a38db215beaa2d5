// The first stage of a step with a gated or recurrent head: W2's input from the token before, the
// block's hidden state and the recurrent state (drafters.md 1.4).
#pragma once

#include "kernels/cuda/markov/head_values.cuh"
#include "kernels/cuda/markov/markov_item.cuh"

namespace dsb::cuda {

struct MarkovProjection : MarkovItemWork {
  // The state before this step (0) or after it (1).
  __device__ __forceinline__ float* State(int32_t r, int32_t after) const {
    const int64_t parity = (shared.item.step + after) % 2;
    return plan.states + (parity * params.drafts.num_requests + r) * int64_t{params.weights.rank};
  }

  // Eight columns of [h ; e] (gated) or [state ; e ; h] (rnn) of request r.
  __device__ __forceinline__ Eight JoinedInput(int32_t r, int32_t previous, int32_t col) const {
    const MarkovWeights& weights = params.weights;
    const bool rnn = weights.kind == MarkovKind::kRnn;
    const int32_t embedded = rnn ? weights.rank : weights.hidden;  // first column of e
    const int32_t hidden = rnn ? 2 * weights.rank : 0;             // first column of h
    Eight eight{};
    if (rnn && col < weights.rank) {
      if (shared.item.step > 0) eight = LoadEight(State(r, 0), ValueType::kF32, col);
    } else if (col >= embedded && col < embedded + weights.rank) {
      eight = LoadEight(weights.w1.data, weights.w1.type,
                        int64_t{previous} * weights.rank + col - embedded);
    } else {
      const int64_t row = int64_t{r} * params.drafts.block + shared.item.step;
      eight = LoadEight(params.hidden + row * params.hidden_stride, ValueType::kF32, col - hidden);
    }
    if (weights.projection.type == ValueType::kBf16) {
      for (float& value : eight.values) value = RoundToBf16(value);
    }
    return eight;
  }

  // Row `row` of the projection times the joined inputs; lane q gets request q's sum.
  __device__ __forceinline__ float Project(int32_t row,
                                           const int32_t (&previous)[kMarkovGroup]) const {
    const RowMatrix& projection = params.weights.projection;
    const auto lane = static_cast<int>(threadIdx.x % 32);
    float sums[kMarkovGroup] = {};
    for (int32_t col = lane * 8; col < projection.cols; col += 32 * 8) {
      const Eight weight =
          LoadEight(projection.data, projection.type, int64_t{row} * projection.cols + col);
#pragma unroll
      for (int q = 0; q < kMarkovGroup; ++q) {
        if (Active(q)) {
          sums[q] = AddProducts(weight, JoinedInput(Request(q), previous[q], col), sums[q]);
        }
      }
    }
    float own = 0;
#pragma unroll
    for (int q = 0; q < kMarkovGroup; ++q) {
      for (int lanes = 16; lanes > 0; lanes /= 2) {
        sums[q] += __shfl_xor_sync(0xffffffffu, sums[q], lanes);
      }
      if (lane == q) own = sums[q];
    }
    return own + params.weights.projection_bias[row];
  }

  // W2's input: one element of the rank a warp, for all requests of the group.
  __device__ __forceinline__ void RunProject() const {
    WaitForPreviousToken();
    const MarkovWeights& weights = params.weights;
    const auto warp = static_cast<int32_t>(threadIdx.x / 32);
    const auto lane = static_cast<int>(threadIdx.x % 32);
    const int32_t j = shared.item.slice * kMarkovWarps + warp;
    int32_t previous[kMarkovGroup];
#pragma unroll
    for (int q = 0; q < kMarkovGroup; ++q) previous[q] = Active(q) ? Previous(Request(q)) : 0;
    if (j < weights.rank) {
      const bool rnn = weights.kind == MarkovKind::kRnn;
      const float gate = 1.0f / (1.0f + expf(-Project(j, previous)));
      const float candidate = rnn ? Project(weights.rank + j, previous) : 0;
      const float output = rnn ? Project(2 * weights.rank + j, previous) : 0;
      if (lane < kMarkovGroup && Active(lane)) {
        const int32_t r = Request(lane);
        float* input = plan.inputs + int64_t{r} * weights.rank + j;
        if (rnn) {
          const float state = shared.item.step > 0 ? State(r, 0)[j] : 0;
          State(r, 1)[j] = gate * state + (1.0f - gate) * tanhf(candidate);
          *input = tanhf(output);
        } else {
          *input = LoadOne(weights.w1, Previous(r), j) * gate;
        }
      }
    }
    __syncthreads();
    if (threadIdx.x == 0) {
      __threadfence();
      atomicAdd(&Words(shared.item.step).projected, 1u);
    }
  }
};

}  // namespace dsb::cuda
