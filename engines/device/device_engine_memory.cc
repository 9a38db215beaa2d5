// All that the device engine asks of the device, at set-up.
#include <algorithm>

#include "engines/device/device_arrays.h"
#include "engines/drafter.h"
#include "kernels/cuda/common/draft_map.h"

namespace dsb {

// A budget's rows are rounded up: few sizes that each can have its graphs.
int32_t DeviceEngine::PassRows(int32_t num_requests, int32_t budget) const {
  constexpr int32_t kRowsOfASize = 8;
  const AdmissionKind kind = parts_.policy.entry().admission;
  if (kind == AdmissionKind::kNone) return num_requests;
  const int32_t all = num_requests * parts_.draft_length;
  if (kind != AdmissionKind::kBudget || budget >= all) return num_requests + all;
  const int32_t sizes = (std::max(budget, 0) + kRowsOfASize - 1) / kRowsOfASize;
  return num_requests + std::min(all, sizes * kRowsOfASize);
}

void DeviceEngine::PlanMemory() {
  DevicePlan plan;
  PlanModels(plan);
  PlanPrefill(plan);
  PlanRound(plan);
  plan.AddZeroed(verify_memory_, cuda::VerifyWorkspaceBytes(parts_.max_concurrency,
                                                            std::max(1, parts_.draft_length)));
  memory_ = plan.Allocate("the device engine", stream_);
  verify_workspace_ = {.memory = verify_memory_, .max_requests = parts_.max_concurrency};
}

void DeviceEngine::PlanModels(DevicePlan& plan) {
  const int32_t requests = parts_.max_concurrency;
  const int64_t pass_rows = PassRows(requests, kUnlimitedBudget);
  const int64_t max_rows = std::max<int64_t>(parts_.prefill_chunk_tokens, pass_rows);
  DeviceDrafter* drafter = parts_.drafter.get();
  DeviceRunner::Options options = {.num_slots = requests,
                                   .context_tokens = parts_.context_tokens,
                                   .feature_layers = {},
                                   .max_rows = max_rows,
                                   .max_logit_rows = pass_rows};
  if (drafter != nullptr) {
    options.feature_layers.assign(drafter->feature_layers().begin(),
                                  drafter->feature_layers().end());
  }
  runner_ = std::make_unique<DeviceRunner>(parts_.target, options, plan);
  if (parts_.draft_length == 0) return;
  // A whole trained block runs however little of it is wanted: its rows need room of their own.
  drafter->Plan({.num_slots = requests,
                 .context_tokens = parts_.context_tokens + kMostBlockRows,
                 .draft_length = parts_.draft_length,
                 .max_requests = requests,
                 .max_committed_rows = max_rows},
                plan);
}

void DeviceEngine::PlanPrefill(DevicePlan& plan) {
  PrefillArrays& prefill = *prefill_;
  const int64_t requests = parts_.max_concurrency;
  const int64_t chunk = parts_.prefill_chunk_tokens;
  prefill.input.Add(prefill.tokens, chunk);
  prefill.input.Add(prefill.next_tokens, chunk);
  prefill.input.Add(prefill.rows, chunk);
  prefill.input.Add(prefill.requests, requests);
  prefill.input.Add(prefill.slots, requests);
  prefill.input.Add(prefill.last_rows, requests);
  prefill.input.Add(prefill.logit_rows, requests);
  prefill.input.Add(prefill.lengths, requests);
  prefill.output.Add(prefill.results, requests);
  prefill.input.Plan(plan);
  prefill.output.Plan(plan);
  plan.Add(prefill.committed_rows, requests);
}

void DeviceEngine::PlanRound(DevicePlan& plan) {
  RoundArrays& round = *round_;
  const int64_t requests = parts_.max_concurrency;
  const int64_t pass_rows = PassRows(parts_.max_concurrency, kUnlimitedBudget);
  const int64_t drafts = requests * std::max(1, parts_.draft_length);
  const int64_t draft_rows =
      parts_.draft_length == 0 ? 0 : requests * parts_.drafter->rows_per_request();
  round.input.Add(round.requests, requests);
  round.input.Add(round.slots, requests);
  round.input.Add(round.stop_tokens, requests * kMostStopTokens);
  round.input.Add(round.budget, 1);
  round.input.Add(round.draft_rows, draft_rows);
  round.input.Add(round.draft_tokens, draft_rows);
  round.output.Add(round.results, requests);
  round.output.Add(round.lengths, requests);
  round.output.Add(round.num_drafted, requests);
  round.output.Add(round.drafts, drafts);
  round.output.Add(round.confidence, drafts);
  round.input.Plan(plan);
  round.output.Plan(plan);
  plan.Add(round.first_rows, requests);
  plan.Add(round.tokens_of_rows, pass_rows);
  plan.Add(round.rows, pass_rows);
  plan.AddZeroed(round.next_tokens_of_rows, pass_rows);
  plan.Add(round.last_rows, requests);
  plan.Add(round.draft_indices, drafts);
  // Without drafts nothing else writes how many there are.
  plan.AfterUpload([&round](cuda::Stream stream) {
    cuda::FillZero(round.num_drafted.device, round.num_drafted.count, stream);
  });
  if (parts_.drafter == nullptr) return;
  plan.Add(round.laws, drafts * parts_.drafter->draft_vocab_size());
  plan.Add(round.law_sums, drafts);
  PlanDraftMap(plan);
}

void DeviceEngine::PlanDraftMap(DevicePlan& plan) {
  RoundArrays& round = *round_;
  const std::span<const int32_t> ids = parts_.drafter->target_ids();
  if (ids.empty()) return;
  const auto target_vocab = static_cast<int32_t>(parts_.target->model()->config().vocab_size);
  const auto draft_vocab = static_cast<int32_t>(ids.size());
  plan.AddCopy(round.map.target_ids, ids);
  plan.Add(round.draft_of_target, target_vocab);
  plan.AfterUpload([&round, target_vocab, draft_vocab](cuda::Stream stream) {
    round.map.draft_indices = round.draft_of_target;
    cuda::InvertDraftMap({.target_ids = round.map.target_ids,
                          .draft_vocab = draft_vocab,
                          .target_vocab = target_vocab,
                          .draft_indices = round.draft_of_target},
                         stream);
  });
}

}  // namespace dsb
