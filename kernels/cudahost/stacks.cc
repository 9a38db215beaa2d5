#include "kernels/cudahost/stacks.h"

#include <sys/mman.h>

#include <new>

#include "kernels/cudahost/sanitizers.h"

namespace dsb::cudahost {
namespace {

constexpr size_t kGuardBytes = 4096;
constexpr size_t kStride = kGuardBytes + Stacks::kStackBytes;

}  // namespace

Stacks::Stacks(size_t num_stacks) : num_bytes_(num_stacks * kStride) {
  void* memory = mmap(nullptr, num_bytes_, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  memory_ = static_cast<char*>(memory);
  for (size_t i = 0; i < num_stacks; ++i) mprotect(memory_ + i * kStride, kGuardBytes, PROT_NONE);
}

Stacks::~Stacks() {
  // AddressSanitizer would take what is mapped here next for frames that never returned.
  ForgetFrames(memory_, num_bytes_);
  munmap(memory_, num_bytes_);
}

char* Stacks::stack(size_t index) const { return memory_ + index * kStride + kGuardBytes; }

}  // namespace dsb::cudahost
