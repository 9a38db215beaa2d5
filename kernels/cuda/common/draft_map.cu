#include "kernels/cuda/common/device.cuh"
#include "kernels/cuda/common/draft_map.h"

namespace dsb::cuda {
namespace {

constexpr int kThreads = 512;

// One block: the second half writes over what the first wrote.
__global__ __launch_bounds__(kThreads) void InvertKernel(DraftMapParams params) {
  const auto thread = static_cast<int32_t>(threadIdx.x);
  for (int32_t i = thread; i < params.target_vocab; i += kThreads) params.draft_indices[i] = -1;
  __syncthreads();
  for (int32_t i = thread; i < params.draft_vocab; i += kThreads) {
    const int32_t id = params.target_ids[i];
    if (id >= 0 && id < params.target_vocab) params.draft_indices[id] = i;
  }
}

}  // namespace

void InvertDraftMap(const DraftMapParams& params, Stream stream) {
  Launch({.grid = dim3(1), .block = dim3(kThreads), .stream = stream}, InvertKernel, params);
}

}  // namespace dsb::cuda
