// CUDA runtime errors as dsb::Error with exit 3, for the files of this folder.
#pragma once

#include <cuda_runtime_api.h>

#include <string>

#include "base/error.h"
#include "kernels/cuda/common/stream.h"

namespace dsb::cuda {

// `what` is the call, as a user may look it up.
inline void Check(cudaError_t error, const char* what) {
  if (error == cudaSuccess) return;
  (void)cudaGetLastError();
  ThrowResource(std::string("cuda: ") + what + ": " + cudaGetErrorName(error) + ", " +
                cudaGetErrorString(error));
}

inline cudaStream_t Native(StreamTag* stream) { return reinterpret_cast<cudaStream_t>(stream); }

}  // namespace dsb::cuda
