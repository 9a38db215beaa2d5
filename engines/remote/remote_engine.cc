#include "engines/remote/remote_engine.h"

#include <cmath>
#include <iterator>
#include <utility>

#include "base/counted.h"
#include "base/error.h"

namespace dsb {
namespace {

// Below this share of waiting events queue up at the client; shorter times say nothing.
constexpr double kLeastWaiting = 0.1;
constexpr int64_t kJudgedNs = 300'000'000;

// A step seldom sees more than one answer's end.
template <class T>
void Append(std::vector<T> from, std::vector<T>& to) {
  if (to.empty()) {
    to = std::move(from);
  } else {
    to.insert(to.end(), std::move_iterator(from.begin()), std::move_iterator(from.end()));
  }
}

}  // namespace

class RemoteEngine::InFlight : public HttpSink {
 public:
  InFlight(RemoteEngine& engine, int64_t id, AnswerRules rules)
      : engine_(engine), id_(id), transfer_(std::move(rules)) {}
  bool OnBody(int status, std::string_view bytes, int64_t time_ns) override {
    return transfer_.Take(status, bytes, time_ns);
  }
  void OnEnd(const HttpResult& result, int64_t time_ns) override {
    RemoteAnswer answer = Finish(result, time_ns);
    engine_.TakeEnd(id_, std::move(answer));  // ends this sink's life
  }
  RemoteAnswer Finish(const HttpResult& result, int64_t time_ns) {
    return transfer_.Finish(result, time_ns);
  }

 private:
  RemoteEngine& engine_;
  const int64_t id_;
  Transfer transfer_;
};

RemoteEngine::RemoteEngine(RemoteEngineOptions options, Clock& clock)
    : options_(std::move(options)),
      clock_(clock),
      client_(clock, options_.limits, options_.bearer) {}

RemoteEngine::~RemoteEngine() = default;

EngineDescription RemoteEngine::Describe() const {
  const ServerFacts& facts = options_.facts;
  EngineDescription description;
  description.engine = "remote";
  description.isa = "none";
  description.draft_length = static_cast<int32_t>(facts.draft_length.value_or(0));
  description.max_concurrency = options_.max_concurrency;
  description.reports_rounds = facts.reports_rounds;
  description.reports_steps = false;
  description.reports_ids = false;  // of an answer that came without
  description.token_count_source = facts.count_source;
  description.trusted = false;
  description.device_time_source = "none";
  return description;
}

void RemoteEngine::Admit(EngineRequest request) {
  if (static_cast<int32_t>(in_flight_.size()) >= options_.max_concurrency) {
    ThrowBadInput("remote engine: more than " + std::to_string(options_.max_concurrency) +
                  " requests at once");
  }
  const HttpPost post = MakePost(
      request,
      {.kind = options_.facts.kind, .api = options_.endpoint.api, .model = options_.facts.model});
  AnswerRules rules = {.max_tokens = request.max_tokens,
                       .plain_decoding = options_.facts.plain_decoding,
                       .retokenise = options_.retokenise};
  auto exchange = std::make_unique<InFlight>(*this, request.id, std::move(rules));
  const auto [place, inserted] = in_flight_.emplace(request.id, std::move(exchange));
  DSB_CHECK(inserted);
  client_.Start(request.id, {.url = options_.endpoint.url.At(post.path), .body = post.body},
                *place->second);
}

StepResult RemoteEngine::Step(int64_t until_ns) {
  step_ = {};
  step_.recorded = false;
  step_.start_ns = clock_.NowNs();
  step_.num_requests = static_cast<int32_t>(in_flight_.size());
  const int64_t waited_before_ns = client_.waited_ns();
  if (cancelled_.empty()) client_.Poll(until_ns);
  for (const int64_t id : std::exchange(cancelled_, {})) {
    const auto found = in_flight_.find(id);
    if (found == in_flight_.end()) continue;  // it ended meanwhile
    client_.Stop(id);
    RemoteAnswer answer =
        found->second->Finish({.end = HttpEnd::kFailed, .error = "cancelled"}, clock_.NowNs());
    answer.end = EndReason::kCancelled;
    answer.error.clear();
    TakeEnd(id, std::move(answer));
  }
  const int64_t now_ns = clock_.NowNs();
  step_.wall_ns = now_ns - step_.start_ns;
  if (last_step_end_ns_ >= 0) {
    in_flight_ns_ += now_ns - last_step_end_ns_;
    waited_ns_ += client_.waited_ns() - waited_before_ns;
  }
  last_step_end_ns_ = in_flight_.empty() ? -1 : now_ns;
  return std::move(step_);
}

void RemoteEngine::Cancel(int64_t request_id) { cancelled_.push_back(request_id); }

void RemoteEngine::TakeEnd(int64_t id, RemoteAnswer answer) {
  in_flight_.erase(id);
  const bool wanted = options_.facts.reports_rounds && answer.end != EndReason::kCancelled;
  if (wanted && answer.error.empty() && !answer.no_rounds.empty()) {
    if (num_without_rounds_++ == 0) first_without_rounds_ = answer.no_rounds;
  }
  any_broken_ = any_broken_ || !answer.error.empty() || answer.end == EndReason::kCancelled;
  for (TokenBurst& burst : answer.bursts) {
    burst.request_id = id;
    tokens_between_ += burst.num_tokens;
  }
  Append(std::move(answer.bursts), step_.bursts);
  if (options_.facts.reports_rounds) {
    for (RoundOutcome& round : answer.rounds) round.request_id = id;
    Append(std::move(answer.rounds), step_.rounds);
  }
  TokenBurst& last = step_.bursts.emplace_back();  // that says only how it ended
  last.request_id = id;
  last.time_ns = answer.end_ns;
  last.end = answer.end;
  last.error = options_.endpoint.url.WithoutHost(std::move(answer.error));
  last.count_source = std::move(answer.count_source);
}

std::vector<EngineCounter> RemoteEngine::ReadCounters() {
  std::vector<EngineCounter> counters;
  if (!options_.facts.has_counters || !in_flight_.empty()) return counters;
  last_counters_ = FetchCounters(options_.endpoint.url, options_.facts.kind, client_);
  if (!first_counters_) {
    first_counters_ = last_counters_;
    tokens_between_ = 0;
    any_broken_ = false;
  }
  for (const auto& [name, value] : last_counters_) counters.push_back({name, value});
  return counters;
}

// Whether the counters' differences are this client's alone.
std::optional<EngineRemark> RemoteEngine::DoubtOfCounters() const {
  if (!first_counters_) return std::nullopt;
  if (std::string restart = RestartBetween(*first_counters_, last_counters_); !restart.empty()) {
    return EngineRemark{std::move(restart), "implausible"};
  }
  const char* const name = TraitsOf(options_.facts.kind).generated;
  if (name == nullptr || any_broken_) return std::nullopt;
  const auto before = first_counters_->find(name), after = last_counters_.find(name);
  if (after == last_counters_.end()) return std::nullopt;
  const double counted = after->second - (before == first_counters_->end() ? 0 : before->second);
  if (counted == static_cast<double>(tokens_between_)) return std::nullopt;
  const bool more = counted > static_cast<double>(tokens_between_);
  return EngineRemark{"the server counted " + std::to_string(std::llround(counted)) +
                          " output tokens, this client had " + std::to_string(tokens_between_) +
                          (more ? ": somebody else asked it too" : " of it"),
                      more ? "contended" : "implausible"};
}

std::vector<EngineRemark> RemoteEngine::Remarks() const {
  std::vector<EngineRemark> remarks;
  if (std::optional<EngineRemark> doubt = DoubtOfCounters()) remarks.push_back(std::move(*doubt));
  if (in_flight_ns_ > kJudgedNs &&
      static_cast<double>(waited_ns_) < kLeastWaiting * static_cast<double>(in_flight_ns_)) {
    const auto busy = 100 - 100 * waited_ns_ / in_flight_ns_;
    remarks.push_back({"this client was busy " + std::to_string(busy) +
                           " % of the time with requests in flight: it may be what is slow",
                       "client_limited"});
  }
  if (num_without_rounds_ > 0) {
    remarks.push_back({Counted(num_without_rounds_, "answer") +
                       " without rounds, since what the server says does not prove them; the "
                       "first: " +
                       first_without_rounds_});
  }
  if (client_.num_refused() > 0) {
    remarks.push_back({Counted(client_.num_refused(), "connection") +
                       " refused before anything was sent, and tried again"});
  }
  return remarks;
}

}  // namespace dsb
