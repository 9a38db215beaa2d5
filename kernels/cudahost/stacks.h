// The stacks of a block's fibers: one mapping, a page without access below each, so that a kernel
// with too large a local array ends with a signal and not in its neighbour's stack.
#pragma once

#include <cstddef>

namespace dsb::cudahost {

class Stacks {
 public:
  explicit Stacks(size_t num_stacks);  // throws std::bad_alloc
  ~Stacks();
  Stacks(const Stacks&) = delete;
  Stacks& operator=(const Stacks&) = delete;

  static constexpr size_t kStackBytes = size_t{128} * 1024;
  char* stack(size_t index) const;  // lowest usable byte

 private:
  size_t num_bytes_;
  char* memory_;
};

}  // namespace dsb::cudahost
