#include "kernels/cuda/markov/markov.h"

#include <algorithm>

#include "kernels/cuda/markov/markov_logits.cuh"
#include "kernels/cuda/markov/markov_project.cuh"
#include "kernels/cuda/markov/markov_weights.cuh"

namespace dsb::cuda {
namespace {

__global__ __launch_bounds__(kMarkovThreads, 2) void MarkovKernel(MarkovParams params,
                                                                  MarkovPlan plan) {
  __shared__ MarkovShared shared;
  const MarkovItemWork work{params, plan, shared};
  while (work.TakeItem()) {
    if (shared.active == 0) continue;
    switch (shared.item.stage) {
      case MarkovStage::kProject:
        MarkovProjection{work}.RunProject();
        break;
      case MarkovStage::kLogits:
        MarkovLogits{work}.RunLogits();
        break;
      case MarkovStage::kWeights:
        if (shared.sampled != 0) MarkovDraw{work}.RunWeights();
        break;
    }
  }
  // The last block to leave makes everything zero for the next launch: no one polls any more.
  if (!ArriveLast(plan.counters + 1, gridDim.x, shared.last)) return;
  for (auto i = static_cast<int32_t>(threadIdx.x); i < plan.num_words; i += kMarkovThreads) {
    plan.counters[i] = 0;
  }
}

int64_t RoundUp(int64_t bytes) { return (bytes + 255) / 256 * 256; }

// Fills the sizes, and the pointers if `memory` is not null; returns the bytes used.
int64_t MakePlan(const MarkovWeights& weights, int32_t max_requests, int32_t block,
                 int32_t draft_vocab, std::byte* memory, MarkovPlan& plan) {
  const int64_t max_groups = (max_requests + kMarkovGroup - 1) / kMarkovGroup;
  // A function of the vocabulary alone: sums are cut at slices.
  constexpr int32_t kMostSlices = 512;
  const int32_t row_blocks = (draft_vocab + kMarkovRows - 1) / kMarkovRows;
  plan.slice_rows = (row_blocks + kMostSlices - 1) / kMostSlices * kMarkovRows;
  plan.num_slices = (draft_vocab + plan.slice_rows - 1) / plan.slice_rows;
  plan.num_projections =
      weights.kind == MarkovKind::kVanilla ? 0 : (weights.rank + kMarkovWarps - 1) / kMarkovWarps;
  int64_t used = 0;
  const auto take = [&](int64_t count, auto*& pointer) {
    using Element = std::remove_reference_t<decltype(*pointer)>;
    if (memory != nullptr) pointer = reinterpret_cast<Element*>(memory + used);
    used = RoundUp(used + count * static_cast<int64_t>(sizeof(Element)));
  };
  take(2, plan.counters);
  take(max_groups * block, plan.words);
  plan.num_words = static_cast<int32_t>(used / static_cast<int64_t>(sizeof(uint32_t)));
  take(int64_t{max_requests} * plan.num_slices, plan.slice_peaks);
  take(int64_t{max_requests} * plan.num_slices, plan.slice_masses);
  take(max_requests, plan.row_peaks);
  take(int64_t{max_requests} * weights.rank, plan.inputs);
  take(int64_t{2} * max_requests * weights.rank, plan.states);
  return used;
}

}  // namespace

int64_t MarkovWorkspaceBytes(int32_t max_requests, int32_t block, const MarkovWeights& weights,
                             int32_t draft_vocab) {
  MarkovPlan plan{};
  return MakePlan(weights, max_requests, block, draft_vocab, nullptr, plan);
}

void MarkovBlock(const MarkovParams& params, Stream stream) {
  const MarkovWeights& weights = params.weights;
  const DraftRows& drafts = params.drafts;
  DSB_CHECK(weights.rank % 8 == 0 && weights.rank >= 8 && weights.rank <= kMaxMarkovRank);
  DSB_CHECK(weights.kind == MarkovKind::kVanilla ||
            (weights.hidden % 8 == 0 && params.hidden_stride % 4 == 0));
  DSB_CHECK(params.workspace != nullptr && drafts.num_requests <= params.max_requests);
  if (drafts.num_requests == 0) return;
  MarkovPlan plan{};
  MakePlan(weights, params.max_requests, drafts.block, drafts.draft_vocab,
           static_cast<std::byte*>(params.workspace), plan);
  plan.num_groups = (drafts.num_requests + kMarkovGroup - 1) / kMarkovGroup;
  plan.num_items = (plan.num_projections + 2 * plan.num_slices) * plan.num_groups * drafts.block;
  Launch({.grid = dim3(static_cast<unsigned>(std::min(params.max_blocks, plan.num_items))),
          .block = dim3(kMarkovThreads),
          .stream = stream},
         MarkovKernel, params, plan);
}

}  // namespace dsb::cuda
