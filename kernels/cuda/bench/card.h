// What a card can do at best, from the makers' data sheets.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "kernels/cuda/bench/op_case.h"

namespace dsb::bench {

struct Card {
  std::string name;  // a part of what the driver calls it
  double bytes_per_s = 0;
  double tensor_operations_per_s = 0;  // bf16, dense
  double float_operations_per_s = 0;   // f32 outside the tensor cores
};

inline const std::vector<Card>& Cards() {
  static const std::vector<Card> cards{
      {"H100", 3.35e12, 989e12, 67e12},
      {"H200", 4.8e12, 989e12, 67e12},
      {"B200", 7.7e12, 2250e12, 75e12},
  };
  return cards;
}

// The shortest time for one launch: memory or arithmetic, whichever takes longer.
inline double RooflineMicroseconds(const OpCase& op, const Card& card) {
  const double peak = op.tensor_cores ? card.tensor_operations_per_s : card.float_operations_per_s;
  return 1e6 * std::max(static_cast<double>(op.bytes) / card.bytes_per_s, op.operations / peak);
}

}  // namespace dsb::bench
