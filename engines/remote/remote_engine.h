// A server as an engine: one request is one streamed exchange, a step is a wait for what arrives
// next. An answer's bursts and rounds are told when it is over, with the times at which they
// arrived, since only the whole of it proves them. Reports no steps; nothing it says is trusted.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "engines/engine.h"
#include "engines/remote/http_client.h"
#include "engines/remote/probe.h"
#include "engines/remote/transfer.h"

namespace dsb {

struct RemoteEngineOptions {
  Endpoint endpoint;
  ServerFacts facts;  // as ProbeServer found them
  HttpLimits limits = {};
  std::string bearer = {};
  int32_t max_concurrency = 1;
  Retokenise retokenise = {};
};

class RemoteEngine : public Engine {
 public:
  // `clock` outlives the engine.
  RemoteEngine(RemoteEngineOptions options, Clock& clock);
  ~RemoteEngine() override;
  EngineDescription Describe() const override;
  void Admit(EngineRequest request) override;
  StepResult Step(int64_t until_ns) override;
  void Cancel(int64_t request_id) override;
  std::vector<EngineCounter> ReadCounters() override;
  std::vector<EngineRemark> Remarks() const override;

 private:
  class InFlight;  // a request's exchange
  std::optional<EngineRemark> DoubtOfCounters() const;
  void TakeEnd(int64_t id, RemoteAnswer answer);

  const RemoteEngineOptions options_;
  Clock& clock_;
  HttpClient client_;
  std::map<int64_t, std::unique_ptr<InFlight>> in_flight_;
  std::vector<int64_t> cancelled_;
  StepResult step_;  // being filled
  // The server's counters at the first reading and the last, and what was asked of it in between.
  std::optional<ServerCounters> first_counters_;
  ServerCounters last_counters_;
  int64_t tokens_between_ = 0;
  bool any_broken_ = false;  // then the server may have made tokens that never came
  // With requests in flight: time from step to step, and what of it was waited for the network.
  int64_t in_flight_ns_ = 0, waited_ns_ = 0, last_step_end_ns_ = -1;
  int64_t num_without_rounds_ = 0;
  std::string first_without_rounds_;
};

}  // namespace dsb
