#include <algorithm>

#include "engines/device/device_arrays.h"
#include "engines/device/device_requests.h"
#include "kernels/cuda/sampling/committed_rows.h"

namespace dsb {

// Chunks of prompts, and the token after every prompt that ends among them.
void DeviceEngine::LaunchPrefill(std::span<const PrefillChunk> chunks, PhaseTimer& timer) {
  PrefillArrays& arrays = *prefill_;
  int32_t num_rows = 0, num_ends = 0;
  for (const PrefillChunk& chunk : chunks) {
    const EngineRequest& request = chunk.sequence->request();
    for (size_t i = 0; i < chunk.tokens.size(); ++i, ++num_rows) {
      const int32_t position = chunk.first_position + static_cast<int32_t>(i);
      const auto next = static_cast<size_t>(position) + 1;
      arrays.tokens.host[num_rows] = chunk.tokens[i];
      arrays.next_tokens.host[num_rows] = next < request.prompt.size() ? request.prompt[next] : -1;
      arrays.rows.host[num_rows] = {
          .slot = chunk.sequence->slot(), .position = position, .visible = position + 1};
    }
    if (!chunk.last) continue;
    arrays.requests.host[num_ends] = PrefillRequest(*chunk.sequence);
    arrays.slots.host[num_ends] = chunk.sequence->slot();
    arrays.last_rows.host[num_ends] = num_rows - 1;
    arrays.logit_rows.host[num_ends] = num_ends;
    arrays.lengths.host[num_ends] = 0;
    ++num_ends;
  }
  timer.Begin(Phase::kPrefill);
  arrays.input.CopyToDevice(stream_);
  runner_->Forward({.tokens = arrays.tokens.device,
                    .rows = arrays.rows.device,
                    .num_rows = num_rows,
                    .logit_rows = arrays.last_rows.device,
                    .num_logit_rows = num_ends},
                   stream_);
  if (num_ends > 0) {
    const int64_t vocab = parts_.target->model()->config().vocab_size;
    cuda::VerifyRounds({.requests = arrays.requests.device,
                        .num_requests = num_ends,
                        .logits = runner_->logits(),
                        .logit_stride = vocab,
                        .vocab = static_cast<int32_t>(vocab),
                        .first_rows = arrays.logit_rows.device,
                        .lengths = arrays.lengths.device,
                        .max_length = 0,
                        .drafts = Drafts(num_ends),
                        .workspace = verify_workspace_,
                        .results = arrays.results.device},
                       stream_);
    cuda::CommittedRows({.requests = arrays.requests.device,
                         .num_requests = num_ends,
                         .results = arrays.results.device,
                         .first_rows = arrays.last_rows.device,
                         .lengths = arrays.lengths.device,
                         .drafts = round_->drafts.device,
                         .block = std::max(1, parts_.draft_length),
                         .next_tokens = arrays.next_tokens.device,
                         .last_rows = arrays.committed_rows},
                        stream_);
    arrays.output.CopyToHost(stream_);
  }
  if (parts_.draft_length > 0) {
    parts_.drafter->Advance({.num_rows = num_rows,
                             .rows = arrays.rows.device,
                             .features = runner_->features(),
                             .next_tokens = arrays.next_tokens.device,
                             .num_requests = num_ends,
                             .last_rows = arrays.committed_rows,
                             .slots = arrays.slots.device},
                            stream_);
  }
  spans_.Mark(Phase::kPrefill, stream_);
  timer.End(Phase::kPrefill);
}

void DeviceEngine::FinishPrefill(std::span<const PrefillChunk> chunks, StepResult& result) {
  size_t end = 0;
  for (const PrefillChunk& chunk : chunks) {
    if (!chunk.last) continue;
    table_.CommitFirst(*chunk.sequence, OutcomeOf(prefill_->results.host[end++]), result);
  }
}

}  // namespace dsb
