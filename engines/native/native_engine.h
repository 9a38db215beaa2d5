// Draft, choose, verify, accept: the native engine's step over every request in flight (design.md
// 3). Knows no concrete drafter. Prefill chunks run in a pass of their own, so that their time can
// be told from verification's.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/thread_pool.h"
#include "engines/decoding/phase_timer.h"
#include "engines/decoding/sequence_table.h"
#include "engines/decoding/verify.h"
#include "engines/drafter.h"
#include "engines/engine.h"
#include "engines/native/deferred_rows.h"
#include "engines/scheduling/policy.h"
#include "engines/target_model/target_runner.h"

namespace dsb {

struct NativeEngineParts {
  std::shared_ptr<const TargetModel> target;
  std::unique_ptr<Drafter> drafter;  // null: plain decoding
  VerifyPolicy policy;               // from MakePolicy
  int32_t draft_length = 0;          // drafts wanted per round at most
  int32_t max_concurrency = 1;
  int32_t context_tokens = 0;          // positions per sequence
  int32_t prefill_chunk_tokens = 256;  // per step, over all sequences
};

class NativeEngine : public Engine {
 public:
  // `pool` and `clock` outlive the engine.
  NativeEngine(NativeEngineParts parts, ThreadPool& pool, const Clock& clock);

  EngineDescription Describe() const override;
  void Admit(EngineRequest request) override;
  StepResult Step(int64_t until_ns) override;
  void Cancel(int64_t request_id) override;
  void Instrument(const Instrumentation& instrumentation) override {
    instrumentation_ = instrumentation;
  }

 private:
  struct DecodeRound;  // the working set of one round over the decoding sequences

  void Prefill(std::span<Sequence* const> sequences, StepResult& result);
  bool FinishPrefill(Sequence& sequence, size_t input_index, StepResult& result);
  void Decode(std::vector<Sequence*> sequences, StepResult& result, PhaseTimer& timer);
  void Draft(DecodeRound& round, PhaseTimer& timer);
  void Choose(DecodeRound& round);
  void RunTarget(DecodeRound& round, StepResult& result);
  void Accept(DecodeRound& round);
  void Commit(DecodeRound& round, StepResult& result, PhaseTimer& timer);
  // Now if the drafter drafts, else when it does again.
  void TakeIn(std::span<const CommittedRows> committed);

  NativeEngineParts parts_;
  ThreadPool* pool_;
  const Clock* clock_;
  Instrumentation instrumentation_;
  TargetRunner runner_;
  SequenceTable table_;
  std::vector<VerifyScratch> verify_scratch_;  // one per worker
  const bool law_confidence_;                  // the policy reads some and the drafter has none
  DeferredRows deferred_;
  bool drafting_ = true;   // in the last decode round
  int64_t num_steps_ = 0;  // that worked on a request
};

}  // namespace dsb
