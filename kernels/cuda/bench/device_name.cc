#include "kernels/cuda/bench/device_name.h"

#include <cuda_runtime_api.h>

namespace dsb::bench {

std::string DeviceName() {
  cudaDeviceProp properties{};
  if (cudaGetDeviceProperties(&properties, 0) != cudaSuccess) return "";
  return properties.name;
}

}  // namespace dsb::bench
