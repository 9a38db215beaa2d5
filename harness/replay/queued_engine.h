// An engine that takes any number of requests: those for which it has no place wait in it, first
// come first served, as in a server's queue. They are issued when they are due, and admitted once a
// place is free. One thread, as the engine's.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "engines/engine.h"

namespace dsb {

class QueuedEngine : public Engine {
 public:
  explicit QueuedEngine(std::unique_ptr<Engine> engine);
  EngineDescription Describe() const override;  // of the engine, with room for everybody
  void Admit(EngineRequest request) override;
  StepResult Step(int64_t until_ns) override;  // what the engine throws of a late request passes
  void Cancel(int64_t request_id) override;
  void Instrument(const Instrumentation& instrumentation) override;
  std::vector<EngineCounter> ReadCounters() override;
  std::vector<EngineRemark> Remarks() const override;

 private:
  void Fill();

  const std::unique_ptr<Engine> engine_;
  const int64_t num_places_;
  int64_t num_taken_ = 0;
  std::deque<EngineRequest> waiting_;
  std::deque<int64_t> cancelled_;  // that waited
};

}  // namespace dsb
