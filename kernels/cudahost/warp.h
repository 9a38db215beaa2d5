// Barriers and warp operations by CUDA's names and meanings, for types of up to 8 bytes. The last
// argument, which nvcc never sees, is the caller's place.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "kernels/cudahost/block_calls.h"

namespace dsb::cudahost {

template <class T>
uint64_t ToBits(T value) {
  // Not is_trivially_copyable: __nv_bfloat162 is not, on the host.
  static_assert(std::is_trivially_destructible_v<T> && sizeof(T) <= 8);
  uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(T));
  return bits;
}

template <class T>
T FromBits(uint64_t bits) {
  T value;
  std::memcpy(static_cast<void*>(&value), &bits, sizeof(T));
  return value;
}

template <class T>
T Shuffle(unsigned mask, T value, int source, Where where) {
  return FromBits<T>(Exchange(mask, ToBits(value), source, where));
}

}  // namespace dsb::cudahost

inline void __syncthreads(dsb::cudahost::Where where = dsb::cudahost::Where::Current()) {
  dsb::cudahost::MeetBlock(0, dsb::cudahost::Vote::kCount, where);
}
inline int __syncthreads_count(int predicate,
                               dsb::cudahost::Where where = dsb::cudahost::Where::Current()) {
  return dsb::cudahost::MeetBlock(predicate, dsb::cudahost::Vote::kCount, where);
}
inline int __syncthreads_and(int predicate,
                             dsb::cudahost::Where where = dsb::cudahost::Where::Current()) {
  return dsb::cudahost::MeetBlock(predicate, dsb::cudahost::Vote::kAnd, where);
}
inline int __syncthreads_or(int predicate,
                            dsb::cudahost::Where where = dsb::cudahost::Where::Current()) {
  return dsb::cudahost::MeetBlock(predicate, dsb::cudahost::Vote::kOr, where);
}
inline void __syncwarp(unsigned mask = 0xffffffffu,
                       dsb::cudahost::Where where = dsb::cudahost::Where::Current()) {
  dsb::cudahost::Exchange(mask, 0, dsb::cudahost::LaneId(), where);
}

template <class T>
T __shfl_sync(unsigned mask, T value, int source, int width = 32,
              dsb::cudahost::Where where = dsb::cudahost::Where::Current()) {
  const int base = dsb::cudahost::LaneId() & ~(width - 1);
  return dsb::cudahost::Shuffle(mask, value, base + (source & (width - 1)), where);
}
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int lane_bits, int width = 32,
                  dsb::cudahost::Where where = dsb::cudahost::Where::Current()) {
  const int lane = dsb::cudahost::LaneId();
  const int source = lane ^ lane_bits;
  return dsb::cudahost::Shuffle(mask, value, source / width <= lane / width ? source : lane, where);
}
template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32,
                   dsb::cudahost::Where where = dsb::cudahost::Where::Current()) {
  const int lane = dsb::cudahost::LaneId();
  const int source = lane + static_cast<int>(delta);
  return dsb::cudahost::Shuffle(mask, value, source / width == lane / width ? source : lane, where);
}
template <class T>
T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32,
                 dsb::cudahost::Where where = dsb::cudahost::Where::Current()) {
  const int lane = dsb::cudahost::LaneId();
  const int source = lane - static_cast<int>(delta);
  return dsb::cudahost::Shuffle(mask, value, source >= (lane & ~(width - 1)) ? source : lane,
                                where);
}

inline unsigned __ballot_sync(unsigned mask, int predicate,
                              dsb::cudahost::Where where = dsb::cudahost::Where::Current()) {
  const dsb::cudahost::LaneValue* lanes =
      dsb::cudahost::BeginGather(mask, {{predicate != 0}}, where);
  unsigned votes = 0;
  for (unsigned lane = 0; lane < 32; ++lane) {
    if ((mask >> lane & 1u) != 0 && lanes[lane].words[0] != 0) votes |= 1u << lane;
  }
  dsb::cudahost::EndGather(mask, where);
  return votes;
}
inline int __any_sync(unsigned mask, int predicate,
                      dsb::cudahost::Where where = dsb::cudahost::Where::Current()) {
  return __ballot_sync(mask, predicate, where) != 0;
}
inline int __all_sync(unsigned mask, int predicate,
                      dsb::cudahost::Where where = dsb::cudahost::Where::Current()) {
  return __ballot_sync(mask, predicate, where) == mask;
}
