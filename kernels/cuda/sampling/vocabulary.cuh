// Rows over a vocabulary, by one thread block of kRowThreads threads: maximum, mass, and the token
// that a cumulated mass falls on. Entries come from a function of the index, so that laws need not
// be stored. All threads call; all get the result. Orders of addition depend on the size alone.
#pragma once

#include <cfloat>

#include "kernels/cuda/common/device.cuh"

namespace dsb::cuda {

constexpr int kRowThreads = 512;
constexpr int kRowWarps = kRowThreads / 32;

// e^((logit - largest) * inverse_temperature) as kernels/cpu computes it, bit for bit: 2^k times
// the Taylor polynomial of degree 7 of the rest; 0 below the smallest normal number.
__device__ __forceinline__ float SoftmaxWeight(float logit, float largest,
                                               float inverse_temperature) {
  constexpr float kRounder = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer
  const float x = (logit - largest) * inverse_temperature;
  const float shifted = fmaf(x, 1.44269504f, kRounder);
  const float k = shifted - kRounder;
  float r = fmaf(k, -0.693359375f, x);
  r = fmaf(k, 2.12194440e-4f, r);
  float y = 1.0f / 5040.0f;
  y = fmaf(y, r, 1.0f / 720.0f);
  y = fmaf(y, r, 1.0f / 120.0f);
  y = fmaf(y, r, 1.0f / 24.0f);
  y = fmaf(y, r, 1.0f / 6.0f);
  y = fmaf(y, r, 0.5f);
  y = fmaf(y, r, 1.0f);
  y = fmaf(y, r, 1.0f);
  y *= __uint_as_float((__float_as_uint(shifted) << 23) + 0x3F800000u);
  return x < -87.336540f ? 0.0f : y;
}

__device__ __forceinline__ double WarpSum(double value) {
  for (int lanes = 16; lanes > 0; lanes /= 2) value += __shfl_xor_sync(0xffffffffu, value, lanes);
  return value;
}

__device__ __forceinline__ double WarpInclusiveSum(double value) {
  const auto lane = static_cast<int>(threadIdx.x % 32);
  for (int lanes = 1; lanes < 32; lanes *= 2) {
    const double below = __shfl_up_sync(0xffffffffu, value, static_cast<unsigned>(lanes));
    if (lane >= lanes) value += below;
  }
  return value;
}

// The largest entry seen and the lowest index that has it. A NaN is never larger.
struct Peak {
  float value;
  int32_t index;

  __device__ __forceinline__ void Take(float other, int32_t other_index) {
    if (other > value || (other == value && other_index < index)) {
      value = other;
      index = other_index;
    }
  }
};

__device__ __forceinline__ Peak WarpPeak(Peak peak) {
  for (int lanes = 16; lanes > 0; lanes /= 2) {
    const float value = __shfl_xor_sync(0xffffffffu, peak.value, lanes);
    const int32_t index = __shfl_xor_sync(0xffffffffu, peak.index, lanes);
    peak.Take(value, index);
  }
  return peak;
}

// What the functions below share between warps; one object in shared memory.
struct RowScratch {
  double sums[kRowWarps];
  float peak_values[kRowWarps];
  int32_t peak_indices[kRowWarps];
  int32_t found;
};

struct RowPeak {
  Peak peak;    // index 0 if no entry is above -infinity
  bool finite;  // every entry is
};

__device__ __forceinline__ RowPeak FindPeak(const float* row, int32_t size, RowScratch& scratch) {
  const auto thread = static_cast<int32_t>(threadIdx.x);
  Peak peak{-INFINITY, INT32_MAX};
  bool finite = true;
  for (int32_t i = thread; i < size; i += kRowThreads) {
    const float value = row[i];
    finite = finite && fabsf(value) <= FLT_MAX;
    peak.Take(value, i);
  }
  peak = WarpPeak(peak);
  __syncthreads();
  if (thread % 32 == 0) {
    scratch.peak_values[thread / 32] = peak.value;
    scratch.peak_indices[thread / 32] = peak.index;
  }
  const bool all_finite = __syncthreads_and(finite ? 1 : 0) != 0;
  for (int warp = 0; warp < kRowWarps; ++warp) {
    peak.Take(scratch.peak_values[warp], scratch.peak_indices[warp]);
  }
  if (peak.index >= size) peak.index = 0;
  return {peak, all_finite};
}

// Sums weight(i) over [begin, end) by this warp; the same in all lanes.
template <class Weight>
__device__ __forceinline__ double WarpMass(int32_t begin, int32_t end, const Weight& weight) {
  double sum = 0;
  for (int32_t i = begin + static_cast<int32_t>(threadIdx.x % 32); i < end; i += 32) {
    sum += static_cast<double>(weight(i));
  }
  return WarpSum(sum);
}

// `size` entries cut into kRowWarps parts of whole 32s.
__device__ __forceinline__ int32_t PartSize(int32_t size) {
  return (size + kRowWarps * 32 - 1) / (kRowWarps * 32) * 32;
}

// The masses of the parts of [begin, end), in scratch.sums after the call.
template <class Weight>
__device__ __forceinline__ void PartMasses(int32_t begin, int32_t end, const Weight& weight,
                                           RowScratch& scratch) {
  const auto warp = static_cast<int32_t>(threadIdx.x / 32);
  const int32_t part = PartSize(end - begin);
  const int32_t first = min(begin + warp * part, end);
  const double mass = WarpMass(first, min(first + part, end), weight);
  __syncthreads();
  if (threadIdx.x % 32 == 0) scratch.sums[warp] = mass;
  __syncthreads();
}

template <class Weight>
__device__ __forceinline__ double RowMass(int32_t size, const Weight& weight, RowScratch& scratch) {
  PartMasses(0, size, weight, scratch);
  double mass = 0;
  for (const double part : scratch.sums) mass += part;
  return mass;
}

// The part that `target` falls in: the first with before + mass > target, or the last one of
// positive mass where rounding hides it. `before` grows by the parts ahead of it.
__device__ __forceinline__ int FindPart(const RowScratch& scratch, double target, double& before) {
  int found = 0;
  double ahead = before;
  double ahead_of_found = before;
  for (int part = 0; part < kRowWarps; ++part) {
    if (!(scratch.sums[part] > 0)) continue;
    found = part;
    ahead_of_found = ahead;
    ahead += scratch.sums[part];
    if (ahead > target) break;
  }
  before = ahead_of_found;
  return found;
}

// By one warp: the first i in [begin, end) of positive weight with before + the mass up to and
// including i > target; the last one of positive weight where rounding hides it; else begin.
// `before` grows by the mass ahead of it.
template <class Weight>
__device__ __forceinline__ int32_t FindByWarp(int32_t begin, int32_t end, double target,
                                              const Weight& weight, double& before) {
  const auto lane = static_cast<int32_t>(threadIdx.x % 32);
  int32_t last_positive = begin;
  double ahead_of_last = before;
  for (int32_t i = begin; i < end; i += 32) {
    const double entry = i + lane < end ? static_cast<double>(weight(i + lane)) : 0.0;
    const double mass = before + WarpInclusiveSum(entry);
    double ahead = __shfl_up_sync(0xffffffffu, mass, 1);
    if (lane == 0) ahead = before;
    const unsigned positive = __ballot_sync(0xffffffffu, entry > 0);
    const unsigned reached = __ballot_sync(0xffffffffu, entry > 0 && mass > target);
    if (reached != 0) {
      const int found = __ffs(static_cast<int>(reached)) - 1;
      before = __shfl_sync(0xffffffffu, ahead, found);
      return i + found;
    }
    if (positive != 0) {
      const int found = 31 - __clz(static_cast<int>(positive));
      ahead_of_last = __shfl_sync(0xffffffffu, ahead, found);
      last_positive = i + found;
    }
    before = __shfl_sync(0xffffffffu, mass, 31);
  }
  before = ahead_of_last;
  return last_positive;
}

// Inverse CDF: the first i with weight(0) + ... + weight(i) > target, given that PartMasses(0,
// size) has just been taken; never of weight 0 if any is positive.
template <class Weight>
__device__ __forceinline__ int32_t FindCumulated(int32_t size, double target, const Weight& weight,
                                                 RowScratch& scratch) {
  double before = 0;
  const int32_t part = PartSize(size);
  const int32_t begin = min(FindPart(scratch, target, before) * part, size);
  const int32_t end = min(begin + part, size);
  PartMasses(begin, end, weight, scratch);
  const int32_t inner = PartSize(end - begin);
  const int32_t inner_begin = min(begin + FindPart(scratch, target, before) * inner, end);
  if (threadIdx.x < 32) {
    const int32_t found =
        FindByWarp(inner_begin, min(inner_begin + inner, end), target, weight, before);
    if (threadIdx.x == 0) scratch.found = found;
  }
  __syncthreads();
  return min(scratch.found, size - 1);
}

struct Drawn {
  int32_t index;
  double mass;  // of the whole row; not above 0: nothing was drawn
};

template <class Weight>
__device__ __forceinline__ Drawn DrawFromRow(int32_t size, double u, const Weight& weight,
                                             RowScratch& scratch) {
  const double mass = RowMass(size, weight, scratch);
  if (!(mass > 0)) return {0, mass};
  return {FindCumulated(size, u * mass, weight, scratch), mass};
}

}  // namespace dsb::cuda
