// SplitMix64's step: adds its constant and spreads the sum over all bits, one to one. For seeds and
// hashes; random numbers come from philox.h.
#pragma once

#include <cstdint>

namespace dsb {

constexpr uint64_t SplitMix(uint64_t x) {
  x += 0x9E3779B97F4A7C15u;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

}  // namespace dsb
