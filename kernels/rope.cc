#include "kernels/rope.h"

#include <cmath>

#include "base/error.h"
#include "kernels/cpu/table.h"
#include "kernels/grain.h"

namespace dsb {
namespace {

// The reference rounds the angle to float before it takes cos and sin (targets.md 1); so do we.
double Angle(int64_t position, float frequency) {
  return static_cast<double>(static_cast<float>(position) * frequency);
}

}  // namespace

RopeTable::RopeTable(std::span<const float> frequencies, int64_t max_positions)
    : head_dim_(2 * static_cast<int64_t>(frequencies.size())), max_positions_(max_positions) {
  DSB_CHECK(head_dim_ > 0 && max_positions >= 0);
  table_.reserve(static_cast<size_t>(head_dim_ * max_positions));
  for (int64_t position = 0; position < max_positions; ++position) {
    for (const float f : frequencies) {
      table_.push_back(static_cast<float>(std::cos(Angle(position, f))));
    }
    for (const float f : frequencies) {
      table_.push_back(static_cast<float>(std::sin(Angle(position, f))));
    }
  }
}

void Rope(const RopeParams& params, ThreadPool& pool) {
  const cpu::KernelTable& table = cpu::ActiveTable();
  const int64_t head_dim = params.table->head_dim();
  pool.ParallelFor(params.num_rows, RowGrain(params.num_heads * head_dim),
                   [&](int64_t first, int64_t last, int) {
                     for (int64_t row = first; row < last; ++row) {
                       const int64_t position = params.positions[row];
                       DSB_DCHECK(position >= 0 && position < params.table->max_positions());
                       for (int64_t head = 0; head < params.num_heads; ++head) {
                         table.rope(params.rows + row * params.stride + head * head_dim,
                                    params.table->cosines(position), params.table->sines(position),
                                    head_dim / 2);
                       }
                     }
                   });
}

}  // namespace dsb
