// Small arrays that exist twice, on the host (pinned) and on the device, side by side, so that one
// copy moves all of them: what a round needs from the host, and what the host needs from it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "engines/device/device_plan.h"
#include "kernels/cuda/common/device_memory.h"

namespace dsb {

template <class T>
struct Mirrored {
  T* host = nullptr;
  T* device = nullptr;
  int64_t count = 0;
  std::span<T> values() const { return {host, static_cast<size_t>(count)}; }
};

class MirrorBlock {
 public:
  // `field` must not move before the plan is allocated.
  template <class T>
  void Add(Mirrored<T>& field, int64_t count) {
    field.count = count;
    const int64_t offset = bytes_;
    bytes_ += (count * static_cast<int64_t>(sizeof(T)) + 15) / 16 * 16;
    place_.push_back([&field, offset](std::byte* host, std::byte* device) {
      field.host = reinterpret_cast<T*>(host + offset);
      field.device = reinterpret_cast<T*>(device + offset);
    });
  }
  // After the last Add.
  void Plan(DevicePlan& plan) {
    plan.AddPlaced(bytes_, DevicePlan::Kind::kBuffers, [this](std::byte* device) {
      host_ = cuda::PinnedBuffer<std::byte>(bytes_, "a round's tokens and requests");
      device_ = device;
      for (const auto& place : place_) place(host_.data(), device);
    });
  }
  void CopyToDevice(cuda::Stream stream) {
    cuda::CopyToDevice(device_, host_.data(), bytes_, stream);
  }
  void CopyToHost(cuda::Stream stream) { cuda::CopyToHost(host_.data(), device_, bytes_, stream); }

 private:
  int64_t bytes_ = 0;
  std::vector<std::function<void(std::byte*, std::byte*)>> place_;
  cuda::PinnedBuffer<std::byte> host_;
  std::byte* device_ = nullptr;
};

}  // namespace dsb
