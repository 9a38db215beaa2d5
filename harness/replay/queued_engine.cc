#include "harness/replay/queued_engine.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace dsb {

QueuedEngine::QueuedEngine(std::unique_ptr<Engine> engine)
    : engine_(std::move(engine)), num_places_(engine_->Describe().max_concurrency) {}

EngineDescription QueuedEngine::Describe() const {
  EngineDescription description = engine_->Describe();
  description.max_concurrency = std::numeric_limits<int32_t>::max();
  return description;
}

void QueuedEngine::Admit(EngineRequest request) {
  waiting_.push_back(std::move(request));
  Fill();
}

void QueuedEngine::Fill() {
  while (num_taken_ < num_places_ && !waiting_.empty()) {
    EngineRequest request = std::move(waiting_.front());
    waiting_.pop_front();
    engine_->Admit(std::move(request));
    ++num_taken_;
  }
}

StepResult QueuedEngine::Step(int64_t until_ns) {
  StepResult step = engine_->Step(until_ns);
  if (step.num_requests == 0) step.recorded = false;  // only cancelled ones were waited for
  for (const TokenBurst& burst : step.bursts) num_taken_ -= burst.end != EndReason::kNone;
  for (const int64_t id : cancelled_) {
    TokenBurst& burst = step.bursts.emplace_back();
    burst.request_id = id;
    burst.time_ns = step.start_ns + step.wall_ns;
    burst.end = EndReason::kCancelled;
  }
  cancelled_.clear();
  Fill();
  return step;
}

void QueuedEngine::Cancel(int64_t request_id) {
  const auto found = std::find_if(waiting_.begin(), waiting_.end(),
                                  [&](const EngineRequest& r) { return r.id == request_id; });
  if (found == waiting_.end()) {
    engine_->Cancel(request_id);
    return;
  }
  waiting_.erase(found);
  cancelled_.push_back(request_id);
}

void QueuedEngine::Instrument(const Instrumentation& instrumentation) {
  engine_->Instrument(instrumentation);
}

std::vector<EngineCounter> QueuedEngine::ReadCounters() { return engine_->ReadCounters(); }

std::vector<EngineRemark> QueuedEngine::Remarks() const { return engine_->Remarks(); }

}  // namespace dsb
