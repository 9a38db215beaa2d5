// An engine in virtual time: requests are admitted, prefilled in chunks, decoded in rounds and end
// as in the native engine, but tokens are only counted, rounds come from an acceptance model and
// time from a cost. Says nothing of texts: what it delivers has no token ids, and that its output
// would be the target's own is not its claim. The clock stands still but for its steps. One thread.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "engines/engine.h"
#include "engines/phase_observer.h"
#include "engines/simulated/simulated_rounds.h"

namespace dsb {

struct SimulatedEngineOptions {
  int32_t max_concurrency = 1;
  int32_t context_tokens = 0;  // of one request: prompt, answer, draft length and 1
  // Cache positions of all requests together; a request that finds too few waits. 0: enough.
  int64_t cache_tokens = 0;
  int32_t prefill_chunk_tokens = 256;  // per step, over all sequences
  bool reports_confidence = true;      // of every round, as real engines do
};

class SimulatedEngine : public Engine {
 public:
  // `clock` is virtual and outlives the engine.
  SimulatedEngine(SimulatedArm arm, const SimulatedEngineOptions& options, Clock& clock);

  EngineDescription Describe() const override;
  void Admit(EngineRequest request) override;
  StepResult Step(int64_t until_ns) override;
  void Cancel(int64_t request_id) override { cancelled_.insert(request_id); }
  // All of a step's time has a phase, always.
  void Instrument(const Instrumentation& instrumentation) override {
    instrumentation_ = instrumentation;
  }

 private:
  struct Sequence {
    int64_t id = 0;
    RoundKey key;
    RequestLoad load;
    int32_t prompt_tokens = 0, prefilled = 0;
    int32_t max_tokens = 0;  // of the answer, as far as the acceptance model lets it
    int32_t num_output = 0;
    EndReason ends = EndReason::kLength;  // how, at max_tokens
    bool waiting = true;                  // for room in the cache
    int64_t room() const { return int64_t{prompt_tokens} + max_tokens; }
  };
  void EndCancelled(StepResult& result);
  void TakeIn();  // as many of the waiting as the cache has room for, in order
  void Prefill(StepResult& result);
  void Decode(StepResult& result);
  void Pass(Phase phase, double ms, StepResult& result);
  void Emit(Sequence& sequence, int32_t num_tokens, StepResult& result);
  void RemoveEnded(const StepResult& result);

  SimulatedRounds rounds_;
  const SimulatedEngineOptions options_;
  Clock* clock_;
  Instrumentation instrumentation_;
  std::vector<Sequence> sequences_;  // in order of admission
  std::vector<int32_t> free_slots_;
  std::set<int64_t> cancelled_;
  // Of a step, kept for their memory: indices of sequences_, what a round is asked with, ids.
  std::vector<size_t> decoding_, finished_;
  std::vector<RequestLoad> loads_;
  std::vector<RoundKey> keys_;
  std::vector<int64_t> ended_;
  int64_t num_admitted_ = 0, num_steps_ = 0, cached_tokens_ = 0;
};

}  // namespace dsb
