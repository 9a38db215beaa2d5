#include "kernels/cudahost/mma.h"

#include <bit>

namespace dsb::cudahost {
namespace {

constexpr unsigned kWholeWarp = 0xffffffffu;

uint64_t Join(uint32_t low, uint32_t high) { return low | static_cast<uint64_t>(high) << 32; }

// bf16 number `index` (0 lower, 1 upper) of a lane's 32-bit register `reg`.
float Value(const LaneValue& lane, int reg, int index) {
  const uint64_t word = lane.words[reg / 2];
  const uint32_t pair = static_cast<uint32_t>(word >> (32 * (reg % 2)));
  return std::bit_cast<float>((pair >> (16 * index)) << 16);
}

}  // namespace

void MmaBf16(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2], Where where) {
  const LaneValue mine{{Join(a[0], a[1]), Join(a[2], a[3]), Join(b[0], b[1]), 0}};
  const LaneValue* lanes = BeginGather(kWholeWarp, mine, where);
  const int lane = LaneId();
  for (int i = 0; i < 4; ++i) {
    const int row = lane / 4 + 8 * (i / 2);
    const int column = lane % 4 * 2 + i % 2;
    for (int k = 0; k < 16; ++k) {
      const int pair = k % 8 / 2;
      const LaneValue& from_a = lanes[row % 8 * 4 + pair];
      const LaneValue& from_b = lanes[column * 4 + pair];
      d[i] += Value(from_a, row / 8 + 2 * (k / 8), k % 2) * Value(from_b, 4 + k / 8, k % 2);
    }
  }
  EndGather(kWholeWarp, where);
}

}  // namespace dsb::cudahost
