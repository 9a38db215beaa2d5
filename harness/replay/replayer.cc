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
// The stop flag is looked at so often, whatever an engine or a schedule waits for.
constexpr int64_t kStopPollNs = 100'000'000;
constexpr int64_t kCancelPollNs = 1'000'000;

}  // namespace

Replayer::Replayer(Engine& engine, Clock& clock, ReplaySink& sink, const Options& options)
    : engine_(engine),
      clock_(clock),
      sink_(sink),
      options_(options),
      engine_says_(engine.Describe()),
      next_step_idx_(options.first_step_idx) {}

Replayer::Outcome Replayer::Run(ArrivalSource& source, const std::atomic<bool>& stop,
                                int64_t drain_ns) {
  Outcome outcome;
  bool issuing = true;
  Arrival arrival;
  for (;;) {
    if (stop.load(std::memory_order_relaxed)) {
      CancelAll(source, true);
      outcome.stopped = true;
      break;
    }
    const int64_t now_ns = clock_.NowNs();
    while (source.Pop(now_ns, arrival)) Issue(std::move(arrival));
    if (issuing && !source.issuing()) {
      issuing = false;
      outcome.issuing_stopped_ns = now_ns;
    }
    if (!issuing && drain_ns > 0 && now_ns - outcome.issuing_stopped_ns >= drain_ns) {
      for (auto& [id, flight] : in_flight_) flight.record.phase = "drain";
      CancelAll(source, false);
      break;
    }
    const int64_t due_ns = source.NextDueNs();
    const int64_t until_ns = std::min(due_ns, now_ns + kStopPollNs);
    if (!in_flight_.empty()) {
      Step(until_ns, source);
    } else if (due_ns != kNeverNs) {
      clock_.SleepUntilNs(until_ns);
      counters_.idle_ns += clock_.NowNs() - now_ns;
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
  record.token_count_source = engine_says_.token_count_source;
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
  std::optional<int64_t> step_idx;
  if (step.recorded && engine_says_.reports_steps) step_idx = next_step_idx_++;
  for (const int64_t id : step.admitted) {
    const auto found = Find(id);
    if (found == in_flight_.end()) continue;
    found->second.record.admitted_ns = step.start_ns - options_.origin_ns;
  }
  for (RoundOutcome& round : step.rounds) OnRound(round, step_idx);
  for (TokenBurst& burst : step.bursts) OnBurst(burst, source);
  if (!step_idx) return;
  ++counters_.steps;
  sink_.OnStep(MakeStepRecord(step, options_.run_id, *step_idx, options_.origin_ns));
}

Replayer::Flights::iterator Replayer::Find(int64_t request_id) {
  const auto found = in_flight_.find(request_id);
  if (found != in_flight_.end()) return found;
  DSB_CHECK(!engine_says_.trusted);
  if (counters_.unknown++ == 0) counters_.first_unknown_id = request_id;
  return found;
}

void Replayer::OnRound(RoundOutcome& round, std::optional<int64_t> step_idx) {
  const auto found = Find(round.request_id);
  if (found == in_flight_.end()) return;
  InFlight& flight = found->second;
  ++counters_.rounds;
  counters_.committed_tokens += round.committed;
  flight.record.rounds.push_back(MakeRoundRecord(round, step_idx));
}

void Replayer::OnBurst(TokenBurst& burst, ArrivalSource& source) {
  const auto found = Find(burst.request_id);
  if (found == in_flight_.end()) return;
  InFlight& flight = found->second;
  RequestRecord& record = flight.record;
  if (flight.broken.empty()) {
    flight.broken = BrokenBurst(burst, engine_says_);
  }
  if (burst.num_tokens > 0) {
    const int64_t time_ns = burst.time_ns - options_.origin_ns;
    if (!record.first_ns) {
      record.first_ns = time_ns;
      record.first_burst_tokens = burst.num_tokens;
    }
    record.bursts.push_back({time_ns, burst.num_tokens});
    record.output_ids.insert(record.output_ids.end(), burst.tokens.begin(), burst.tokens.end());
    flight.text += burst.text;
    counters_.tokens += burst.num_tokens;
  }
  if (burst.end != EndReason::kNone) End(found, burst, source);
}

void Replayer::End(Flights::iterator found, TokenBurst& last, ArrivalSource& source) {
  InFlight flight = std::move(found->second);
  in_flight_.erase(found);
  RequestRecord& record = flight.record;
  record.finished_ns = last.time_ns - options_.origin_ns;
  record.end_reason = EndReasonName(last.end);
  if (!last.error.empty()) record.error = std::move(last.error);
  if (!last.count_source.empty()) record.token_count_source = std::move(last.count_source);
  if (flight.broken.empty()) {
    const std::vector<BrokenInvariant> broken =
        CheckRequest(record, {.draft_length = engine_says_.draft_length,
                              .max_tokens = flight.max_tokens,
                              .vocab_size = options_.vocab_size,
                              .reports_rounds = engine_says_.reports_rounds,
                              .foreign = !engine_says_.trusted});
    if (!broken.empty()) flight.broken = MessageOf(broken.front());
  }
  if (!flight.broken.empty()) {
    record.end_reason = EndReasonName(EndReason::kError);
    record.error = "broken invariant: " + flight.broken;
    record.rounds.clear();  // the store takes no round that contradicts itself
  } else if (!std::all_of(record.rounds.begin(), record.rounds.end(), RoundAddsUp)) {
    // Only of a request in error, which is held to nothing else.
    record.rounds.clear();
    record.error = record.error.value_or("no reason given") +
                   "; its rounds contradict themselves and are left out";
  }
  source.OnFinished(record, flight.text, last.time_ns);
  if (drop_cancelled_ && last.end == EndReason::kCancelled) return;
  ++counters_.requests;
  if (record.end_reason == EndReasonName(EndReason::kError)) {
    if (counters_.errors++ == 0) counters_.first_error = record.error.value_or("no reason given");
  }
  sink_.OnRequest(std::move(record));
}

void Replayer::CancelAll(ArrivalSource& source, bool drop) {
  const int64_t deadline_ns = clock_.NowNs() + options_.cancel_timeout_ns;
  drop_cancelled_ = drop;
  for (const auto& [id, flight] : in_flight_) engine_.Cancel(id);
  while (!in_flight_.empty() && clock_.NowNs() < deadline_ns) {
    const size_t before = in_flight_.size();
    Step(deadline_ns, source);
    if (in_flight_.size() == before) clock_.SleepUntilNs(clock_.NowNs() + kCancelPollNs);
  }
  drop_cancelled_ = false;
  while (!in_flight_.empty()) {
    TokenBurst last;
    last.time_ns = clock_.NowNs();
    last.end = EndReason::kError;
    last.error = "cancelled, but the engine did not end it within " +
                 std::to_string(options_.cancel_timeout_ns / 1'000'000) + " ms";
    End(in_flight_.begin(), last, source);
  }
}

}  // namespace dsb
