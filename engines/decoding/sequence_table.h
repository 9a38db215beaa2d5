// The requests that an engine of this process has in flight: who may come, in which slot, what is
// prefilled next, and how a round is committed and a request leaves. No model, no device. One
// thread.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "engines/decoding/sequence.h"
#include "engines/decoding/verify.h"
#include "engines/request.h"
#include "engines/step_result.h"

namespace dsb {

// Prompt tokens of one sequence for one pass.
struct PrefillChunk {
  Sequence* sequence = nullptr;
  int32_t first_position = 0;
  std::span<const int32_t> tokens;
  bool last = false;  // the prompt ends with it
};

// What one verify round of one request came to, before it is committed.
struct RoundResult {
  std::span<const int32_t> draft_ids;  // [proposed]
  std::span<const float> confidence;   // [proposed] or empty
  int32_t verified = 0;
  VerifyOutcome outcome;
};

class SequenceTable {
 public:
  struct Limits {
    int32_t max_concurrency = 1;
    int32_t context_tokens = 0;  // prompt + answer + draft length + 1 of one request
    int32_t draft_length = 0;    // 0 without a drafter
    int64_t vocab_size = 0;
  };
  // `clock` outlives the table.
  SequenceTable(const Limits& limits, const Clock& clock);

  // As Engine::Admit; returns the request's slot.
  int32_t Admit(EngineRequest request);
  // Takes effect in the next EndCancelled; unknown ids are ignored.
  void Cancel(int64_t request_id) { cancelled_.insert(request_id); }
  std::vector<int32_t> EndCancelled(StepResult& result);  // slots that this freed

  // In the order in which they were admitted.
  std::vector<Sequence*> Prefilling() const { return Where(true); }
  std::vector<Sequence*> Decoding() const { return Where(false); }

  // The next chunks of `sequences`, which are all prefilling, `budget` tokens together at most;
  // counts them as prefilled and into `result`. The spans live as long as the sequences.
  std::vector<PrefillChunk> TakeChunks(std::span<Sequence* const> sequences, int32_t budget,
                                       StepResult& result);
  // The token after the prompt. False: its logits were not finite and the request ends.
  bool CommitFirst(Sequence& sequence, const VerifyOutcome& outcome, StepResult& result);
  // The tokens that the round appended; empty: its logits were not finite and the request ends.
  std::vector<int32_t> CommitRound(Sequence& sequence, const RoundResult& round,
                                   StepResult& result);
  // Frees the slots of the requests whose last burst is in `result`, and says which.
  std::vector<int32_t> RemoveEnded(const StepResult& result);

 private:
  std::vector<Sequence*> Where(bool prefilling) const;
  void Emit(const Sequence& sequence, std::vector<int32_t> tokens, StepResult& result);
  void Fail(const Sequence& sequence, StepResult& result);
  // A last burst without tokens.
  void End(const Sequence& sequence, EndReason reason, std::string error, StepResult& result);

  Limits limits_;
  const Clock* clock_;
  std::vector<std::unique_ptr<Sequence>> sequences_;
  std::vector<int32_t> free_slots_;
  int64_t num_admitted_ = 0;
  std::set<int64_t> cancelled_;
};

}  // namespace dsb
