#include "kernels/cuda/sampling/admission.h"

#include <type_traits>

#include "kernels/cuda/common/device.cuh"

namespace dsb::cuda {
namespace {

constexpr int kThreads = 512;
constexpr int kWarps = kThreads / 32;

struct Shared {
  uint32_t bins[256];
  int32_t warp_sums[kWarps];
  uint32_t bin;
  uint32_t above;
};

__device__ __forceinline__ int32_t Proposed(const AdmissionParams& params, int32_t r) {
  return params.requests[r].slot < 0 ? 0 : params.drafts.num_drafted[r];
}

// Calls visit(j, a) for the tokens of request r that can be reached; a = c_0 ... c_j.
template <class Visit>
__device__ __forceinline__ void VisitSurvivals(const AdmissionParams& params, int32_t r,
                                               const Visit& visit) {
  double survival = 1;
  const int32_t proposed = Proposed(params, r);
  for (int32_t j = 0; j < proposed; ++j) {
    survival *= static_cast<double>(params.confidence[int64_t{r} * params.drafts.block + j]);
    if (!(survival > 0)) return;
    visit(j, survival);
  }
}

__device__ __forceinline__ uint64_t BitsOf(double value) {
  return static_cast<uint64_t>(__double_as_longlong(value));
}

// Radix descent over 64-bit keys, highest first: the key of the `wanted`-th (1, 2, ...) largest,
// and how many keys are above it. each(add) calls add(key) for this thread's keys. There are at
// least `wanted` keys.
struct Selected {
  uint64_t key;
  uint32_t above;
};
template <class Each>
__device__ __forceinline__ Selected SelectLargest(uint32_t wanted, const Each& each,
                                                  Shared& shared) {
  Selected found{0, 0};
  for (int shift = 56; shift >= 0; shift -= 8) {
    __syncthreads();
    for (int i = static_cast<int>(threadIdx.x); i < 256; i += kThreads) shared.bins[i] = 0;
    __syncthreads();
    each([&](uint64_t key) {
      const bool same = shift == 56 || key >> (shift + 8) == found.key >> (shift + 8);
      if (same) atomicAdd(&shared.bins[key >> shift & 255], 1u);
    });
    __syncthreads();
    if (threadIdx.x == 0) {
      uint32_t above = found.above;
      uint32_t bin = 255;
      while (bin > 0 && above + shared.bins[bin] < wanted) above += shared.bins[bin--];
      shared.bin = bin;
      shared.above = above;
    }
    __syncthreads();
    found.key |= uint64_t{shared.bin} << shift;
    found.above = shared.above;
  }
  return found;
}

__device__ __forceinline__ int32_t BlockSum(int32_t value, Shared& shared) {
  for (int lanes = 16; lanes > 0; lanes /= 2) value += __shfl_xor_sync(0xffffffffu, value, lanes);
  __syncthreads();
  if (threadIdx.x % 32 == 0) shared.warp_sums[threadIdx.x / 32] = value;
  __syncthreads();
  int32_t sum = 0;
  for (const int32_t warp : shared.warp_sums) sum += warp;
  return sum;
}

// The first `budget` tokens in the order (-a, j, r).
__device__ __forceinline__ void AdmitBudget(const AdmissionParams& params, Shared& shared) {
  const auto thread = static_cast<int32_t>(threadIdx.x);
  const int32_t num_requests = params.drafts.num_requests;
  int32_t own = 0;
  for (int32_t r = thread; r < num_requests; r += kThreads) {
    VisitSurvivals(params, r, [&](int32_t, double) { ++own; });
  }
  const int32_t reachable = BlockSum(own, shared);
  const int32_t budget = min(max(*params.budget, 0), reachable);
  if (budget == 0) {
    for (int32_t r = thread; r < num_requests; r += kThreads) params.lengths[r] = 0;
    return;
  }
  const Selected least = SelectLargest(
      static_cast<uint32_t>(budget),
      [&](const auto& add) {
        for (int32_t r = thread; r < num_requests; r += kThreads) {
          VisitSurvivals(params, r, [&](int32_t, double survival) { add(BitsOf(survival)); });
        }
      },
      shared);
  // Among equal survivals: small j first, then small r.
  const auto tie_key = [&](int32_t j, int32_t r) {
    return ~(static_cast<uint64_t>(j) << 32 | static_cast<uint64_t>(r));
  };
  const Selected last = SelectLargest(
      static_cast<uint32_t>(budget) - least.above,
      [&](const auto& add) {
        for (int32_t r = thread; r < num_requests; r += kThreads) {
          VisitSurvivals(params, r, [&](int32_t j, double survival) {
            if (BitsOf(survival) == least.key) add(tie_key(j, r));
          });
        }
      },
      shared);
  for (int32_t r = thread; r < num_requests; r += kThreads) {
    int32_t length = 0;
    VisitSurvivals(params, r, [&](int32_t j, double survival) {
      const uint64_t key = BitsOf(survival);
      if (key > least.key || (key == least.key && tie_key(j, r) >= last.key)) length = j + 1;
    });
    params.lengths[r] = length;
  }
}

__device__ __forceinline__ int32_t LengthWithoutBudget(const AdmissionParams& params, int32_t r) {
  if (params.kind == AdmissionKind::kNone) return 0;
  const int32_t most = Proposed(params, r);
  if (params.kind == AdmissionKind::kFixed) return most;
  int32_t length = 0;
  const float* confidence = params.confidence + int64_t{r} * params.drafts.block;
  while (length < most && static_cast<double>(confidence[length]) >= params.threshold) ++length;
  return length;
}

__device__ __forceinline__ void FillRows(const AdmissionParams& params, int32_t r, int32_t first) {
  const RoundRequest& request = params.requests[r];
  for (int32_t i = 0; i <= params.lengths[r] && first + i < params.num_rows; ++i) {
    params.tokens[first + i] =
        i == 0 ? request.anchor : params.drafts.tokens[int64_t{r} * params.drafts.block + i - 1];
    const int32_t position = request.anchor_position + i;
    params.rows[first + i] = {request.slot, position, position + 1};
  }
}

// Lays the requests' rows out one after the other: 512 requests at a time, each after the sum of
// those before it.
__device__ __forceinline__ void LayOut(const AdmissionParams& params, Shared& shared) {
  const auto thread = static_cast<int32_t>(threadIdx.x);
  int32_t first = 0;
  for (int32_t begin = 0; begin < params.drafts.num_requests; begin += kThreads) {
    const int32_t r = begin + thread;
    const bool real = r < params.drafts.num_requests && params.requests[r].slot >= 0;
    const int32_t own = real ? params.lengths[r] + 1 : 0;
    int32_t upto = own;
    for (int lanes = 1; lanes < 32; lanes *= 2) {
      const int32_t below = __shfl_up_sync(0xffffffffu, upto, static_cast<unsigned>(lanes));
      if (thread % 32 >= lanes) upto += below;
    }
    __syncthreads();
    if (thread % 32 == 31) shared.warp_sums[thread / 32] = upto;
    __syncthreads();
    int32_t total = 0;
    for (int warp = 0; warp < kWarps; ++warp) {
      if (warp < thread / 32) upto += shared.warp_sums[warp];
      total += shared.warp_sums[warp];
    }
    if (r < params.drafts.num_requests) params.first_rows[r] = first + upto - own;
    if (real) FillRows(params, r, first + upto - own);
    first += total;
  }
  for (int32_t row = first + thread; row < params.num_rows; row += kThreads) {
    params.tokens[row] = 0;
    params.rows[row] = {-1, 0, 0};
  }
}

__global__ __launch_bounds__(kThreads) void AdmissionKernel(AdmissionParams params) {
  __shared__ Shared shared;
  if (params.kind == AdmissionKind::kBudget) {
    AdmitBudget(params, shared);
  } else {
    for (auto r = static_cast<int32_t>(threadIdx.x); r < params.drafts.num_requests;
         r += kThreads) {
      params.lengths[r] = LengthWithoutBudget(params, r);
    }
  }
  // Each length was written by the thread that reads it: same r, same thread.
  if (params.rows != nullptr) LayOut(params, shared);
}

}  // namespace

void AdmitDrafts(const AdmissionParams& params, Stream stream) {
  DSB_CHECK(params.kind <= AdmissionKind::kBudget);
  DSB_CHECK((params.kind == AdmissionKind::kBudget) == (params.budget != nullptr));
  Launch({.grid = dim3(1), .block = dim3(kThreads), .stream = stream}, AdmissionKernel, params);
}

}  // namespace dsb::cuda
