// What the replayer drives. An engine decodes several requests at once; it knows no workload, store
// or report. One thread calls Admit, Step and Cancel.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dsb {

// temperature < 1e-5 means greedy. top_k 0 and top_p 1 are off.
struct SamplingParams {
  double temperature = 0;
  int32_t top_k = 0;
  double top_p = 1;
};

struct EngineRequest {
  int64_t id = 0;  // unique among the requests in flight; chosen by the caller
  uint64_t random_id =
      0;  // with `seed`, the key of all random draws: the same for every arm of one prompt
  uint64_t seed = 0;
  std::vector<int32_t> prompt;  // not empty
  SamplingParams sampling;
  int32_t max_tokens = 0;  // >= 1, end token included
  std::vector<int32_t> stop_tokens;
};

enum class EndReason { kNone, kStop, kLength, kCancelled, kError };
const char* EndReasonName(EndReason reason);  // stop, length, cancelled, error

// Tokens that became visible together (measurement.md 1).
struct TokenBurst {
  int64_t request_id = 0;
  int64_t time_ns = 0;  // on the engine's clock
  std::vector<int32_t> tokens;
  EndReason end =
      EndReason::kNone;  // set on a request's last burst, which may be empty on cancel and error
  std::string error;
};

enum class RoundCut { kNone = 0, kStop = 1, kLimit = 2 };

// One verify round of one request (measurement.md 4): accepted <= verified <= proposed.
struct RoundOutcome {
  int64_t request_id = 0;
  int32_t position = 0;  // index of the anchor
  int32_t proposed = 0;
  int32_t verified = 0;
  int32_t accepted = 0;
  int32_t committed = 0;
  RoundCut cut = RoundCut::kNone;
  std::vector<float> confidence;   // [proposed], empty without a confidence head
  std::vector<int32_t> draft_ids;  // [proposed]
};

enum class Phase { kPrefill, kDraft, kConfidence, kSchedule, kVerify, kSample, kCommit, kOther };
inline constexpr int kNumPhases = 8;
const char* PhaseName(Phase phase);

struct PhaseSpan {
  int64_t wall_ns = 0;
  int64_t thread_cpu_ns = 0;  // summed over the engine's threads
};

struct StepResult {
  int64_t start_ns = 0;
  int64_t wall_ns = 0;
  int32_t num_requests = 0;
  int32_t num_prefill_tokens = 0;
  int32_t num_draft_tokens = 0;
  int32_t num_verify_tokens = 0;
  int32_t padded_tokens = 0;
  int64_t context_tokens = 0;     // sum of the sequences' lengths that attention read
  std::vector<int64_t> admitted;  // requests first worked on in this step
  std::vector<TokenBurst> bursts;
  std::vector<RoundOutcome> rounds;
  PhaseSpan phases[kNumPhases];
};

struct EngineDescription {
  std::string engine;   // native, simulated, remote
  std::string drafter;  // none, dspark, ...
  std::string policy;
  int32_t draft_length = 0;
  int32_t threads = 0;
  int32_t max_concurrency = 0;     // Admit beyond it throws kBadInput
  int32_t max_context_tokens = 0;  // prompt + max_tokens + draft length + 1 must fit
  std::string weight_mode;
  std::string isa;
  std::string detail_json = "{}";  // bytes per pass and the like
};

class PhaseObserver;  // engines/phase_observer.h

// How closely an engine is watched. A step's own start and wall time are always taken.
struct Instrumentation {
  bool phase_times = true;            // fill StepResult::phases
  PhaseObserver* observer = nullptr;  // outlives the engine or is set back to null
};

class Engine {
 public:
  virtual ~Engine() = default;
  virtual EngineDescription Describe() const = 0;
  // Takes the request into the next step. Throws kBadInput if it can never fit.
  virtual void Admit(EngineRequest request) = 0;
  // Works once on every request in flight; a remote or simulated engine waits for its next event,
  // `until_ns` at the latest. With nothing in flight returns at once with num_requests = 0.
  virtual StepResult Step(int64_t until_ns) = 0;
  // Ends a request at the next step with EndReason::kCancelled; unknown ids are ignored.
  virtual void Cancel(int64_t request_id) = 0;
  // From the next step on. Engines without phases of their own may ignore it.
  virtual void Instrument(const Instrumentation& /*instrumentation*/) {}
};

}  // namespace dsb
