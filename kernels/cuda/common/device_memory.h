// Memory of the device and copies to and from it, for code that includes no CUDA header.
// Two implementations: kernels/cuda/runtime (CUDA's runtime) and kernels/cudahost (host memory that
// is filled with 0xff, copies that happen at once).
// Errors of the device are dsb::Error with exit 3. Sizes are in elements, or in bytes where named.
#pragma once

#include <cstdint>
#include <utility>

#include "kernels/cuda/common/stream.h"

namespace dsb::cuda {

struct DeviceMemoryState {
  int64_t free_bytes = 0;
  int64_t total_bytes = 0;
};
DeviceMemoryState ReadDeviceMemoryState();

[[noreturn]] void ThrowOutOfDeviceMemory(int64_t needed_bytes, int64_t free_bytes,
                                         const char* what);

// Throws with the bytes needed and free, and `what` they were for. 256-byte aligned; 0 bytes:
// nullptr.
void* AllocateDevice(int64_t num_bytes, const char* what);
void FreeDevice(void* memory) noexcept;
// Host memory that copies of a stream may read and write while the host goes on.
void* AllocatePinned(int64_t num_bytes, const char* what);
void FreePinned(void* memory) noexcept;

// Asynchronous on the stream where the host side is pinned; else the call returns once the host
// side may be reused.
void CopyBytesToDevice(void* to, const void* from, int64_t num_bytes, Stream stream);
void CopyBytesToHost(void* to, const void* from, int64_t num_bytes, Stream stream);
void CopyBytesOnDevice(void* to, const void* from, int64_t num_bytes, Stream stream);
void FillBytesZero(void* memory, int64_t num_bytes, Stream stream);
void Synchronize(Stream stream);  // waits for everything the stream was given

template <class T>
void CopyToDevice(T* to, const T* from, int64_t count, Stream stream) {
  CopyBytesToDevice(to, from, count * static_cast<int64_t>(sizeof(T)), stream);
}
template <class T>
void CopyToHost(T* to, const T* from, int64_t count, Stream stream) {
  CopyBytesToHost(to, from, count * static_cast<int64_t>(sizeof(T)), stream);
}
template <class T>
void CopyOnDevice(T* to, const T* from, int64_t count, Stream stream) {
  CopyBytesOnDevice(to, from, count * static_cast<int64_t>(sizeof(T)), stream);
}
template <class T>
void FillZero(T* memory, int64_t count, Stream stream) {
  FillBytesZero(memory, count * static_cast<int64_t>(sizeof(T)), stream);
}

// `size` elements of uninitialised memory. T is copied as bytes: no constructors run.
template <class T, void* (*kAllocate)(int64_t, const char*), void (*kFree)(void*) noexcept>
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(int64_t size, const char* what = "a buffer")
      : data_(static_cast<T*>(kAllocate(size * static_cast<int64_t>(sizeof(T)), what))),
        size_(size) {}
  Buffer(Buffer&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~Buffer() { kFree(data_); }

  T* data() { return data_; }
  const T* data() const { return data_; }
  int64_t size() const { return size_; }

 private:
  T* data_ = nullptr;
  int64_t size_ = 0;
};
template <class T>
using DeviceBuffer = Buffer<T, AllocateDevice, FreeDevice>;
template <class T>
using PinnedBuffer = Buffer<T, AllocatePinned, FreePinned>;

}  // namespace dsb::cuda
