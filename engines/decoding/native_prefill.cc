#include <algorithm>

#include "engines/decoding/native_engine.h"
#include "kernels/vocabulary_row.h"

namespace dsb {

void NativeEngine::Prefill(std::vector<Sequence*> sequences, StepResult& result) {
  std::vector<TargetInput> inputs;
  int32_t budget = parts_.prefill_chunk_tokens;
  for (const Sequence* sequence : sequences) {
    if (budget == 0) break;
    const int32_t done = sequence->num_prefilled();
    const int32_t count = std::min(budget, sequence->prompt_size() - done);
    budget -= count;
    if (done == 0) result.admitted.push_back(sequence->request().id);
    inputs.push_back({.slot = sequence->slot(),
                      .first_position = done,
                      .tokens = std::span(sequence->request().prompt)
                                    .subspan(static_cast<size_t>(done), static_cast<size_t>(count)),
                      .num_logit_rows = done + count == sequence->prompt_size() ? 1 : 0});
    result.num_prefill_tokens += count;
    result.padded_tokens += count;
    result.context_tokens += done + count;
  }
  runner_.Forward(inputs);
  for (size_t i = 0; i < inputs.size(); ++i) {
    Sequence& sequence = *sequences[i];
    const auto count = static_cast<int32_t>(inputs[i].tokens.size());
    if (parts_.drafter != nullptr) {
      parts_.drafter->Advance(sequence.slot(), sequence.num_prefilled(),
                              runner_.Features(i, count));
    }
    sequence.AddPrefilled(count);
    if (!sequence.prefilling()) FinishPrefill(sequence, i, result);
  }
}

void NativeEngine::FinishPrefill(Sequence& sequence, size_t input_index, StepResult& result) {
  const EngineRequest& request = sequence.request();
  // The first token is a round with nothing verified, drawn from its own stream.
  const auto uniform = [&request, &sequence](RandomPurpose, int32_t) {
    return Uniform({.seed = request.seed,
                    .request = request.random_id,
                    .purpose = RandomPurpose::kPrefill,
                    .position = static_cast<uint32_t>(sequence.prompt_size()),
                    .round = 0});
  };
  const VerifyOutcome outcome = VerifyRound(
      {.drafted = {},
       .target_ids = {},
       .sampling = request.sampling,
       .logits = [this, input_index](int32_t) { return runner_.Logits(input_index, 0); }},
      uniform, verify_scratch_[0]);
  if (!outcome.finite) return Fail(sequence, result);
  sequence.CommitFirst(outcome.next_token);
  Emit(sequence, {outcome.next_token}, result);
}

}  // namespace dsb
