#include "kernels/huge_memory.h"

#include <sys/mman.h>

#include <mutex>
#include <new>

namespace dsb {
namespace {

// A slab starts at a multiple of its size, so that memory finds its slab; the header takes its
// first line.
constexpr int64_t kSlabBytes = int64_t{16} << 20;
constexpr int64_t kHeaderBytes = 64;
constexpr int64_t kPageBytes = int64_t{2} << 20;
constexpr int64_t kOwnMapping = kSlabBytes / 2;

struct Slab {
  int64_t used;
  int64_t live;
};

int64_t RoundUp(int64_t bytes, int64_t unit) { return (bytes + unit - 1) / unit * unit; }

std::byte* MapAligned(int64_t bytes) {
  void* memory = mmap(nullptr, static_cast<size_t>(bytes + kSlabBytes), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  auto* start = static_cast<std::byte*>(memory);
  const auto address = static_cast<int64_t>(reinterpret_cast<uintptr_t>(start));
  const int64_t skip = RoundUp(address, kSlabBytes) - address;
  if (skip > 0) munmap(start, static_cast<size_t>(skip));
  munmap(start + skip + bytes, static_cast<size_t>(kSlabBytes - skip));
  // Refusal only costs speed.
  madvise(start + skip, static_cast<size_t>(bytes), MADV_HUGEPAGE);
  return start + skip;
}

class Slabs {
 public:
  std::byte* Allocate(int64_t bytes) {
    const std::lock_guard lock(mutex_);
    if (current_ == nullptr || current_->used + bytes > kSlabBytes) {
      Slab* fresh = new (MapAligned(kSlabBytes)) Slab{.used = kHeaderBytes, .live = 0};
      if (current_ != nullptr && current_->live == 0) Unmap(current_);
      current_ = fresh;
    }
    std::byte* memory = reinterpret_cast<std::byte*>(current_) + current_->used;
    current_->used += bytes;
    ++current_->live;
    return memory;
  }

  void Free(std::byte* memory) {
    const std::lock_guard lock(mutex_);
    const auto address = reinterpret_cast<uintptr_t>(memory);
    auto* slab = reinterpret_cast<Slab*>(memory - address % static_cast<uintptr_t>(kSlabBytes));
    // Memory is handed out once, so it is always zeroed: an empty slab is unmapped, not used again.
    if (--slab->live == 0) {
      if (slab == current_) current_ = nullptr;
      Unmap(slab);
    }
  }

 private:
  static void Unmap(Slab* slab) { munmap(slab, static_cast<size_t>(kSlabBytes)); }

  std::mutex mutex_;
  Slab* current_ = nullptr;
};

Slabs& TheSlabs() {
  // Never destroyed: matrices may outlive any static.
  static Slabs* const slabs = new Slabs;
  return *slabs;
}

}  // namespace

std::byte* AllocateHuge(int64_t bytes) {
  const int64_t rounded = RoundUp(bytes, 64);
  return rounded >= kOwnMapping ? MapAligned(RoundUp(rounded, kPageBytes))
                                : TheSlabs().Allocate(rounded);
}

void FreeHuge(std::byte* memory, int64_t bytes) {
  const int64_t rounded = RoundUp(bytes, 64);
  if (rounded >= kOwnMapping) {
    munmap(memory, static_cast<size_t>(RoundUp(rounded, kPageBytes)));
  } else {
    TheSlabs().Free(memory);
  }
}

}  // namespace dsb
