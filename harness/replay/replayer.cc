#include "harness/replay/replayer.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "harness/replay/step_record.h"
#include "results/request_invariants.h"

namespace dsb {
namespace {

// A request's rounds and bursts are reserved once, up to this many.
constexpr int32_t kReservedRounds = 256;
// An engine that does not end cancelled requests within so many steps is broken.
constexpr int kMaxCancelSteps = 1000;

}  // namespace

Replayer::Replayer(Engine& engine, Clock& clock, ReplaySink& sink, const Options& options)
    : engine_(engine),
      clock_(clock),
      sink_(sink),
      options_(options),
      max_concurrency_(static_cast<size_t>(std::max(1, engine.Describe().max_concurrency))),
      draft_length_(engine.Describe().draft_length),
      next_step_idx_(options.first_step_idx) {}

Replayer::Outcome Replayer::Run(ArrivalSource& source, const std::atomic<bool>& stop) {
  Outcome outcome;
  bool issuing = true;
  Arrival arrival;
  for (;;) {
    if (stop.load(std::memory_order_relaxed)) {
      CancelAll(source);
      outcome.stopped = true;
      break;
    }
    const int64_t now_ns = clock_.NowNs();
    while (in_flight_.size() < max_concurrency_ && source.Pop(now_ns, arrival)) {
      Issue(std::move(arrival));
    }
    if (issuing && source.exhausted() && in_flight_.size() < max_concurrency_) {
      issuing = false;
      outcome.issuing_stopped_ns = now_ns;
    }
    const int64_t due_ns = source.NextDueNs();
    if (!in_flight_.empty()) {
      Step(due_ns, source);
    } else if (due_ns != kNeverNs) {
      clock_.SleepUntilNs(due_ns);
    } else {
      break;
    }
  }
  if (issuing) outcome.issuing_stopped_ns = clock_.NowNs();
  return outcome;
}

void Replayer::Issue(Arrival arrival) {
  PreparedRequest& prepared = arrival.request;
  const int64_t id = prepared.engine.id;
  auto [position, inserted] = in_flight_.try_emplace(id);
  DSB_CHECK(inserted);
  InFlight& flight = position->second;
  flight.max_tokens = prepared.engine.max_tokens;
  RequestRecord& record = flight.record;
  record.run_id = options_.run_id;
  record.segment_id = options_.segment_id;
  record.prompt_id = prepared.prompt_id;
  record.repeat = prepared.repeat;
  record.phase = std::move(prepared.phase);
  record.seed = static_cast<int64_t>(prepared.engine.seed);
  record.scheduled_ns = arrival.scheduled_ns - options_.origin_ns;
  record.prompt_ids = prepared.engine.prompt;
  const auto reserved = static_cast<size_t>(std::min(flight.max_tokens, kReservedRounds));
  record.bursts.reserve(reserved);
  record.rounds.reserve(reserved);
  record.output_ids.reserve(reserved);
  record.issued_ns = clock_.NowNs() - options_.origin_ns;
  engine_.Admit(std::move(prepared.engine));
}

void Replayer::Step(int64_t until_ns, ArrivalSource& source) {
  StepResult step = engine_.Step(until_ns);
  const int64_t step_idx = next_step_idx_++;
  for (const int64_t id : step.admitted) {
    const auto found = in_flight_.find(id);
    if (found != in_flight_.end()) {
      found->second.record.admitted_ns = step.start_ns - options_.origin_ns;
    }
  }
  for (RoundOutcome& round : step.rounds) OnRound(round, step_idx);
  for (TokenBurst& burst : step.bursts) OnBurst(burst, source);
  ++counters_.steps;
  sink_.OnStep(MakeStepRecord(step, options_.run_id, step_idx, options_.origin_ns));
}

void Replayer::OnRound(RoundOutcome& round, int64_t step_idx) {
  const auto found = in_flight_.find(round.request_id);
  DSB_CHECK(found != in_flight_.end());
  InFlight& flight = found->second;
  ++counters_.rounds;
  counters_.committed_tokens += round.committed;
  flight.record.rounds.push_back(MakeRoundRecord(round, step_idx));
}

void Replayer::OnBurst(TokenBurst& burst, ArrivalSource& source) {
  const auto found = in_flight_.find(burst.request_id);
  DSB_CHECK(found != in_flight_.end());
  InFlight& flight = found->second;
  RequestRecord& record = flight.record;
  const int64_t time_ns = burst.time_ns - options_.origin_ns;
  if (!burst.tokens.empty()) {
    const auto num_tokens = static_cast<int64_t>(burst.tokens.size());
    if (!record.first_ns) {
      record.first_ns = time_ns;
      record.first_burst_tokens = num_tokens;
    }
    record.bursts.push_back({time_ns, num_tokens});
    record.output_ids.insert(record.output_ids.end(), burst.tokens.begin(), burst.tokens.end());
    counters_.tokens += num_tokens;
  }
  if (burst.end == EndReason::kNone) return;

  const int64_t finished_ns = burst.time_ns;
  record.finished_ns = time_ns;
  record.end_reason = EndReasonName(burst.end);
  if (!burst.error.empty()) record.error = std::move(burst.error);
  const std::vector<BrokenInvariant> broken =
      CheckRequest(record, {.draft_length = draft_length_,
                            .max_tokens = flight.max_tokens,
                            .vocab_size = options_.vocab_size,
                            .reports_rounds = true});
  if (!broken.empty()) {
    record.end_reason = EndReasonName(EndReason::kError);
    record.error = "broken invariant: " + MessageOf(broken.front());
  }
  const bool dropped = drop_cancelled_ && burst.end == EndReason::kCancelled;
  RequestRecord finished = std::move(record);
  in_flight_.erase(found);
  source.OnFinished(burst.request_id, finished_ns);
  if (dropped) return;
  ++counters_.requests;
  if (finished.end_reason == EndReasonName(EndReason::kError)) {
    if (counters_.errors++ == 0) counters_.first_error = finished.error.value_or("no reason given");
  }
  sink_.OnRequest(std::move(finished));
}

void Replayer::CancelAll(ArrivalSource& source) {
  drop_cancelled_ = true;
  for (const auto& [id, flight] : in_flight_) engine_.Cancel(id);
  for (int steps = 0; !in_flight_.empty(); ++steps) {
    DSB_CHECK(steps < kMaxCancelSteps);
    Step(clock_.NowNs(), source);
  }
  drop_cancelled_ = false;
}

}  // namespace dsb
