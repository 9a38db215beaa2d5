#include "engines/decoding/sequence_table.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/error.h"

namespace dsb {

SequenceTable::SequenceTable(const Limits& limits, const Clock& clock)
    : limits_(limits), clock_(&clock) {
  for (int32_t slot = limits_.max_concurrency; slot-- > 0;) free_slots_.push_back(slot);
}

int32_t SequenceTable::Admit(EngineRequest request) {
  DSB_CHECK(!request.prompt.empty() && request.max_tokens >= 1);
  const int64_t needed =
      static_cast<int64_t>(request.prompt.size()) + request.max_tokens + limits_.draft_length + 1;
  if (needed > limits_.context_tokens) {
    ThrowBadInput("request " + std::to_string(request.id) + " needs " + std::to_string(needed) +
                  " context tokens (prompt " + std::to_string(request.prompt.size()) +
                  "), expected at most " + std::to_string(limits_.context_tokens));
  }
  for (const int32_t token : request.prompt) {
    if (token < 0 || token >= limits_.vocab_size) {
      ThrowBadInput("request " + std::to_string(request.id) + ": token id " +
                    std::to_string(token) + " is outside the vocabulary of " +
                    std::to_string(limits_.vocab_size));
    }
  }
  if (free_slots_.empty()) {
    ThrowBadInput("more than " + std::to_string(limits_.max_concurrency) + " requests in flight");
  }
  const int32_t slot = free_slots_.back();
  free_slots_.pop_back();
  sequences_.push_back(std::make_unique<Sequence>(std::move(request), slot, num_admitted_++));
  return slot;
}

std::vector<int32_t> SequenceTable::EndCancelled(StepResult& result) {
  for (const auto& sequence : sequences_) {
    if (!cancelled_.contains(sequence->request().id)) continue;
    End(*sequence, EndReason::kCancelled, {}, result);
  }
  cancelled_.clear();
  return RemoveEnded(result);
}

std::vector<Sequence*> SequenceTable::Where(bool prefilling) const {
  std::vector<Sequence*> found;
  for (const auto& sequence : sequences_) {
    if (sequence->prefilling() == prefilling) found.push_back(sequence.get());
  }
  return found;
}

std::vector<PrefillChunk> SequenceTable::TakeChunks(std::span<Sequence* const> sequences,
                                                    int32_t budget, StepResult& result) {
  std::vector<PrefillChunk> chunks;
  for (Sequence* sequence : sequences) {
    if (budget == 0) break;
    const int32_t done = sequence->num_prefilled();
    const int32_t count = std::min(budget, sequence->prompt_size() - done);
    budget -= count;
    if (done == 0) result.admitted.push_back(sequence->request().id);
    chunks.push_back({.sequence = sequence,
                      .first_position = done,
                      .tokens = std::span(sequence->request().prompt)
                                    .subspan(static_cast<size_t>(done), static_cast<size_t>(count)),
                      .last = done + count == sequence->prompt_size()});
    sequence->AddPrefilled(count);
    result.num_prefill_tokens += count;
    result.padded_tokens += count;
    result.context_tokens += done + count;
  }
  return chunks;
}

bool SequenceTable::CommitFirst(Sequence& sequence, const VerifyOutcome& outcome,
                                StepResult& result) {
  if (!outcome.finite) {
    Fail(sequence, result);
    return false;
  }
  sequence.CommitFirst(outcome.next_token);
  Emit(sequence, {outcome.next_token}, result);
  return true;
}

std::vector<int32_t> SequenceTable::CommitRound(Sequence& sequence, const RoundResult& round,
                                                StepResult& result) {
  const VerifyOutcome& outcome = round.outcome;
  if (!outcome.finite) {
    Fail(sequence, result);
    return {};
  }
  const int32_t position = sequence.anchor_position();
  const auto accepted = round.draft_ids.first(static_cast<size_t>(outcome.accepted));
  const Sequence::Commit commit = sequence.CommitRound(accepted, outcome.next_token);
  std::vector<int32_t> tokens(accepted.begin(), accepted.end());
  tokens.push_back(outcome.next_token);
  tokens.resize(static_cast<size_t>(commit.committed));
  result.rounds.push_back(
      {.request_id = sequence.request().id,
       .position = position,
       .proposed = static_cast<int32_t>(round.draft_ids.size()),
       .verified = round.verified,
       .accepted = commit.accepted,
       .committed = commit.committed,
       .cut = commit.cut,
       .confidence = std::vector<float>(round.confidence.begin(), round.confidence.end()),
       .draft_ids = std::vector<int32_t>(round.draft_ids.begin(), round.draft_ids.end())});
  Emit(sequence, tokens, result);
  return tokens;
}

void SequenceTable::Emit(const Sequence& sequence, std::vector<int32_t> tokens,
                         StepResult& result) {
  TokenBurst& burst = result.bursts.emplace_back();
  burst.request_id = sequence.request().id;
  burst.time_ns = clock_->NowNs();
  burst.num_tokens = static_cast<int32_t>(tokens.size());
  burst.tokens = std::move(tokens);
  burst.end = sequence.end();
}

void SequenceTable::Fail(const Sequence& sequence, StepResult& result) {
  End(sequence, EndReason::kError,
      "the target's logits are not finite at position " +
          std::to_string(sequence.prompt_size() + sequence.num_output()),
      result);
}

void SequenceTable::End(const Sequence& sequence, EndReason reason, std::string error,
                        StepResult& result) {
  TokenBurst& burst = result.bursts.emplace_back();
  burst.request_id = sequence.request().id;
  burst.time_ns = clock_->NowNs();
  burst.end = reason;
  burst.error = std::move(error);
}

std::vector<int32_t> SequenceTable::RemoveEnded(const StepResult& result) {
  std::vector<int32_t> freed;
  for (const TokenBurst& burst : result.bursts) {
    if (burst.end == EndReason::kNone) continue;
    const auto found = std::find_if(
        sequences_.begin(), sequences_.end(),
        [&burst](const auto& sequence) { return sequence->request().id == burst.request_id; });
    if (found == sequences_.end()) continue;
    free_slots_.push_back((*found)->slot());
    freed.push_back((*found)->slot());
    sequences_.erase(found);
  }
  return freed;
}

}  // namespace dsb
