// Rotary position embedding, rotate-half order (targets.md 1): (x_i, x_{i+D/2}) -> rotated by
// position * f_i. Weights in neighbour order are permuted at load (formats.md 1.4), so this is the
// only order.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/thread_pool.h"

namespace dsb {

// cos and sin of the float angle position * f_i, for positions 0 .. max_positions-1. Immutable
// after construction; any thread.
class RopeTable {
 public:
  // `frequencies` has head_dim / 2 entries, already scaled (llama3, yarn, linear): see
  // engines/target.
  RopeTable(std::span<const float> frequencies, int64_t max_positions);
  int64_t head_dim() const { return head_dim_; }
  int64_t max_positions() const { return max_positions_; }
  const float* cosines(int64_t position) const { return table_.data() + position * head_dim_; }
  const float* sines(int64_t position) const { return cosines(position) + head_dim_ / 2; }

 private:
  int64_t head_dim_;
  int64_t max_positions_;
  std::vector<float> table_;
};

struct RopeParams {
  float* rows = nullptr;               // [num_rows, num_heads * head_dim], in place
  int64_t stride = 0;                  // floats from row to row
  const int32_t* positions = nullptr;  // [num_rows]
  int64_t num_rows = 0;
  int64_t num_heads = 0;
  const RopeTable* table = nullptr;
};

void Rope(const RopeParams& params, ThreadPool& pool);

namespace reference {
void Rope(const RopeParams& params);  // double products
}

}  // namespace dsb
