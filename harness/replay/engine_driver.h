// Decodes requests on an engine for those who look at the answers and not at their times: submit,
// step, collect. Stores and measures nothing (replayer.h does). Only for engines that are trusted.
// One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "engines/engine.h"

namespace dsb {

// What a request has come to so far.
struct DrivenAnswer {
  int64_t id = 0;
  std::vector<int32_t> tokens;
  EndReason end = EndReason::kNone;
  std::string error;  // of EndReason::kError
};

class EngineDriver {
 public:
  // Told of every burst, which `answer` has already taken in. `round`: what the burst came from;
  // null for the prefill's, and if the engine reports none. Returns whether more is wanted: if not,
  // the request is cancelled and heard of no more.
  using OnBurst = std::function<bool(const DrivenAnswer& answer, const TokenBurst& burst,
                                     const RoundOutcome* round)>;
  // Both outlive the driver.
  EngineDriver(Engine& engine, const Clock& clock) : engine_(engine), clock_(clock) {}

  void Submit(EngineRequest request);
  int64_t Step(const OnBurst& on_burst);  // how many prompt tokens it read
  void CancelAll();                       // they end with EndReason::kCancelled in the next step
  // Requests that somebody waits for.
  int32_t num_wanted() const { return static_cast<int32_t>(answers_.size()); }
  // Those and the ones that still hold their place in the engine until the next step.
  bool idle() const { return answers_.empty() && leaving_.empty(); }

 private:
  Engine& engine_;
  const Clock& clock_;
  std::map<int64_t, DrivenAnswer> answers_;
  std::set<int64_t> leaving_;
};

}  // namespace dsb
