// kernels/cuda/common/device_memory.h on the host: aligned host memory filled with 0xff, copies at
// once.
#include "kernels/cuda/common/device_memory.h"
#include "kernels/cuda/common/stream_events.h"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>

#include "base/error.h"
#include "kernels/cudahost/runner.h"

namespace dsb::cudahost {
namespace {

constexpr int64_t kNoLimit = std::numeric_limits<int64_t>::max();
constexpr int64_t kAlignment = 256;

std::atomic<int64_t>& Limit() {
  static std::atomic<int64_t> limit{kNoLimit};
  return limit;
}
std::atomic<int64_t>& Used() {
  static std::atomic<int64_t> used{0};
  return used;
}

// The size stands in front of the memory, for Used().
void* Allocate(int64_t num_bytes) {
  void* memory = nullptr;
  // Not aligned_alloc, whose sizes are whole alignments: the byte after the last must be nobody's.
  if (posix_memalign(&memory, kAlignment, static_cast<size_t>(kAlignment + num_bytes)) != 0) {
    ThrowResource("no memory for " + std::to_string(num_bytes) + " bytes");
  }
  auto* const start = static_cast<char*>(memory);
  std::memcpy(start, &num_bytes, sizeof(num_bytes));
  std::memset(start + kAlignment, 0xff, static_cast<size_t>(num_bytes));
  return start + kAlignment;
}

int64_t Free(void* memory) {
  char* const start = static_cast<char*>(memory) - kAlignment;
  int64_t num_bytes = 0;
  std::memcpy(&num_bytes, start, sizeof(num_bytes));
  std::free(start);
  return num_bytes;
}

}  // namespace

ScopedMemoryLimit::ScopedMemoryLimit(int64_t num_bytes) : before_(Limit().exchange(num_bytes)) {}
ScopedMemoryLimit::~ScopedMemoryLimit() { Limit() = before_; }

}  // namespace dsb::cudahost

namespace dsb::cuda {

using Clock = std::chrono::steady_clock;

struct Event::State {
  Clock::time_point time;
};
struct Graph::State {};

DeviceMemoryState ReadDeviceMemoryState() {
  const int64_t limit = cudahost::Limit();
  return {.free_bytes = limit - cudahost::Used(), .total_bytes = limit};
}

void* AllocateDevice(int64_t num_bytes, const char* what) {
  if (num_bytes == 0) return nullptr;
  const int64_t free_bytes = ReadDeviceMemoryState().free_bytes;
  if (num_bytes > free_bytes) ThrowOutOfDeviceMemory(num_bytes, free_bytes, what);
  void* memory = cudahost::Allocate(num_bytes);
  cudahost::Used() += num_bytes;
  return memory;
}

void FreeDevice(void* memory) noexcept {
  if (memory != nullptr) cudahost::Used() -= cudahost::Free(memory);
}

void* AllocatePinned(int64_t num_bytes, const char*) {
  return num_bytes == 0 ? nullptr : cudahost::Allocate(num_bytes);
}

void FreePinned(void* memory) noexcept {
  if (memory != nullptr) cudahost::Free(memory);
}

void CopyBytesToDevice(void* to, const void* from, int64_t num_bytes, Stream) {
  if (num_bytes > 0) std::memcpy(to, from, static_cast<size_t>(num_bytes));
}
void CopyBytesToHost(void* to, const void* from, int64_t num_bytes, Stream) {
  if (num_bytes > 0) std::memcpy(to, from, static_cast<size_t>(num_bytes));
}
void CopyBytesOnDevice(void* to, const void* from, int64_t num_bytes, Stream) {
  if (num_bytes > 0) std::memcpy(to, from, static_cast<size_t>(num_bytes));
}
void FillBytesZero(void* memory, int64_t num_bytes, Stream) {
  if (num_bytes > 0) std::memset(memory, 0, static_cast<size_t>(num_bytes));
}
void Synchronize(Stream) {}

void StreamDeleter::operator()(StreamTag*) const noexcept {}
OwnedStream MakeStream() { return nullptr; }

Event::Event() : state_(std::make_unique<State>()) {}
Event::~Event() = default;
void Event::Record(Stream) { state_->time = Clock::now(); }
void Event::Wait(Stream) const {}
void Event::Synchronize() const {}
double Event::MillisecondsSince(const Event& start) const {
  return std::chrono::duration<double, std::milli>(state_->time - start.state_->time).count();
}

Graph::Graph() = default;
Graph::~Graph() = default;
Graph::Graph(Graph&&) noexcept = default;
Graph& Graph::operator=(Graph&&) noexcept = default;
bool Graph::supported() { return false; }
void Graph::BeginCapture(Stream) { DSB_CHECK(supported()); }
void Graph::EndCapture(Stream) { DSB_CHECK(supported()); }
bool Graph::captured() const { return false; }
void Graph::Launch(Stream) const { DSB_CHECK(supported()); }

}  // namespace dsb::cuda
