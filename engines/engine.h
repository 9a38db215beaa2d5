// What the replayer drives. An engine decodes several requests at once; it knows no workload, store
// or report. One thread calls Admit, Step and Cancel.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engines/engine_description.h"
#include "engines/request.h"
#include "engines/step_result.h"

namespace dsb {

struct Instrumentation;  // engines/phase_observer.h

// What a server counts, by its own name for it.
struct EngineCounter {
  std::string name;
  double value = 0;
};

// What its user should hear of an engine's requests so far: one line, and the store's flag for it
// (implausible, contended), empty if the run's figures stand.
struct EngineRemark {
  std::string text, flag = {};
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
  // Ends a request with EndReason::kCancelled, at the next step if it can; unknown ids are ignored.
  virtual void Cancel(int64_t request_id) = 0;
  // From the next step on. Engines without phases of their own may ignore it.
  virtual void Instrument(const Instrumentation& /*instrumentation*/) {}
  // Counters and gauges of a server at this moment; none with requests in flight, or if there is
  // no server. May wait for the network.
  virtual std::vector<EngineCounter> ReadCounters() { return {}; }
  virtual std::vector<EngineRemark> Remarks() const { return {}; }
};

}  // namespace dsb
