#include "kernels/cuda/markov/confidence.h"

#include "kernels/cuda/markov/head_values.cuh"
#include "kernels/cuda/sampling/vocabulary.cuh"

namespace dsb::cuda {
namespace {

constexpr int kThreads = 128;

// A warp per (offset, request).
__global__ __launch_bounds__(kThreads) void ConfidenceKernel(ConfidenceParams params) {
  const DraftRows& drafts = params.drafts;
  const auto lane = static_cast<int32_t>(threadIdx.x % 32);
  const int64_t row = int64_t{blockIdx.x} * (kThreads / 32) + threadIdx.x / 32;
  if (row >= int64_t{drafts.num_requests} * drafts.block) return;
  const auto r = static_cast<int32_t>(row / drafts.block);
  const auto k = static_cast<int32_t>(row % drafts.block);
  if (params.requests[r].slot < 0 || k >= drafts.num_drafted[r]) return;
  const float* hidden = params.hidden + row * params.hidden_stride;
  double sum = 0;
  for (int32_t i = lane; i < params.hidden_size; i += 32) {
    sum += static_cast<double>(params.weights[i]) * static_cast<double>(hidden[i]);
  }
  if (params.w1.data != nullptr) {
    const int32_t previous = k == 0 ? params.requests[r].anchor : drafts.tokens[row - 1];
    for (int32_t i = lane; i < params.w1.cols; i += 32) {
      sum += static_cast<double>(params.weights[params.hidden_size + i]) *
             static_cast<double>(LoadOne(params.w1, previous, i));
    }
  }
  sum = WarpSum(sum) + static_cast<double>(params.bias);
  if (lane == 0) params.confidence[row] = static_cast<float>(1 / (1 + exp(-sum)));
}

}  // namespace

void Confidence(const ConfidenceParams& params, Stream stream) {
  const int64_t rows = int64_t{params.drafts.num_requests} * params.drafts.block;
  constexpr int64_t kRows = kThreads / 32;
  Launch({.grid = dim3(static_cast<unsigned>((rows + kRows - 1) / kRows)),
          .block = dim3(kThreads),
          .stream = stream},
         ConfidenceKernel, params);
}

}  // namespace dsb::cuda
