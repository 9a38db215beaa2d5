// Everything that one owner wants to have on the device: asked for first, then allocated in one
// piece and filled. So a device that is too small is refused at set-up, with the bytes of all parts
// in one message, and nothing is allocated later. Pointers handed in are written by Allocate; their
// owners must not move before it. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "kernels/cuda/common/device_memory.h"
#include "kernels/cuda/common/stream.h"
#include "kernels/cuda/gemm/device_matrix.h"
#include "kernels/packed_matrix.h"

namespace dsb {

class DevicePlan {
 public:
  enum class Kind { kWeights, kCaches, kBuffers };

  // `count` elements of undefined contents.
  template <class T>
  void Add(T*& pointer, int64_t count, Kind kind = Kind::kBuffers) {
    AddPlaced(Bytes<T>(count), kind,
              [&pointer](std::byte* data) { pointer = reinterpret_cast<T*>(data); });
  }
  template <class T>
  void AddZeroed(T*& pointer, int64_t count) {
    Add(pointer, count);
    entries_.back().zeroed = true;
  }
  // Filled by `fill`, which gets host memory of `count` elements during Allocate.
  template <class T>
  void AddFilled(const T*& pointer, int64_t count, std::function<void(std::span<T>)> fill) {
    AddPlaced(Bytes<T>(count), Kind::kWeights,
              [&pointer](std::byte* data) { pointer = reinterpret_cast<const T*>(data); });
    entries_.back().fill = [count, fill = std::move(fill)](std::byte* host) {
      fill(std::span(reinterpret_cast<T*>(host), static_cast<size_t>(count)));
    };
  }
  // `values` outlive Allocate.
  template <class T>
  void AddCopy(const T*& pointer, std::span<const T> values) {
    AddFilled<T>(pointer, static_cast<int64_t>(values.size()), [values](std::span<T> host) {
      std::memcpy(host.data(), values.data(), values.size_bytes());
    });
  }
  // These bytes.
  void AddBytes(const void*& pointer, std::vector<uint8_t> bytes);
  // `matrix` outlives Allocate.
  void AddMatrix(cuda::DeviceMatrix& view, const PackedMatrix& matrix);
  // Memory whose address several pointers depend on.
  void AddPlaced(int64_t bytes, Kind kind, std::function<void(std::byte* device)> place);
  // Runs once everything is in place.
  void AfterUpload(std::function<void(cuda::Stream)> run) { after_.push_back(std::move(run)); }

  int64_t bytes() const;
  // kResource naming `what`, the bytes by kind and the bytes free. The plan is used up.
  cuda::DeviceBuffer<std::byte> Allocate(const std::string& what, cuda::Stream stream);

 private:
  struct Entry {
    int64_t bytes = 0;
    Kind kind = Kind::kBuffers;
    bool zeroed = false;
    std::function<void(std::byte*)> place;
    std::function<void(std::byte*)> fill;
  };
  template <class T>
  static int64_t Bytes(int64_t count) {
    return count * static_cast<int64_t>(sizeof(T));
  }
  int64_t BytesOf(Kind kind) const;

  std::vector<Entry> entries_;
  std::vector<std::function<void(cuda::Stream)>> after_;
};

}  // namespace dsb
