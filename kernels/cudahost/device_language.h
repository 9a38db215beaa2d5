// CUDA's device language for a plain C++ compiler: built-in variables, barriers, warp operations,
// atomics and the functions that NVIDIA's headers give to device code only. Included through
// kernels/cuda/common/device.cuh. NVIDIA's own headers supply the vector types, bf16 and half, and
// make
// __global__ and __device__ empty. Left out on purpose: __activemask, grid-wide sync, clusters,
// textures. A static __shared__ array is not cleared between blocks.
#pragma once

#include <cuda_bf16.h>
#include <cuda_runtime_api.h>
#include <vector_functions.h>

// A worker runs one block at a time: what is local to the OS thread is shared by the block.
#undef __shared__
#define __shared__ static thread_local
#undef __launch_bounds__
#define __launch_bounds__(...)

#include "kernels/cudahost/block_calls.h"

// Set by the scheduler at every switch.
inline constinit thread_local uint3 threadIdx{0, 0, 0};
inline constinit thread_local uint3 blockIdx{0, 0, 0};
inline constinit thread_local uint3 blockDim{0, 0, 0};
inline constinit thread_local uint3 gridDim{0, 0, 0};
inline constexpr int warpSize = 32;

#include "kernels/cudahost/device_functions.h"
#include "kernels/cudahost/mma.h"
#include "kernels/cudahost/warp.h"
