// The third stage of a step, for sampled requests: logits become the draft law's weights, a slice
// an item, and the last slice to be done draws the token.
#pragma once

#include "kernels/cuda/markov/markov_item.cuh"
#include "kernels/cuda/common/philox.cuh"

namespace dsb::cuda {

struct MarkovDraw : MarkovItemWork {
  // Turns a slice of the sampled requests' logits into weights; warp q serves request q.
  __device__ __forceinline__ void RunWeights() const {
    MarkovWords& words = Words(shared.item.step);
    WaitFor(&words.peaks, 1);
    const auto q = static_cast<int>(threadIdx.x / 32);
    if (Sampled(q)) {
      const int32_t r = Request(q);
      float* row = Row(r);
      const float largest = plan.row_peaks[r];
      const float inverse_temperature = params.requests[r].inverse_temperature;
      const int32_t begin = shared.item.slice * plan.slice_rows;
      const double mass =
          WarpMass(begin, min(begin + plan.slice_rows, params.drafts.draft_vocab), [&](int32_t i) {
            const float weight = SoftmaxWeight(row[i], largest, inverse_temperature);
            row[i] = weight;
            return weight;
          });
      if (threadIdx.x % 32 == 0) {
        plan.slice_masses[int64_t{r} * plan.num_slices + shared.item.slice] = mass;
      }
    }
    if (!ArriveLast(&words.weighed, static_cast<uint32_t>(plan.num_slices), shared.last)) return;
    if (Sampled(q)) Draw(Request(q));
    Publish(&words.chosen, 1);
  }

  // By one warp: the token that the cumulated weights fall on.
  __device__ __forceinline__ void Draw(int32_t r) const {
    const double* masses = plan.slice_masses + int64_t{r} * plan.num_slices;
    const float* row = Row(r);
    const auto slice_mass = [masses](int32_t i) { return masses[i]; };
    const double mass = WarpMass(0, plan.num_slices, slice_mass);
    const double target =
        mass * RoundUniform(params.requests[r], RandomPurpose::kDraft, shared.item.step);
    double before = 0;
    const int32_t begin =
        FindByWarp(0, plan.num_slices, target, slice_mass, before) * plan.slice_rows;
    const int32_t end = min(begin + plan.slice_rows, params.drafts.draft_vocab);
    const int32_t index = FindByWarp(
        begin, end, target, [row](int32_t i) { return row[i]; }, before);
    if (threadIdx.x % 32 != 0) return;
    params.drafts.law_sums[int64_t{r} * params.drafts.block + shared.item.step] = mass;
    Record(r, index);
  }
};

}  // namespace dsb::cuda
