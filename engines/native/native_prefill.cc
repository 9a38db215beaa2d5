#include "engines/native/native_engine.h"

namespace dsb {

void NativeEngine::Prefill(std::span<Sequence* const> sequences, StepResult& result) {
  const std::vector<PrefillChunk> chunks =
      table_.TakeChunks(sequences, parts_.prefill_chunk_tokens, result);
  std::vector<TargetInput> inputs;
  for (const PrefillChunk& chunk : chunks) {
    inputs.push_back({.slot = chunk.sequence->slot(),
                      .first_position = chunk.first_position,
                      .tokens = chunk.tokens,
                      .num_logit_rows = chunk.last ? 1 : 0});
  }
  runner_.Forward(inputs);
  std::vector<CommittedRows> committed;
  std::vector<std::vector<int32_t>> next_tokens(chunks.size());
  for (size_t i = 0; i < chunks.size(); ++i) {
    Sequence& sequence = *chunks[i].sequence;
    next_tokens[i].assign(chunks[i].tokens.begin() + 1, chunks[i].tokens.end());
    if (!chunks[i].last) {
      next_tokens[i].push_back(
          sequence.request().prompt[static_cast<size_t>(sequence.num_prefilled())]);
    } else {
      if (!FinishPrefill(sequence, i, result) || sequence.end() != EndReason::kNone) continue;
      next_tokens[i].push_back(sequence.anchor());
    }
    committed.push_back(
        {.slot = sequence.slot(),
         .first_position = chunks[i].first_position,
         .features = runner_.Features(i, static_cast<int32_t>(chunks[i].tokens.size())),
         .next_tokens = next_tokens[i]});
  }
  if (parts_.drafter != nullptr) TakeIn(committed);
}

bool NativeEngine::FinishPrefill(Sequence& sequence, size_t input_index, StepResult& result) {
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
  return table_.CommitFirst(sequence, outcome, result);
}

}  // namespace dsb
