// How a Markov block is cut into numbered work items, and its workspace. See markov.h for why items
// in this order never wait for a higher number.
#pragma once

#include "kernels/cuda/markov/markov.h"
#include "kernels/cuda/sampling/vocabulary.cuh"

namespace dsb::cuda {

constexpr int kMarkovThreads = 256;
constexpr int kMarkovWarps = kMarkovThreads / 32;
// Requests that share one reading of W2: one for each warp of a block.
constexpr int kMarkovGroup = kMarkovWarps;
// Rows of W2 that a block multiplies at a time, and the parts that its columns are split in.
constexpr int kMarkovRows = 64;
constexpr int kMarkovSplits = 4;
constexpr int kMaxMarkovRank = 512;

enum class MarkovStage : int32_t { kProject, kLogits, kWeights };

// Words by which items wait for each other, of one step and group.
struct MarkovWords {
  uint32_t projected;  // arrivals
  uint32_t biased;     // arrivals
  uint32_t peaks;      // 1: the maxima of sampled rows are there
  uint32_t weighed;    // arrivals
  uint32_t chosen;     // 1: all tokens of the step are
};

struct MarkovPlan {
  int32_t num_groups;
  int32_t slice_rows;  // of the draft vocabulary
  int32_t num_slices;
  int32_t num_projections;  // items of kProject; 0 for vanilla
  int32_t num_items;

  // Zero between launches: counter of items, counter of blocks that are done, the steps' words.
  uint32_t* counters;
  MarkovWords* words;  // [block, groups]
  int32_t num_words;   // 32-bit words in all of these
  Peak* slice_peaks;   // [requests, slices]
  double* slice_masses;
  float* row_peaks;  // [requests]
  float* inputs;     // [requests, rank]: of W2; not for vanilla
  float* states;     // [2, requests, rank]: rnn, alternating by step
};

struct MarkovItem {
  int32_t step;
  MarkovStage stage;
  int32_t group;
  int32_t slice;
};

__device__ __forceinline__ MarkovItem ItemOf(const MarkovPlan& plan, int32_t number) {
  const int32_t of_step =
      (plan.num_projections + 2 * plan.num_slices) * plan.num_groups;  // items of one step
  MarkovItem item;
  item.step = number / of_step;
  int32_t rest = number % of_step;
  int32_t slices = plan.num_projections;
  item.stage = MarkovStage::kProject;
  for (const MarkovStage next : {MarkovStage::kLogits, MarkovStage::kWeights}) {
    if (rest < slices * plan.num_groups) break;
    rest -= slices * plan.num_groups;
    slices = plan.num_slices;
    item.stage = next;
  }
  item.group = rest / slices;
  item.slice = rest % slices;
  return item;
}

}  // namespace dsb::cuda
