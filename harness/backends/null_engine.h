// An engine without a model: scripted tokens and rounds, at once or after a fixed time per step.
// Measures the harness itself (measurement.md 6, self-test) and makes faults on demand in tests.
// The text it decodes depends on the request only, never on the draft length, like a greedy
// target's.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "base/clock.h"
#include "engines/engine.h"
#include "engines/phase_observer.h"

namespace dsb {

// What the store calls it: it has no other word for an engine without a model yet.
inline constexpr const char* kNullEngineName = "null";

struct NullEngineOptions {
  int32_t draft_length = 0;  // proposed and verified per round; 0: plain decoding
  // a_j of a request's j-th round, repeated; empty: drawn from its random id.
  std::vector<int32_t> accepted = {};
  int32_t max_concurrency = 1;
  int32_t max_context_tokens = 4096;
  int32_t vocab_size = 256;
  int64_t step_ns = 0;  // length of every step on the clock
  // What differs between two runs of the same engine, seeded; 0: nothing.
  uint64_t noise_seed = 0;
  double step_noise = 0;        // a step takes step_ns x (1 +- step_noise), uniform
  double acceptance_noise = 0;  // share of the rounds that draw their a anew
  double accepted_cut = 0;      // share of the accepted tokens that are taken back
  int64_t fail_at_step = 0;     // the n-th Step call throws kResource; 0: never
  int64_t error_at_step =
      0;  // at the n-th Step call the first request in flight ends with kError; 0: never
};

class NullEngine : public Engine {
 public:
  NullEngine(const NullEngineOptions& options, Clock& clock);
  EngineDescription Describe() const override;
  void Admit(EngineRequest request) override;
  StepResult Step(int64_t until_ns) override;
  void Cancel(int64_t request_id) override;
  // All of a step is verification.
  void Instrument(const Instrumentation& instrumentation) override {
    instrumentation_ = instrumentation;
  }

 private:
  struct Sequence {
    EngineRequest request;
    int32_t num_tokens = 0;  // decoded
    int32_t num_rounds = 0;
    bool cancelled = false;
  };
  // Works on one request; true if it ended.
  bool Advance(Sequence& sequence, StepResult& step);
  bool AppendToken(Sequence& sequence, TokenBurst& burst) const;
  int32_t AcceptedDrafts(const Sequence& sequence) const;
  int64_t StepNs() const;

  const NullEngineOptions options_;
  Clock& clock_;
  Instrumentation instrumentation_;
  std::vector<Sequence> sequences_;  // in order of admission
  int64_t num_steps_ = 0;
};

// The token that a request decodes at `index` (0: the prefill's).
int32_t NullToken(uint64_t random_id, int32_t index, int32_t vocab_size);

}  // namespace dsb
