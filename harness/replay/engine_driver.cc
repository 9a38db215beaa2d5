#include "harness/replay/engine_driver.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace dsb {
namespace {

// An engine that waits for events comes back so often, for its driver to look at the stop flag.
constexpr int64_t kLongestWaitNs = 100'000'000;

}  // namespace

void EngineDriver::Submit(EngineRequest request) {
  const int64_t id = request.id;
  engine_.Admit(std::move(request));
  DSB_CHECK(!answers_.contains(id) && !leaving_.contains(id));
  answers_[id].id = id;
}

int64_t EngineDriver::Step(const OnBurst& on_burst) {
  const StepResult step = engine_.Step(clock_.NowNs() + kLongestWaitNs);
  for (const TokenBurst& burst : step.bursts) {
    const bool ended = burst.end != EndReason::kNone;
    const auto found = answers_.find(burst.request_id);
    if (found == answers_.end()) {
      DSB_CHECK(leaving_.contains(burst.request_id));
      if (ended) leaving_.erase(burst.request_id);
      continue;
    }
    DrivenAnswer& answer = found->second;
    answer.tokens.insert(answer.tokens.end(), burst.tokens.begin(), burst.tokens.end());
    answer.end = burst.end;
    answer.error = burst.error;
    const auto round =
        std::find_if(step.rounds.begin(), step.rounds.end(),
                     [&](const RoundOutcome& r) { return r.request_id == burst.request_id; });
    const bool wanted = on_burst(answer, burst, round == step.rounds.end() ? nullptr : &*round);
    if (wanted && !ended) continue;
    answers_.erase(found);
    if (ended) continue;
    engine_.Cancel(burst.request_id);
    leaving_.insert(burst.request_id);
  }
  return step.num_prefill_tokens;
}

void EngineDriver::CancelAll() {
  for (const auto& [id, answer] : answers_) engine_.Cancel(id);
}

}  // namespace dsb
