#include "engines/device/device_plan.h"

#include <utility>

#include "base/error.h"
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

namespace dsb {
namespace {

// Every part starts on a line that kernels' wide loads like.
constexpr int64_t kAlignment = 256;

#ifdef __SANITIZE_ADDRESS__
// Builds with the address sanitizer run kernels on the host: a part's end is watched although all
// parts are one allocation.
constexpr int64_t kGap = kAlignment;
void Guard(const std::byte* end, const std::byte* next) {
  ASAN_POISON_MEMORY_REGION(end, static_cast<size_t>(next - end));
}
#else
constexpr int64_t kGap = 0;
void Guard(const std::byte* /*end*/, const std::byte* /*next*/) {}
#endif

int64_t Aligned(int64_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment + kGap; }

}  // namespace

void DevicePlan::AddMatrix(cuda::DeviceMatrix& view, const PackedMatrix& matrix) {
  AddPlaced(cuda::DeviceMatrixBytes(matrix), Kind::kWeights,
            [&view, &matrix](std::byte* data) { view = cuda::MakeDeviceMatrix(matrix, data); });
  entries_.back().fill = [&matrix](std::byte* host) {
    cuda::PackDeviceMatrix(matrix, {host, static_cast<size_t>(cuda::DeviceMatrixBytes(matrix))});
  };
}

void DevicePlan::AddBytes(const void*& pointer, std::vector<uint8_t> bytes) {
  AddPlaced(static_cast<int64_t>(bytes.size()), Kind::kWeights,
            [&pointer](std::byte* data) { pointer = data; });
  entries_.back().fill = [bytes = std::move(bytes)](std::byte* host) {
    std::memcpy(host, bytes.data(), bytes.size());
  };
}

void DevicePlan::AddPlaced(int64_t bytes, Kind kind, std::function<void(std::byte*)> place) {
  DSB_CHECK(bytes >= 0);
  entries_.push_back(
      {.bytes = bytes, .kind = kind, .zeroed = false, .place = std::move(place), .fill = {}});
}

int64_t DevicePlan::BytesOf(Kind kind) const {
  int64_t sum = 0;
  for (const Entry& entry : entries_) sum += entry.kind == kind ? Aligned(entry.bytes) : 0;
  return sum;
}

int64_t DevicePlan::bytes() const {
  return BytesOf(Kind::kWeights) + BytesOf(Kind::kCaches) + BytesOf(Kind::kBuffers);
}

cuda::DeviceBuffer<std::byte> DevicePlan::Allocate(const std::string& what, cuda::Stream stream) {
  const std::string named = what + " (weights " + std::to_string(BytesOf(Kind::kWeights)) +
                            ", keys and values " + std::to_string(BytesOf(Kind::kCaches)) +
                            ", buffers " + std::to_string(BytesOf(Kind::kBuffers)) + " bytes)";
  cuda::DeviceBuffer<std::byte> memory(bytes(), named.c_str());
  std::byte* next = memory.data();
  std::vector<std::byte> host;
  for (const Entry& entry : entries_) {
    entry.place(next);
    if (entry.zeroed) cuda::FillZero(next, entry.bytes, stream);
    if (entry.fill && entry.bytes > 0) {
      host.assign(static_cast<size_t>(entry.bytes), std::byte{0});
      entry.fill(host.data());
      cuda::CopyToDevice(next, host.data(), entry.bytes, stream);
    }
    Guard(next + entry.bytes, next + Aligned(entry.bytes));
    next += Aligned(entry.bytes);
  }
  entries_.clear();
  for (const auto& run : std::exchange(after_, {})) run(stream);
  cuda::Synchronize(stream);
  return memory;
}

}  // namespace dsb
