#include "harness/machine/gpu_state.h"

#ifdef DSB_WITH_CUDA
#include <cuda_runtime_api.h>
#endif

namespace dsb {
namespace {

#ifdef DSB_WITH_CUDA
GpuProbe Probe() {
  GpuProbe probe;
  cudaRuntimeGetVersion(&probe.runtime_version);
  cudaDriverGetVersion(&probe.driver_version);
  int count = 0;  // not written if there is no driver
  const cudaError_t error = cudaGetDeviceCount(&count);
  probe.state = ClassifyGpu(static_cast<int>(error), probe.driver_version, count);
  if (error != cudaSuccess) probe.error = cudaGetErrorName(error);
  cudaGetLastError();  // the next launch must not find this one's error
  if (probe.state != GpuState::kReady) return probe;
  for (int device = 0; device < count; ++device) {
    cudaDeviceProp properties{};
    const cudaError_t found = cudaGetDeviceProperties(&properties, device);
    if (found != cudaSuccess) {
      cudaGetLastError();
      probe.state = GpuState::kOther;
      probe.error = cudaGetErrorName(found);
      probe.devices.clear();
      return probe;
    }
    probe.devices.push_back({.name = properties.name,
                             .memory_bytes = static_cast<int64_t>(properties.totalGlobalMem),
                             .capability_major = properties.major,
                             .capability_minor = properties.minor,
                             .num_multiprocessors = properties.multiProcessorCount});
  }
  return probe;
}
#else
GpuProbe Probe() { return {}; }
#endif

}  // namespace

const GpuProbe& ProbeGpu() {
  static const GpuProbe probe = Probe();
  return probe;
}

}  // namespace dsb
