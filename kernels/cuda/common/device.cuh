// The one header that kernel sources include for the device language. Under nvcc it is CUDA; under
// a plain C++ compiler it is the runner in kernels/cudahost, which runs the same source on the CPU.
// Rules that let one source be both: Launch() in place of <<<>>>, DSB_DYNAMIC_SHARED in place of
// extern __shared__, inline PTX only in ptx.cuh, no cooperative groups, no library of device code.
// Neither build contracts a * b + c: write fmaf() where one rounding is meant.
#pragma once

#ifdef __CUDACC__
#include <cuda_bf16.h>
#include <cuda_runtime.h>
#else
#include "kernels/cudahost/device_language.h"
#include "kernels/cudahost/runner.h"
#endif

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/error.h"
#include "kernels/cuda/common/stream.h"

// T* name: the block's dynamic shared memory, 128-byte aligned, undefined at the start.
#ifdef __CUDACC__
#define DSB_DYNAMIC_SHARED(T, name)                                    \
  extern __shared__ __align__(128) unsigned char dsb_dynamic_shared[]; \
  T* const name = reinterpret_cast<T*>(dsb_dynamic_shared)
#else
#define DSB_DYNAMIC_SHARED(T, name) \
  T* const name = static_cast<T*>(::dsb::cudahost::DynamicShared())
#endif

namespace dsb::cuda {

struct LaunchShape {
  dim3 grid;
  dim3 block;
  size_t shared_bytes = 0;  // dynamic shared memory of a block, at most 227 KiB
  Stream stream = nullptr;
};

// Gives kernel(args...) to the stream. Throws (exit 3) when the launch is refused; does not wait on
// a GPU. An empty grid does nothing.
template <class... Parameters, class... Arguments>
void Launch(const LaunchShape& shape, void (*kernel)(Parameters...), Arguments... arguments) {
  if (shape.grid.x == 0 || shape.grid.y == 0 || shape.grid.z == 0) return;
#ifdef __CUDACC__
  if (shape.shared_bytes > size_t{48} * 1024) {
    (void)cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                               static_cast<int>(shape.shared_bytes));
  }
  const auto stream = reinterpret_cast<cudaStream_t>(shape.stream);
  kernel<<<shape.grid, shape.block, shape.shared_bytes, stream>>>(
      static_cast<Parameters>(arguments)...);
  if (const cudaError_t error = cudaGetLastError(); error != cudaSuccess) {
    ThrowResource(std::string("cuda: launch refused: ") + cudaGetErrorName(error));
  }
#else
  cudahost::Run({.grid = shape.grid, .block = shape.block, .shared_bytes = shape.shared_bytes},
                [&] { kernel(static_cast<Parameters>(arguments)...); });
#endif
}

}  // namespace dsb::cuda
