// The target's truncated law of one row without storing it: a maximum, a temperature and a cut.
// Weights above the cut are kept, those equal to it up to an index (ties keep the lower ids, as
// engines/sampling/target_law.h). Cuts are found by radix over the weights' bits with integer
// masses: exact, so the order in which threads add does not matter.
#pragma once

#include "kernels/cuda/sampling/vocabulary.cuh"

namespace dsb::cuda {

struct RowLaw {
  float largest = 0;
  float inverse_temperature = 1;
  float cut = 0;
  int32_t last_tie = INT32_MAX;
  double mass = 0;
};

struct LawWeight {
  const float* logits;
  RowLaw law;

  __device__ __forceinline__ float operator()(int32_t i) const {
    const float weight = SoftmaxWeight(logits[i], law.largest, law.inverse_temperature);
    const bool kept = weight > law.cut || (weight == law.cut && i <= law.last_tie);
    return kept ? weight : 0.0f;
  }
};

// A weight is units * 2^(exponent - 150) with units in 2^23 .. 2^24 - 1; bits = exponent and the
// lower 23 bits of the units. Bins by exponent, then by the upper 11 and the lower 12 bits.
constexpr int kCutBins = 4096;

struct CutScratch {
  unsigned long long bins[kCutBins];
  unsigned long long warp_units[kRowWarps];
  // Of the bin found: its number, the units in it and in higher bins of this level.
  int32_t bin;
  unsigned long long units;
  unsigned long long units_above;
  double mass_above;  // first level: of all higher exponents
};

// What a cut must reach: a number of tokens, or a mass. Both grow by whole units.
struct CutGoal {
  double wanted;
  bool by_count;

  __device__ __forceinline__ unsigned long long Units(uint32_t bits) const {
    return by_count ? 1ull : (bits & 0x7FFFFFu) | 0x800000u;
  }
  // What one unit counts among weights of this exponent.
  __device__ __forceinline__ double Scale(int32_t exponent) const {
    return by_count ? 1.0 : ldexp(1.0, exponent - 150);
  }
};

// Level 1: whole exponents. Each warp has its own 128 bins (no weight is above 1, exponent 127).
template <class Weight>
__device__ __forceinline__ bool FindExponent(int32_t size, const Weight& weight,
                                             const CutGoal& goal, CutScratch& scratch) {
  const auto thread = static_cast<int32_t>(threadIdx.x);
  __syncthreads();
  for (int i = thread; i < kRowWarps * 128; i += kRowThreads) scratch.bins[i] = 0;
  __syncthreads();
  for (int32_t i = thread; i < size; i += kRowThreads) {
    const uint32_t bits = __float_as_uint(weight(i));
    if (bits == 0) continue;
    const int exponent = min(static_cast<int>(bits >> 23), 127);
    atomicAdd(&scratch.bins[thread / 32 * 128 + exponent], goal.Units(bits));
  }
  __syncthreads();
  if (thread < 128) {
    unsigned long long units = 0;
    for (int warp = 0; warp < kRowWarps; ++warp) units += scratch.bins[warp * 128 + thread];
    scratch.bins[thread] = units;  // of warp 0's own bins: this thread alone reads that one
  }
  if (thread == 0) scratch.bin = -1;
  __syncthreads();
  if (thread == 0) {
    double above = 0;
    for (int exponent = 127; exponent >= 0; --exponent) {
      const unsigned long long units = scratch.bins[exponent];
      if (units == 0) continue;
      const double mass = above + static_cast<double>(units) * goal.Scale(exponent);
      if (mass >= goal.wanted) {
        scratch.bin = exponent;
        scratch.mass_above = above;
        break;
      }
      above = mass;
    }
    scratch.units_above = 0;
  }
  __syncthreads();
  return scratch.bin >= 0;
}

// Levels 2 and 3: among weights with bits >> shift in [first_bin, first_bin + num_bins), the
// highest bin at which the goal is reached. num_bins is a multiple of kRowThreads.
template <class Weight>
__device__ __forceinline__ void FindBin(int32_t size, const Weight& weight, const CutGoal& goal,
                                        int32_t exponent, int shift, uint32_t first_bin,
                                        int num_bins, CutScratch& scratch) {
  const auto thread = static_cast<int32_t>(threadIdx.x);
  const unsigned long long units_above = scratch.units_above;
  const double mass_above = scratch.mass_above;
  __syncthreads();
  for (int i = thread; i < num_bins; i += kRowThreads) scratch.bins[i] = 0;
  __syncthreads();
  for (int32_t i = thread; i < size; i += kRowThreads) {
    const uint32_t bits = __float_as_uint(weight(i));
    const uint32_t bin = (bits >> shift) - first_bin;
    if (bits != 0 && bin < static_cast<uint32_t>(num_bins)) {
      atomicAdd(&scratch.bins[bin], goal.Units(bits));
    }
  }
  __syncthreads();
  // Thread t has the t-th highest run of bins.
  const int run = num_bins / kRowThreads;
  const int top = num_bins - 1 - thread * run;
  unsigned long long own = 0;
  for (int i = 0; i < run; ++i) own += scratch.bins[top - i];
  unsigned long long upto = own;
  for (int lanes = 1; lanes < 32; lanes *= 2) {
    const unsigned long long below =
        __shfl_up_sync(0xffffffffu, upto, static_cast<unsigned>(lanes));
    if (thread % 32 >= lanes) upto += below;
  }
  if (thread % 32 == 31) scratch.warp_units[thread / 32] = upto;
  __syncthreads();
  unsigned long long above = units_above + upto - own;
  for (int warp = 0; warp < thread / 32; ++warp) above += scratch.warp_units[warp];
  const double scale = goal.Scale(exponent);
  const auto reached = [&](unsigned long long units) {
    return mass_above + static_cast<double>(units) * scale >= goal.wanted;
  };
  // The goal is missed by all bins above this thread's and reached by its own.
  if (own != 0 && reached(above + own) && (above == units_above || !reached(above))) {
    for (int i = 0; i < run; ++i) {
      const unsigned long long units = scratch.bins[top - i];
      if (units != 0 && reached(above + units)) {
        scratch.bin = top - i;
        scratch.units = units;
        scratch.units_above = above;
        break;
      }
      above += units;
    }
  }
  __syncthreads();
}

// Keeps the fewest heaviest weights that reach the goal; leaves `law` as it is if all do not.
// law.mass is not kept up to date.
__device__ __forceinline__ void CutLaw(const float* logits, int32_t size, const CutGoal& goal,
                                       RowLaw& law, CutScratch& scratch, RowScratch& row_scratch) {
  const LawWeight weight{logits, law};
  if (!FindExponent(size, weight, goal, scratch)) return;
  const int32_t exponent = scratch.bin;
  const auto exponent_bits = static_cast<uint32_t>(exponent) << 23;
  FindBin(size, weight, goal, exponent, 12, exponent_bits >> 12, 2048, scratch);
  const uint32_t upper_bits = exponent_bits + (static_cast<uint32_t>(scratch.bin) << 12);
  FindBin(size, weight, goal, exponent, 0, upper_bits, 4096, scratch);
  const uint32_t bits = upper_bits + static_cast<uint32_t>(scratch.bin);
  const double scale = goal.Scale(exponent);
  const auto unit = static_cast<double>(goal.Units(bits));
  const auto above = static_cast<double>(scratch.units_above);
  const double num_ties = static_cast<double>(scratch.units) / unit;
  const auto reached = [&](double ties) {
    return scratch.mass_above + (above + ties * unit) * scale >= goal.wanted;
  };
  double ties = ceil(((goal.wanted - scratch.mass_above) / scale - above) / unit);
  ties = fmin(fmax(ties, 1.0), num_ties);
  while (ties > 1 && reached(ties - 1)) ties -= 1;
  while (ties < num_ties && !reached(ties)) ties += 1;
  const float cut = __uint_as_float(bits);
  int32_t last_tie = INT32_MAX;
  if (ties < num_ties) {
    const auto tied = [&](int32_t i) { return weight(i) == cut ? 1.0f : 0.0f; };
    PartMasses(0, size, tied, row_scratch);
    last_tie = FindCumulated(size, ties - 1, tied, row_scratch);
  } else {
    last_tie = law.cut == cut ? law.last_tie : INT32_MAX;
  }
  __syncthreads();
  law.cut = cut;
  law.last_tie = last_tie;
}

// Temperature, top-k, top-p. `largest` is the row's maximum; all entries are finite.
__device__ __forceinline__ RowLaw FindLaw(const float* logits, int32_t size, float largest,
                                          float inverse_temperature, int32_t top_k, double top_p,
                                          CutScratch& scratch, RowScratch& row_scratch) {
  RowLaw law;
  law.largest = largest;
  law.inverse_temperature = inverse_temperature;
  if (top_k > 0 && top_k < size) {
    CutLaw(logits, size, {static_cast<double>(top_k), true}, law, scratch, row_scratch);
  }
  law.mass = RowMass(size, LawWeight{logits, law}, row_scratch);
  if (top_p < 1) {
    CutLaw(logits, size, {top_p * law.mass, false}, law, scratch, row_scratch);
    law.mass = RowMass(size, LawWeight{logits, law}, row_scratch);
  }
  return law;
}

}  // namespace dsb::cuda
