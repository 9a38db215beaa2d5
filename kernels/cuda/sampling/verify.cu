#include "kernels/cuda/sampling/verify.h"

#include "kernels/cuda/common/handoff.cuh"
#include "kernels/cuda/common/philox.cuh"
#include "kernels/cuda/sampling/target_law.cuh"

namespace dsb::cuda {
namespace {

// What the deciding block needs of one target row.
struct RowFacts {
  RowLaw law;
  int32_t arg_max;
  int32_t finite;
};

// A counter a request, then [max_length + 1] facts a request.
struct Workspace {
  uint32_t* arrived;
  RowFacts* facts;
};

int64_t CounterBytes(int64_t max_requests) {
  return (max_requests * static_cast<int64_t>(sizeof(uint32_t)) + 15) / 16 * 16;
}

// q of the tested token's row over the target's vocabulary, unnormalised.
struct DraftWeight {
  const float* law;  // null: one-hot at `token`
  const int32_t* draft_indices;
  int32_t draft_vocab;
  int32_t token;

  __device__ __forceinline__ float operator()(int32_t i) const {
    if (law == nullptr) return i == token ? 1.0f : 0.0f;
    const int32_t index = draft_indices == nullptr ? i : draft_indices[i];
    return index < 0 || index >= draft_vocab ? 0.0f : law[index];
  }
};

// max(p - q, 0), rounded to float once.
struct ResidualWeight {
  LawWeight target;
  DraftWeight draft;
  double target_scale;
  double draft_scale;

  __device__ __forceinline__ float operator()(int32_t i) const {
    const double p = static_cast<double>(target(i)) * target_scale;
    const double excess = p - static_cast<double>(draft(i)) * draft_scale;
    return static_cast<float>(excess > 0 ? excess : 0.0);
  }
};

// One request in the deciding block.
struct Decision {
  const VerifyParams& params;
  const RoundRequest& request;
  int32_t r;

  __device__ __forceinline__ double Draw(RandomPurpose purpose, int32_t k) const {
    if (params.uniforms != nullptr) {
      const int which =
          purpose == RandomPurpose::kAccept ? 0 : (purpose == RandomPurpose::kResidual ? 1 : 2);
      return params.uniforms[(int64_t{r} * (params.max_length + 1) + k) * 3 + which];
    }
    if (purpose == RandomPurpose::kBonus && request.prefill != 0) purpose = RandomPurpose::kPrefill;
    return RoundUniform(request, purpose, k);
  }

  __device__ __forceinline__ const float* Logits(int32_t k) const {
    return params.logits + (int64_t{params.first_rows[r]} + k) * params.logit_stride;
  }

  // Whether draft k survives; if not, `next` replaces it.
  __device__ __forceinline__ bool Accept(int32_t k, const RowFacts& facts, int32_t& next,
                                         RowScratch& scratch) const {
    const DraftRows& drafts = params.drafts;
    const int64_t at = int64_t{r} * drafts.block + k;
    const int32_t token = drafts.tokens[at];
    if (!(request.inverse_temperature > 0)) {
      next = facts.arg_max;
      return token == next;
    }
    const LawWeight target{Logits(k), facts.law};
    DraftWeight draft{nullptr, drafts.map.draft_indices, drafts.draft_vocab, token};
    double q = 1;
    double draft_scale = 1;
    if (drafts.laws != nullptr) {
      draft.law = drafts.laws + at * drafts.law_stride;
      draft_scale = 1 / drafts.law_sums[at];
      q = static_cast<double>(draft.law[drafts.draft_indices[at]]) / drafts.law_sums[at];
    }
    const bool known = token >= 0 && token < params.vocab;
    const double p = known ? static_cast<double>(target(token)) / facts.law.mass : 0.0;
    if (Draw(RandomPurpose::kAccept, k) * q < p) return true;
    const double u = Draw(RandomPurpose::kResidual, k);
    const ResidualWeight residual{target, draft, 1 / facts.law.mass, draft_scale};
    const Drawn drawn = DrawFromRow(params.vocab, u, residual, scratch);
    next = drawn.mass > 0 ? drawn.index : DrawFromRow(params.vocab, u, target, scratch).index;
    return false;
  }

  __device__ __forceinline__ int32_t Bonus(int32_t k, const RowFacts& facts,
                                           RowScratch& scratch) const {
    if (!(request.inverse_temperature > 0)) return facts.arg_max;
    return DrawFromRow(params.vocab, Draw(RandomPurpose::kBonus, k),
                       LawWeight{Logits(k), facts.law}, scratch)
        .index;
  }

  __device__ __forceinline__ VerifyResult Run(int32_t length, const RowFacts* facts,
                                              RowScratch& scratch) const {
    VerifyResult result;
    for (int32_t k = 0; k <= length; ++k) {
      const RowFacts row = facts[k];
      if (row.finite == 0) {
        result.finite = 0;
        return result;
      }
      if (k == length) {
        result.next_token = Bonus(k, row, scratch);
      } else if (Accept(k, row, result.next_token, scratch)) {
        ++result.accepted;
        continue;
      }
      return result;
    }
    return result;
  }
};

// A block per (row of a request, request).
__global__ __launch_bounds__(kRowThreads, 1) void VerifyKernel(VerifyParams params,
                                                               Workspace workspace) {
  __shared__ RowScratch scratch;
  __shared__ CutScratch cut_scratch;
  __shared__ int last;
  const auto r = static_cast<int32_t>(blockIdx.y);
  const auto k = static_cast<int32_t>(blockIdx.x);
  const RoundRequest& request = params.requests[r];
  if (request.slot < 0) return;
  const int32_t length = min(max(params.lengths[r], 0), params.max_length);
  if (k > length) return;
  const Decision decision{params, request, r};
  RowFacts* facts = workspace.facts + int64_t{r} * (params.max_length + 1);
  const float* logits = decision.Logits(k);
  const RowPeak peak = FindPeak(logits, params.vocab, scratch);
  RowFacts row{{}, peak.peak.index, peak.finite ? 1 : 0};
  if (peak.finite && request.inverse_temperature > 0) {
    row.law = FindLaw(logits, params.vocab, peak.peak.value, request.inverse_temperature,
                      request.top_k, request.top_p, cut_scratch, scratch);
  }
  if (threadIdx.x == 0) facts[k] = row;
  if (!ArriveLast(&workspace.arrived[r], static_cast<uint32_t>(length) + 1, last)) return;
  const VerifyResult result = decision.Run(length, facts, scratch);
  if (threadIdx.x != 0) return;
  params.results[r] = result;
  workspace.arrived[r] = 0;  // for the next launch
}

}  // namespace

int64_t VerifyWorkspaceBytes(int64_t max_requests, int32_t max_length) {
  return CounterBytes(max_requests) +
         max_requests * (max_length + 1) * static_cast<int64_t>(sizeof(RowFacts));
}

void VerifyRounds(const VerifyParams& params, Stream stream) {
  DSB_CHECK(params.workspace.memory != nullptr && params.max_length >= 0 &&
            params.num_requests <= params.workspace.max_requests);
  auto* const bytes = static_cast<std::byte*>(params.workspace.memory);
  const Workspace workspace{
      reinterpret_cast<uint32_t*>(bytes),
      reinterpret_cast<RowFacts*>(bytes + CounterBytes(params.workspace.max_requests))};
  Launch({.grid = dim3(static_cast<unsigned>(params.max_length) + 1,
                       static_cast<unsigned>(params.num_requests)),
          .block = dim3(kRowThreads),
          .stream = stream},
         VerifyKernel, params, workspace);
}

}  // namespace dsb::cuda
