#include "engines/transformer/kv_slots.h"

#include <sys/mman.h>

#include <string>

#include "base/error.h"

namespace dsb {

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

}  // namespace dsb
