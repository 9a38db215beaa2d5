#include "kernels/cuda/sampling/committed_rows.h"

#include "kernels/cuda/common/device.cuh"

namespace dsb::cuda {
namespace {

constexpr int kThreads = 64;

// A block a request, a thread a row.
__global__ __launch_bounds__(kThreads) void CommittedRowsKernel(CommittedRowsParams params) {
  const auto r = static_cast<int32_t>(blockIdx.x);
  const VerifyResult result = params.results[r];
  const bool none = params.requests[r].slot < 0 || result.finite == 0;
  const int32_t first = none ? 0 : params.first_rows[r];
  const int32_t accepted = none ? -1 : min(result.accepted, params.lengths[r]);
  for (auto k = static_cast<int32_t>(threadIdx.x); k <= accepted; k += kThreads) {
    params.next_tokens[first + k] =
        k < accepted ? params.drafts[int64_t{r} * params.block + k] : result.next_token;
  }
  if (threadIdx.x == 0) params.last_rows[r] = none ? -1 : first + accepted;
}

}  // namespace

void CommittedRows(const CommittedRowsParams& params, Stream stream) {
  Launch({.grid = dim3(static_cast<unsigned>(params.num_requests)),
          .block = dim3(kThreads),
          .shared_bytes = 0,
          .stream = stream},
         CommittedRowsKernel, params);
}

}  // namespace dsb::cuda
