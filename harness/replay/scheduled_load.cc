#include "harness/replay/scheduled_load.h"

#include <algorithm>

#include "base/error.h"

namespace dsb {
namespace {

bool Answered(const RequestRecord& record) {
  return record.end_reason == "stop" || record.end_reason == "length";
}

}  // namespace

ScheduledLoad::ScheduledLoad(const Schedule& schedule, std::vector<OpenVisit> visits,
                             VisitRequests& requests, const Options& options)
    : schedule_(schedule), visits_(std::move(visits)), requests_(requests), options_(options) {
  if (!visits_.empty()) first_offset_ns_ = schedule_.visits[visits_.front().visit].offset_ns;
  for (int32_t user = 0; user < options_.users; ++user) TakeVisit(options_.start_ns);
}

int64_t ScheduledLoad::OpeningNs(size_t open_visit) const {
  return options_.start_ns + schedule_.visits[visits_[open_visit].visit].offset_ns -
         first_offset_ns_;
}

void ScheduledLoad::TakeVisit(int64_t due_ns) {
  if (next_ == visits_.size()) {
    ++idle_users_;
    return;
  }
  due_.push({due_ns, next_, visits_[next_].first_turn});
  ++next_;
}

bool ScheduledLoad::opens_next() const {
  if (options_.users > 0 || next_ == visits_.size()) return false;
  return due_.empty() || OpeningNs(next_) <= due_.top().due_ns;
}

int64_t ScheduledLoad::NextDueNs() const {
  const bool capped =
      options_.client_cap > 0 && in_flight_.size() >= static_cast<size_t>(options_.client_cap);
  if (capped) return kNeverNs;
  if (opens_next()) return OpeningNs(next_);
  return due_.empty() ? kNeverNs : due_.top().due_ns;
}

bool ScheduledLoad::Pop(int64_t now_ns, Arrival& arrival) {
  if (NextDueNs() > now_ns) return false;
  Due due;
  if (opens_next()) {
    due = {OpeningNs(next_), next_, visits_[next_].first_turn};
    ++next_;
  } else {
    due = due_.top();
    due_.pop();
  }
  arrival.scheduled_ns = due.due_ns;
  arrival.request = requests_.Make(visits_[due.open_visit].visit, due.turn);
  const auto [position, inserted] =
      in_flight_.emplace(std::pair(arrival.request.prompt_id, arrival.request.repeat), due);
  DSB_CHECK(inserted);
  if (options_.stop_if_overloaded) {
    // What waits at the client is in the system too.
    watch_.OnArrival(due.due_ns, static_cast<int64_t>(in_flight_.size()));
  }
  return true;
}

int64_t ScheduledLoad::ThinkNs(const Due& asked) const {
  const OpenVisit& open = visits_[asked.open_visit];
  const std::vector<int64_t>& think_ns = schedule_.visits[open.visit].think_ns;
  const auto index = static_cast<size_t>(asked.turn);
  return index < think_ns.size() ? think_ns[index] : 0;
}

void ScheduledLoad::OnFinished(const RequestRecord& record, const std::string& text,
                               int64_t finished_ns) {
  const auto found = in_flight_.find({record.prompt_id, record.repeat});
  DSB_CHECK(found != in_flight_.end());
  const Due asked = found->second;
  in_flight_.erase(found);
  const OpenVisit& open = visits_[asked.open_visit];
  const bool last = asked.turn + 1 == open.num_turns;
  if (options_.stop_if_overloaded && record.first_ns) {
    watch_.OnAnswer(*record.first_ns - record.scheduled_ns, finished_ns - asked.due_ns,
                    asked.due_ns);
    if (watch_.overloaded()) Stop();
  }
  const int64_t next_ns = finished_ns + ThinkNs(asked);
  if (!last && Answered(record)) {
    requests_.OnAnswer(open.visit, asked.turn, record, text);
    due_.push({next_ns, asked.open_visit, asked.turn + 1});
    return;
  }
  if (!last) num_unasked_ += open.num_turns - asked.turn - 1;
  if (options_.users > 0) TakeVisit(next_ns);
}

void ScheduledLoad::Stop() {
  for (; next_ < visits_.size(); ++next_) {
    num_unasked_ += visits_[next_].num_turns - visits_[next_].first_turn;
  }
}

bool ScheduledLoad::issuing() const {
  return options_.users > 0 ? idle_users_ == 0 : next_ < visits_.size();
}

}  // namespace dsb
