// kernels/cuda/common/device_memory.h by CUDA's runtime.
#include "kernels/cuda/common/device_memory.h"

#include "kernels/cuda/runtime/check.h"

namespace dsb::cuda {

DeviceMemoryState ReadDeviceMemoryState() {
  size_t free_bytes = 0;
  size_t total_bytes = 0;
  Check(cudaMemGetInfo(&free_bytes, &total_bytes), "cudaMemGetInfo");
  return {.free_bytes = static_cast<int64_t>(free_bytes),
          .total_bytes = static_cast<int64_t>(total_bytes)};
}

void* AllocateDevice(int64_t num_bytes, const char* what) {
  if (num_bytes == 0) return nullptr;
  void* memory = nullptr;
  const cudaError_t error = cudaMalloc(&memory, static_cast<size_t>(num_bytes));
  if (error == cudaErrorMemoryAllocation) {
    (void)cudaGetLastError();
    ThrowOutOfDeviceMemory(num_bytes, ReadDeviceMemoryState().free_bytes, what);
  }
  Check(error, "cudaMalloc");
  return memory;
}

void FreeDevice(void* memory) noexcept { (void)cudaFree(memory); }

void* AllocatePinned(int64_t num_bytes, const char* what) {
  if (num_bytes == 0) return nullptr;
  void* memory = nullptr;
  const cudaError_t error =
      cudaHostAlloc(&memory, static_cast<size_t>(num_bytes), cudaHostAllocDefault);
  if (error == cudaErrorMemoryAllocation) {
    (void)cudaGetLastError();
    ThrowResource("pinned host memory: " + std::string(what) + " needs " +
                  std::to_string(num_bytes) + " bytes, which cannot be had");
  }
  Check(error, "cudaHostAlloc");
  return memory;
}

void FreePinned(void* memory) noexcept { (void)cudaFreeHost(memory); }

void CopyBytesToDevice(void* to, const void* from, int64_t num_bytes, Stream stream) {
  if (num_bytes == 0) return;
  Check(cudaMemcpyAsync(to, from, static_cast<size_t>(num_bytes), cudaMemcpyHostToDevice,
                        Native(stream)),
        "cudaMemcpyAsync to the device");
}

void CopyBytesToHost(void* to, const void* from, int64_t num_bytes, Stream stream) {
  if (num_bytes == 0) return;
  Check(cudaMemcpyAsync(to, from, static_cast<size_t>(num_bytes), cudaMemcpyDeviceToHost,
                        Native(stream)),
        "cudaMemcpyAsync to the host");
}

void CopyBytesOnDevice(void* to, const void* from, int64_t num_bytes, Stream stream) {
  if (num_bytes == 0) return;
  Check(cudaMemcpyAsync(to, from, static_cast<size_t>(num_bytes), cudaMemcpyDeviceToDevice,
                        Native(stream)),
        "cudaMemcpyAsync on the device");
}

void FillBytesZero(void* memory, int64_t num_bytes, Stream stream) {
  if (num_bytes == 0) return;
  Check(cudaMemsetAsync(memory, 0, static_cast<size_t>(num_bytes), Native(stream)),
        "cudaMemsetAsync");
}

void Synchronize(Stream stream) {
  Check(cudaStreamSynchronize(Native(stream)), "cudaStreamSynchronize");
}

}  // namespace dsb::cuda
