#include <algorithm>

#include "engines/decoding/round_load.h"
#include "engines/device/device_arrays.h"
#include "engines/device/device_requests.h"
#include "kernels/cuda/sampling/admission.h"
#include "kernels/cuda/sampling/committed_rows.h"

namespace dsb {
namespace {

// Stages of a round that are captured apart, so that the phases between them can be told.
enum Stage : int32_t {
  kDraftStage,
  kConfidenceStage,
  kAdmitStage,
  kVerifyStage,
  kAcceptStage,
  kAdvanceStage
};

}  // namespace

template <class Launches>
void DeviceEngine::RunStage(Phase phase, const LaunchKey& key, PhaseTimer& timer,
                            Launches&& launch) {
  timer.Begin(phase);
  launches_.Run(key, stream_, launch);
  spans_.Mark(phase, stream_);
  timer.End(phase);
}

void DeviceEngine::DescribeRound(std::span<Sequence* const> sequences, int32_t num_requests) {
  RoundArrays& round = *round_;
  const auto count = static_cast<size_t>(num_requests);
  load_ = LoadOf(sequences, parts_.draft_length);
  for (size_t i = 0; i < count; ++i) {
    const auto first_stop = static_cast<int32_t>(i) * kMostStopTokens;
    cuda::RoundRequest& request = round.requests.host[i];
    request = {};
    if (i < sequences.size()) {
      const Sequence& sequence = *sequences[i];
      const std::vector<int32_t>& stops = sequence.request().stop_tokens;
      request = DecodeRequest(sequence, load_[i].most);
      request.first_stop = first_stop;
      request.num_stops = static_cast<int32_t>(stops.size());
      std::copy(stops.begin(), stops.end(), round.stop_tokens.host + first_stop);
    }
    round.slots.host[i] = request.slot;
  }
  const int32_t budget = parts_.policy.budget->Next({.step = num_steps_, .requests = load_});
  round.budget.host[0] = std::max(budget, 0);
  drafting_ = parts_.draft_length > 0 && budget != kNoDraft;
  if (!drafting_) return;
  const size_t rows = count * static_cast<size_t>(parts_.drafter->rows_per_request());
  parts_.drafter->FillRound(round.requests.values().first(count),
                            round.draft_rows.values().first(rows),
                            round.draft_tokens.values().first(rows));
}

void DeviceEngine::LaunchRound(std::span<Sequence* const> sequences, StepResult& result,
                               PhaseTimer& timer) {
  const int32_t num_requests = Padded(static_cast<int32_t>(sequences.size()));
  DescribeRound(sequences, num_requests);
  round_->input.CopyToDevice(stream_);
  if (drafting_) {
    LaunchDraft(num_requests, timer);
  } else if (parts_.draft_length > 0) {  // what the round before drafted is not this one's
    cuda::FillZero(round_->num_drafted.device, num_requests, stream_);
  }
  const int32_t budget = round_->budget.host[0];
  if (budget != kUnlimitedBudget) result.budget_tokens = budget;
  const int32_t num_rows = PassRows(num_requests, budget);
  LaunchVerify(num_requests, num_rows, timer);
  round_->output.CopyToHost(stream_);
  result.padded_tokens += num_rows;
}

void DeviceEngine::LaunchDraft(int32_t num_requests, PhaseTimer& timer) {
  RoundArrays& round = *round_;
  const DeviceDraftCall call = {.num_requests = num_requests,
                                .requests = round.requests.device,
                                .rows = round.draft_rows.device,
                                .tokens = round.draft_tokens.device,
                                .slots = round.slots.device,
                                .drafts = Drafts(num_requests),
                                .confidence = round.confidence.device};
  RunStage(Phase::kDraft, {kDraftStage, num_requests}, timer,
           [&](cuda::Stream stream) { parts_.drafter->Draft(call, stream); });
  if (!parts_.drafter->has_confidence()) return;
  RunStage(Phase::kConfidence, {kConfidenceStage, num_requests}, timer,
           [&](cuda::Stream stream) { parts_.drafter->Confidence(call, stream); });
}

void DeviceEngine::LaunchVerify(int32_t num_requests, int32_t num_rows, PhaseTimer& timer) {
  RoundArrays& round = *round_;
  const AdmissionKind kind = parts_.policy.entry().admission;
  RunStage(
      Phase::kSchedule, {kAdmitStage, num_requests, num_rows}, timer, [&](cuda::Stream stream) {
        cuda::AdmitDrafts({.kind = kind,
                           .threshold = parts_.policy.options.threshold,
                           .budget = kind == AdmissionKind::kBudget ? round.budget.device : nullptr,
                           .drafts = Drafts(num_requests),
                           .requests = round.requests.device,
                           .confidence = round.confidence.device,
                           .lengths = round.lengths.device,
                           .num_rows = num_rows,
                           .first_rows = round.first_rows,
                           .tokens = round.tokens_of_rows,
                           .rows = round.rows},
                          stream);
      });
  RunStage(Phase::kVerify, {kVerifyStage, num_requests, num_rows}, timer, [&](cuda::Stream stream) {
    runner_->Forward({.tokens = round.tokens_of_rows,
                      .rows = round.rows,
                      .num_rows = num_rows,
                      .logit_rows = nullptr,
                      .num_logit_rows = num_rows},
                     stream);
  });
  const int64_t vocab = parts_.target->model()->config().vocab_size;
  RunStage(Phase::kSample, {kAcceptStage, num_requests, num_rows}, timer, [&](cuda::Stream stream) {
    cuda::VerifyRounds({.requests = round.requests.device,
                        .num_requests = num_requests,
                        .logits = runner_->logits(),
                        .logit_stride = vocab,
                        .vocab = static_cast<int32_t>(vocab),
                        .first_rows = round.first_rows,
                        .lengths = round.lengths.device,
                        .max_length = parts_.draft_length,
                        .drafts = Drafts(num_requests),
                        .workspace = verify_workspace_,
                        .results = round.results.device},
                       stream);
  });
  if (parts_.draft_length == 0) return;
  RunStage(Phase::kDraft, {kAdvanceStage, num_requests, num_rows}, timer, [&](cuda::Stream stream) {
    cuda::CommittedRows({.requests = round.requests.device,
                         .num_requests = num_requests,
                         .results = round.results.device,
                         .first_rows = round.first_rows,
                         .lengths = round.lengths.device,
                         .drafts = round.drafts.device,
                         .block = parts_.draft_length,
                         .next_tokens = round.next_tokens_of_rows,
                         .last_rows = round.last_rows},
                        stream);
    parts_.drafter->Advance({.num_rows = num_rows,
                             .rows = round.rows,
                             .features = runner_->features(),
                             .next_tokens = round.next_tokens_of_rows,
                             .num_requests = num_requests,
                             .last_rows = round.last_rows,
                             .slots = round.slots.device},
                            stream);
  });
}

void DeviceEngine::FinishRound(std::span<Sequence* const> sequences, StepResult& result) {
  const RoundArrays& round = *round_;
  const auto block = static_cast<size_t>(std::max(1, parts_.draft_length));
  const bool confidence = parts_.draft_length > 0 && parts_.drafter->has_confidence();
  FinishedRounds finished{.step = num_steps_, .rounds = {}};
  for (size_t i = 0; i < sequences.size(); ++i) {
    const auto drafted = static_cast<size_t>(round.num_drafted.host[i]);
    const int32_t verified = round.lengths.host[i];
    result.num_draft_tokens += round.num_drafted.host[i];
    result.num_verify_tokens += verified + 1;
    result.context_tokens += sequences[i]->anchor_position() + verified + 1;
    const std::vector<int32_t> committed = table_.CommitRound(
        *sequences[i],
        {.draft_ids = round.drafts.values().subspan(i * block, drafted),
         .confidence = round.confidence.values().subspan(i * block, confidence ? drafted : 0),
         .verified = verified,
         .outcome = OutcomeOf(round.results.host[i])},
        result);
    if (!committed.empty()) finished.rounds.push_back(Finished(load_[i], result.rounds.back()));
  }
  parts_.policy.budget->Observe(finished);
}

}  // namespace dsb
