// Key/value memory of a model: `num_slots` sequences of at most `context_tokens` positions in each
// layer. Memory is reserved at once and becomes real when positions are first written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "kernels/kv_cache.h"

namespace dsb {

class KvSlots {
 public:
  struct Shape {
    int64_t num_layers = 0;
    int64_t num_slots = 0;
    int64_t context_tokens = 0;
    int64_t num_kv_heads = 0;
    int64_t head_dim = 0;
  };
  // kResource if the address space cannot be had, naming the bytes.
  explicit KvSlots(const Shape& shape);

  KvLayer Layer(int64_t layer, int64_t slot) const;
  // Gives back the memory of a slot whose sequence, of so many positions, has ended: a few long
  // ones do not hold it for good. The first kKeptPositions stay, which the next would write again.
  void Release(int64_t slot, int64_t positions);
  static constexpr int64_t kKeptPositions = 256;
  int64_t context_tokens() const { return shape_.context_tokens; }

 private:
  struct Unmap {
    size_t bytes;
    void operator()(float* data) const;
  };
  Shape shape_;
  int64_t capacity_ = 0;      // context_tokens rounded up to 16
  int64_t plane_floats_ = 0;  // keys (or values) of one layer and slot
  std::unique_ptr<float[], Unmap> memory_{nullptr, Unmap{0}};
};

}  // namespace dsb
