#include "kernels/cuda/rows/copy_rows.h"

#include "kernels/cuda/common/vectors.cuh"

namespace dsb::cuda {
namespace {

constexpr int kThreads = 128;

__global__ __launch_bounds__(kThreads) void CopyRowsKernel(CopyRowsParams params, bool aligned) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (4 * i >= params.size) return;
  const auto row = static_cast<int64_t>(blockIdx.y);
  const int64_t source = params.sources != nullptr ? params.sources[row] : row;
  const int64_t target = params.targets != nullptr ? params.targets[row] : row;
  if (source < 0 || target < 0) return;
  const float4 value = Load4(params.input + source * params.input_stride, i, params.size, aligned);
  Store4(params.output + target * params.output_stride, i, params.size, aligned, value);
}

}  // namespace

void CopyRows(const CopyRowsParams& params, Stream stream) {
  Launch({.grid = dim3(BlocksFor((params.size + 3) / 4, kThreads),
                       static_cast<unsigned>(params.num_rows)),
          .block = dim3(kThreads),
          .shared_bytes = 0,
          .stream = stream},
         CopyRowsKernel, params,
         AlignedRows(params.input, params.input_stride) &&
             AlignedRows(params.output, params.output_stride));
}

}  // namespace dsb::cuda
