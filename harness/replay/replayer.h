// Drives one engine with the requests of an arrival source and turns what the engine reports into
// records. Holds no request back: a due one is issued, whatever is in flight. Knows no command
// line, no file and no statistics; time comes from the clock that is passed in. One thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "engines/engine.h"
#include "harness/replay/arrival.h"
#include "results/records.h"

namespace dsb {

// Takes what the replayer measured. Called on the replayer's thread: must not wait for the disk.
class ReplaySink {
 public:
  virtual ~ReplaySink() = default;
  virtual void OnRequest(RequestRecord record) = 0;  // finished; in order of their end
  // After the requests that the step finished; only if the engine reports steps.
  virtual void OnStep(StepRecord record) = 0;
};

// Sums since the replayer was made, warm-up included.
struct ReplayCounters {
  int64_t steps = 0, requests = 0, tokens = 0;
  int64_t rounds = 0, committed_tokens = 0;  // accepted length = committed_tokens / rounds
  int64_t errors = 0;                        // requests that ended with EndReason::kError
  std::string first_error;                   // of the first of them
  // What an engine that is not trusted said of requests that were not in flight. An engine of ours
  // that does so is a programmer's error.
  int64_t unknown = 0;
  int64_t first_unknown_id = 0;
  int64_t idle_ns = 0;  // nothing was in flight and the next request not yet due
};

class Replayer {
 public:
  struct Options {
    int64_t run_id = 0, segment_id = 0;
    int64_t origin_ns = 0;       // clock time that is 0 in the records
    int64_t first_step_idx = 0;  // continues the numbering of an earlier segment
    int64_t vocab_size = 0;  // tokens outside [0, vocab_size) end their request as errors; 0: any
    // How long cancelled requests have after `stop` to end; then they are recorded as errors.
    int64_t cancel_timeout_ns = 10'000'000'000;
  };
  struct Outcome {
    bool stopped = false;  // the stop flag ended the replay: cancelled requests are not reported
    int64_t issuing_stopped_ns = 0;  // first moment at which the source was not issuing; clock time
  };
  // All outlive the replayer.
  Replayer(Engine& engine, Clock& clock, ReplaySink& sink, const Options& options);

  // Replays the source to its end, or until `stop` is set. `drain_ns` after the source stopped
  // issuing what is in flight is cancelled and handed to the sink in phase `drain` (0: it is waited
  // for). What the engine throws passes through: requests in flight are lost then, finished ones
  // have been handed to the sink.
  Outcome Run(ArrivalSource& source, const std::atomic<bool>& stop, int64_t drain_ns = 0);
  const ReplayCounters& counters() const { return counters_; }

 private:
  struct InFlight {
    RequestRecord record;
    int32_t max_tokens = 0;
    std::string broken;  // first violated invariant
    std::string text;    // the answer, where the engine delivers text
  };
  using Flights = std::unordered_map<int64_t, InFlight>;
  void Issue(Arrival arrival);
  Flights::iterator Find(int64_t request_id);  // end(): unknown, and counted
  void OnRound(RoundOutcome& round, std::optional<int64_t> step_idx);
  void OnBurst(TokenBurst& burst, ArrivalSource& source);
  void End(Flights::iterator flight, TokenBurst& last, ArrivalSource& source);
  void Step(int64_t until_ns, ArrivalSource& source);
  // `drop`: those that end cancelled are not reported.
  void CancelAll(ArrivalSource& source, bool drop);

  Engine& engine_;
  Clock& clock_;
  ReplaySink& sink_;
  const Options options_;
  const EngineDescription engine_says_;
  Flights in_flight_;
  bool drop_cancelled_ = false;
  int64_t next_step_idx_;
  ReplayCounters counters_;
};

}  // namespace dsb
