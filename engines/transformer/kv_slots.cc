#include "engines/transformer/kv_slots.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <memory>
#include <string>

#include "base/error.h"

namespace dsb {
namespace {

// The pages that lie wholly inside; they read as zeros from then on.
void GiveBack(float* first, const float* last) {
  static const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  void* begin = first;
  size_t bytes = static_cast<size_t>(last - first) * sizeof(float);
  if (std::align(page, page, begin, bytes) == nullptr) return;
  madvise(begin, bytes / page * page, MADV_DONTNEED);
}

}  // namespace

void KvSlots::Unmap::operator()(float* data) const { munmap(data, bytes); }

KvSlots::KvSlots(const Shape& shape) : shape_(shape) {
  capacity_ = (shape.context_tokens + 15) / 16 * 16;
  plane_floats_ = (capacity_ * shape.num_kv_heads * shape.head_dim + 15) / 16 * 16;
  const auto bytes =
      static_cast<size_t>(2 * shape.num_layers * shape.num_slots * plane_floats_) * sizeof(float);
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) {
    ThrowResource("cannot reserve " + std::to_string(bytes) + " bytes for keys and values");
  }
  memory_ = {static_cast<float*>(memory), Unmap{bytes}};
}

KvLayer KvSlots::Layer(int64_t layer, int64_t slot) const {
  float* keys = memory_.get() + 2 * (layer * shape_.num_slots + slot) * plane_floats_;
  return {.keys = keys,
          .values = keys + plane_floats_,
          .capacity = capacity_,
          .num_kv_heads = shape_.num_kv_heads,
          .head_dim = shape_.head_dim};
}

void KvSlots::Release(int64_t slot, int64_t positions) {
  if (positions <= kKeptPositions) return;
  const int64_t head_floats = capacity_ * shape_.head_dim;
  for (int64_t layer = 0; layer < shape_.num_layers; ++layer) {
    const KvLayer kv = Layer(layer, slot);
    for (int64_t head = 0; head < shape_.num_kv_heads; ++head) {
      // Both planes have the first kKeptPositions of a head, a multiple of 16, in front.
      for (float* const plane : {kv.keys, kv.values}) {
        float* const first = plane + head * head_floats;
        GiveBack(first + kKeptPositions * shape_.head_dim, first + head_floats);
      }
    }
  }
}

}  // namespace dsb
