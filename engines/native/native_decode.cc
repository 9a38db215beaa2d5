#include <algorithm>

#include "engines/decoding/round_load.h"
#include "engines/native/native_engine.h"

namespace dsb {

struct NativeEngine::DecodeRound {
  std::vector<Sequence*> sequences;
  std::vector<RequestLoad> load;  // before the draft
  int32_t budget = 0;             // the same
  std::vector<DraftRequest> requests;
  std::vector<DraftBlock> blocks;
  std::vector<int32_t> lengths;  // verified drafts
  std::vector<VerifyOutcome> outcomes;

  std::span<const int32_t> Verified(size_t i) const {
    return std::span(blocks[i].tokens).first(static_cast<size_t>(lengths[i]));
  }
};

void NativeEngine::Decode(std::vector<Sequence*> sequences, StepResult& result, PhaseTimer& timer) {
  DecodeRound round;
  round.sequences = std::move(sequences);
  round.load = LoadOf(round.sequences, parts_.draft_length);
  timer.Begin(Phase::kSchedule);
  round.budget = parts_.policy.budget->Next({.step = num_steps_, .requests = round.load});
  timer.End(Phase::kSchedule);
  drafting_ = round.budget != kNoDraft;
  if (round.budget != kUnlimitedBudget) result.budget_tokens = std::max(round.budget, 0);
  Draft(round, timer);
  timer.Begin(Phase::kSchedule);
  Choose(round);
  timer.End(Phase::kSchedule);
  timer.Begin(Phase::kVerify);
  RunTarget(round, result);
  timer.End(Phase::kVerify);
  timer.Begin(Phase::kSample);
  Accept(round);
  timer.End(Phase::kSample);
  Commit(round, result, timer);
}

void NativeEngine::Draft(DecodeRound& round, PhaseTimer& timer) {
  if (parts_.drafter == nullptr || round.budget == kNoDraft) {
    round.blocks.resize(round.sequences.size());
    return;
  }
  timer.Begin(Phase::kDraft);
  deferred_.GiveTo(*parts_.drafter);
  for (size_t i = 0; i < round.sequences.size(); ++i) {
    const Sequence* sequence = round.sequences[i];
    round.requests.push_back({.slot = sequence->slot(),
                              .anchor = sequence->anchor(),
                              .anchor_position = sequence->anchor_position(),
                              .max_tokens = round.load[i].most,
                              .sampling = sequence->request().sampling,
                              .stop_tokens = sequence->request().stop_tokens,
                              .seed = sequence->request().seed,
                              .random_id = sequence->request().random_id,
                              .round = sequence->round(),
                              .law_confidence = law_confidence_});
  }
  round.blocks = parts_.drafter->Draft(round.requests);
  timer.End(Phase::kDraft);
  if (parts_.drafter->has_confidence()) {
    timer.Begin(Phase::kConfidence);
    parts_.drafter->Confidence(round.requests, round.blocks);
    timer.End(Phase::kConfidence);
  }
  for (DraftBlock& block : round.blocks) parts_.policy.Calibrate(block.confidence);
}

void NativeEngine::Choose(DecodeRound& round) {
  std::vector<DraftedRequest> requests;
  for (const DraftBlock& block : round.blocks) {
    requests.push_back(
        {.proposed = static_cast<int32_t>(block.tokens.size()), .confidence = block.confidence});
  }
  round.lengths = parts_.policy.Choose(round.budget, requests);
}

void NativeEngine::RunTarget(DecodeRound& round, StepResult& result) {
  std::vector<std::vector<int32_t>> tokens;
  std::vector<TargetInput> inputs;
  for (size_t i = 0; i < round.sequences.size(); ++i) {
    tokens.push_back({round.sequences[i]->anchor()});
    const std::span<const int32_t> verified = round.Verified(i);
    tokens.back().insert(tokens.back().end(), verified.begin(), verified.end());
  }
  for (size_t i = 0; i < round.sequences.size(); ++i) {
    const Sequence& sequence = *round.sequences[i];
    const auto count = static_cast<int32_t>(tokens[i].size());
    inputs.push_back({.slot = sequence.slot(),
                      .first_position = sequence.anchor_position(),
                      .tokens = tokens[i],
                      .num_logit_rows = count});
    result.num_draft_tokens += static_cast<int32_t>(round.blocks[i].tokens.size());
    result.num_verify_tokens += count;
    result.padded_tokens += count;
    result.context_tokens += sequence.anchor_position() + count;
  }
  runner_.Forward(inputs);
}

void NativeEngine::Accept(DecodeRound& round) {
  round.outcomes.resize(round.sequences.size());
  pool_->ParallelFor(
      static_cast<int64_t>(round.sequences.size()), 1,
      [this, &round](int64_t first, int64_t last, int worker) {
        for (auto i = static_cast<size_t>(first); i < static_cast<size_t>(last); ++i) {
          const Sequence& sequence = *round.sequences[i];
          const EngineRequest& request = sequence.request();
          const DraftBlock& block = round.blocks[i];
          std::vector<DraftedToken> drafted;
          for (size_t k = 0; k < static_cast<size_t>(round.lengths[i]); ++k) {
            DraftedToken& token = drafted.emplace_back();
            token.token = block.tokens[k];
            token.draft_index = block.draft_indices[k];
            if (block.weights.empty()) continue;
            token.weights = block.weights[k];
            token.weight_sum = block.weight_sums[k];
          }
          const auto uniform = [&request, &sequence](RandomPurpose purpose, int32_t k) {
            return Uniform({.seed = request.seed,
                            .request = request.random_id,
                            .purpose = purpose,
                            .position = static_cast<uint32_t>(sequence.anchor_position() + 1 + k),
                            .round = sequence.round()});
          };
          round.outcomes[i] =
              VerifyRound({.drafted = drafted,
                           .target_ids = parts_.drafter == nullptr ? std::span<const int32_t>{}
                                                                   : parts_.drafter->target_ids(),
                           .sampling = request.sampling,
                           .logits = [this, i](int32_t k) { return runner_.Logits(i, k); }},
                          uniform, verify_scratch_[static_cast<size_t>(worker)]);
        }
      });
}

void NativeEngine::Commit(DecodeRound& round, StepResult& result, PhaseTimer& timer) {
  timer.Begin(Phase::kCommit);
  std::vector<std::vector<int32_t>> committed;
  FinishedRounds finished{.step = num_steps_, .rounds = {}};
  for (size_t i = 0; i < round.sequences.size(); ++i) {
    committed.push_back(table_.CommitRound(*round.sequences[i],
                                           {.draft_ids = round.blocks[i].tokens,
                                            .confidence = round.blocks[i].confidence,
                                            .verified = round.lengths[i],
                                            .outcome = round.outcomes[i]},
                                           result));
    if (!committed.back().empty()) {
      finished.rounds.push_back(Finished(round.load[i], result.rounds.back()));
    }
  }
  parts_.policy.budget->Observe(finished);
  timer.End(Phase::kCommit);
  if (parts_.drafter == nullptr) return;
  timer.Begin(Phase::kDraft);
  std::vector<CommittedRows> rows;
  for (size_t i = 0; i < round.sequences.size(); ++i) {
    const Sequence& sequence = *round.sequences[i];
    if (sequence.end() != EndReason::kNone || committed[i].empty()) {
      deferred_.Forget(sequence.slot());
      continue;
    }
    const auto count = static_cast<int32_t>(committed[i].size());
    // The anchor and the accepted drafts; the next token has no features yet.
    rows.push_back({.slot = sequence.slot(),
                    .first_position = sequence.anchor_position() - count,
                    .features = runner_.Features(i, count),
                    .next_tokens = committed[i]});
  }
  TakeIn(rows);
  timer.End(Phase::kDraft);
}

void NativeEngine::TakeIn(std::span<const CommittedRows> committed) {
  if (drafting_) {
    if (!committed.empty()) parts_.drafter->Advance(committed);
  } else {
    deferred_.Hold(committed, *parts_.drafter);
  }
}

}  // namespace dsb
