#include "kernels/cuda/sampling/sampling.h"

#include "kernels/cuda/sampling/draft_choice.cuh"
#include "kernels/cuda/common/philox.cuh"
#include "kernels/cuda/sampling/target_law.cuh"

namespace dsb::cuda {
namespace {

__global__ __launch_bounds__(kRowThreads, 1) void ArgMaxKernel(ArgMaxRowsParams params) {
  __shared__ RowScratch scratch;
  const int64_t row = blockIdx.x;
  const RowPeak peak = FindPeak(params.rows + row * params.stride, params.size, scratch);
  if (threadIdx.x != 0) return;
  params.indices[row] = peak.peak.index;
  if (params.finite != nullptr) params.finite[row] = peak.finite ? 1 : 0;
}

// Stores the weights of a row and returns their sum, in the order of RowMass.
__device__ __forceinline__ double StoreWeights(const float* logits, int32_t size,
                                               float inverse_temperature, float* weights,
                                               RowScratch& scratch) {
  const float largest = FindPeak(logits, size, scratch).peak.value;
  return RowMass(
      size,
      [&](int32_t i) {
        const float weight = SoftmaxWeight(logits[i], largest, inverse_temperature);
        weights[i] = weight;
        return weight;
      },
      scratch);
}

__global__ __launch_bounds__(kRowThreads, 1) void SoftmaxKernel(SoftmaxWeightsParams params) {
  __shared__ RowScratch scratch;
  const int64_t row = blockIdx.x;
  const double sum = StoreWeights(params.logits + row * params.stride, params.size,
                                  params.inverse_temperatures[row],
                                  params.weights + row * params.weight_stride, scratch);
  if (threadIdx.x == 0) params.sums[row] = sum;
}

__global__ __launch_bounds__(kRowThreads, 1) void SampleKernel(SampleRowsParams params) {
  __shared__ RowScratch scratch;
  const int64_t row = blockIdx.x;
  const float* weights = params.weights + row * params.stride;
  const Drawn drawn = DrawFromRow(
      params.size, params.uniforms[row], [weights](int32_t i) { return weights[i]; }, scratch);
  if (threadIdx.x == 0) params.indices[row] = drawn.index;
}

__global__ __launch_bounds__(kRowThreads, 1) void TargetLawKernel(TargetLawParams params) {
  __shared__ RowScratch scratch;
  __shared__ CutScratch cut_scratch;
  const int64_t row = blockIdx.x;
  const float* logits = params.logits + row * params.stride;
  const RoundRequest& request = params.requests[row];
  const float largest = FindPeak(logits, params.size, scratch).peak.value;
  const LawWeight weight{logits, FindLaw(logits, params.size, largest, request.inverse_temperature,
                                         request.top_k, request.top_p, cut_scratch, scratch)};
  float* weights = params.weights + row * params.weight_stride;
  for (int32_t i = static_cast<int32_t>(threadIdx.x); i < params.size; i += kRowThreads) {
    weights[i] = weight(i);
  }
  if (threadIdx.x == 0) params.sums[row] = weight.law.mass;
}

// A block per (offset, request).
__global__ __launch_bounds__(kRowThreads, 1) void ChooseDraftsKernel(ChooseDraftsParams params) {
  __shared__ RowScratch scratch;
  const DraftRows& drafts = params.drafts;
  const auto r = static_cast<int32_t>(blockIdx.y);
  const auto k = params.first_offset + static_cast<int32_t>(blockIdx.x);
  const RoundRequest& request = params.requests[r];
  const int32_t wanted = request.slot < 0 ? 0 : min(request.max_drafts, drafts.block);
  if (k == 0 && wanted <= 0 && threadIdx.x == 0) drafts.num_drafted[r] = 0;
  if (k >= wanted) return;
  const int64_t at = int64_t{r} * drafts.block + k;
  // Rows of one launch do not know each other's tokens: stops end a block between launches only.
  if (k > 0 && k == params.first_offset && drafts.stop_tokens != nullptr &&
      (drafts.num_drafted[r] != k || IsStop(drafts, request, drafts.tokens[at - 1]))) {
    return;
  }
  float* row = drafts.laws + at * drafts.law_stride;
  int32_t index = 0;
  double sum = 0;
  if (request.inverse_temperature > 0) {
    sum = StoreWeights(row, drafts.draft_vocab, request.inverse_temperature, row, scratch);
    const double u = RoundUniform(request, RandomPurpose::kDraft, k);
    // The masses of the row's parts are still there from StoreWeights.
    if (sum > 0) {
      index = FindCumulated(
          drafts.draft_vocab, u * sum, [row](int32_t i) { return row[i]; }, scratch);
    }
  } else {
    index = FindPeak(row, drafts.draft_vocab, scratch).peak.index;
  }
  if (threadIdx.x != 0) return;
  const int32_t token = RecordDraft(drafts, r, k, index);
  if (request.inverse_temperature > 0) drafts.law_sums[at] = sum;
  const bool last = k + 1 == wanted || k + 1 == params.first_offset + params.num_offsets;
  if (last) drafts.num_drafted[r] = k + 1;
  if (params.next_tokens != nullptr && params.num_offsets == 1) params.next_tokens[r] = token;
}

dim3 OneBlockEach(int64_t num_rows) { return dim3(static_cast<unsigned>(num_rows)); }

}  // namespace

void ArgMaxRows(const ArgMaxRowsParams& params, Stream stream) {
  Launch({.grid = OneBlockEach(params.num_rows), .block = dim3(kRowThreads), .stream = stream},
         ArgMaxKernel, params);
}

void SoftmaxWeightsRows(const SoftmaxWeightsParams& params, Stream stream) {
  Launch({.grid = OneBlockEach(params.num_rows), .block = dim3(kRowThreads), .stream = stream},
         SoftmaxKernel, params);
}

void SampleRows(const SampleRowsParams& params, Stream stream) {
  Launch({.grid = OneBlockEach(params.num_rows), .block = dim3(kRowThreads), .stream = stream},
         SampleKernel, params);
}

void TargetLawRows(const TargetLawParams& params, Stream stream) {
  Launch({.grid = OneBlockEach(params.num_rows), .block = dim3(kRowThreads), .stream = stream},
         TargetLawKernel, params);
}

void ChooseDrafts(const ChooseDraftsParams& params, Stream stream) {
  DSB_CHECK(params.first_offset >= 0 && params.num_offsets >= 1 &&
            params.first_offset + params.num_offsets <= params.drafts.block &&
            (params.first_offset == 0 || params.num_offsets == 1));
  Launch({.grid = dim3(static_cast<unsigned>(params.num_offsets),
                       static_cast<unsigned>(params.drafts.num_requests)),
          .block = dim3(kRowThreads),
          .stream = stream},
         ChooseDraftsKernel, params);
}

}  // namespace dsb::cuda
