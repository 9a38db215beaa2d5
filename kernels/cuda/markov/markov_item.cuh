// One work item of a Markov block in the hands of a thread block: taking it, whom it concerns, what
// it waits for. Every member is called by all threads of the block unless it says otherwise.
#pragma once

#include "kernels/cuda/sampling/draft_choice.cuh"
#include "kernels/cuda/common/handoff.cuh"
#include "kernels/cuda/markov/markov_plan.cuh"

namespace dsb::cuda {

struct MarkovShared {
  alignas(16) float inputs[kMarkovGroup][kMaxMarkovRank];
  float partial[kMarkovSplits][kMarkovGroup][kMarkovRows];
  MarkovItem item;
  unsigned active;   // bit q: request q of the group drafts at this step
  unsigned sampled;  // of these, those that sample
  int more;
  int last;
};

// The kernel's arguments and the item at hand.
struct MarkovItemWork {
  const MarkovParams& params;
  const MarkovPlan& plan;
  MarkovShared& shared;

  __device__ __forceinline__ int32_t Request(int q) const {
    return shared.item.group * kMarkovGroup + q;
  }
  __device__ __forceinline__ MarkovWords& Words(int32_t step) const {
    return plan.words[step * plan.num_groups + shared.item.group];
  }
  __device__ __forceinline__ bool Active(int q) const { return (shared.active >> q & 1u) != 0; }
  __device__ __forceinline__ bool Sampled(int q) const { return (shared.sampled >> q & 1u) != 0; }
  __device__ __forceinline__ float* Row(int32_t r) const {
    const int64_t row = int64_t{r} * params.drafts.block + shared.item.step;
    return params.drafts.laws + row * params.drafts.law_stride;
  }
  __device__ __forceinline__ int32_t Previous(int32_t r) const {
    return shared.item.step == 0
               ? params.requests[r].anchor
               : params.drafts.tokens[int64_t{r} * params.drafts.block + shared.item.step - 1];
  }

  // Takes the next number; false when all are taken.
  __device__ __forceinline__ bool TakeItem() const {
    __syncthreads();
    if (threadIdx.x < 32) {
      const auto lane = static_cast<int>(threadIdx.x);
      unsigned number = 0;
      if (lane == 0) number = atomicAdd(plan.counters, 1u);
      number = __shfl_sync(0xffffffffu, number, 0);
      const bool more = number < static_cast<unsigned>(plan.num_items);
      const MarkovItem item = ItemOf(plan, more ? static_cast<int32_t>(number) : 0);
      const int32_t r = item.group * kMarkovGroup + lane;
      int32_t wanted = 0;
      bool samples = false;
      if (more && lane < kMarkovGroup && r < params.drafts.num_requests) {
        const RoundRequest& request = params.requests[r];
        wanted = request.slot < 0 ? 0 : request.max_drafts;
        samples = request.inverse_temperature > 0;
        const bool is_first =
            item.step == 0 && item.stage == MarkovStage::kLogits && item.slice == 0;
        if (wanted <= 0 && is_first) params.drafts.num_drafted[r] = 0;
      }
      const bool drafts = wanted > item.step;
      const unsigned active = __ballot_sync(0xffffffffu, drafts ? 1 : 0);
      const unsigned sampled = __ballot_sync(0xffffffffu, drafts && samples ? 1 : 0);
      if (lane == 0) {
        shared.item = item;
        shared.active = active;
        shared.sampled = sampled;
        shared.more = more ? 1 : 0;
      }
    }
    __syncthreads();
    return shared.more != 0;
  }

  __device__ __forceinline__ void WaitForPreviousToken() const {
    if (shared.item.step > 0) WaitFor(&Words(shared.item.step - 1).chosen, 1);
  }

  // By one thread: the choice for request r at this step.
  __device__ __forceinline__ void Record(int32_t r, int32_t index) const {
    RecordDraft(params.drafts, r, shared.item.step, index);
    params.drafts.num_drafted[r] = shared.item.step + 1;
  }
};

}  // namespace dsb::cuda
