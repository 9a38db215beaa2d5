// The source of a drawn schedule (workloads/schedule.h): closed and open loops, batches, traces,
// each visit a conversation whose later turns wait for the answer before them and for their user to
// think. Knows when, not what: requests are made by whom it is given, as they become due.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "harness/replay/arrival.h"
#include "harness/replay/overload_watch.h"
#include "workloads/schedule.h"

namespace dsb {

// Makes the requests of visits and remembers what their turns were answered.
class VisitRequests {
 public:
  virtual ~VisitRequests() = default;
  virtual PreparedRequest Make(size_t visit, int32_t turn) = 0;
  virtual void OnAnswer(size_t visit, int32_t turn, const RequestRecord& record,
                        const std::string& text) = 0;
};

// What is left of a visit.
struct OpenVisit {
  size_t visit = 0;        // of the schedule
  int32_t first_turn = 0;  // those before it were answered in an earlier segment
  int32_t num_turns = 1;
};

class ScheduledLoad : public ArrivalSource {
 public:
  struct Options {
    int64_t start_ns = 0;
    int32_t users = 0;  // of a closed loop; 0: visits come at their own times
    int32_t client_cap =
        0;  // requests in flight; more wait at the client, their time counts; 0: no cap
    bool stop_if_overloaded = false;
  };
  // `schedule` and `requests` outlive the source. `visits`: in the schedule's order.
  ScheduledLoad(const Schedule& schedule, std::vector<OpenVisit> visits, VisitRequests& requests,
                const Options& options);
  bool Pop(int64_t now_ns, Arrival& arrival) override;
  int64_t NextDueNs() const override;
  // A turn that was not answered ends its visit: what would follow has nothing to go on.
  void OnFinished(const RequestRecord& record, const std::string& text,
                  int64_t finished_ns) override;
  // Open: arrivals are still to come. Closed: no user is without a visit.
  bool issuing() const override;

  bool overloaded() const { return watch_.overloaded(); }
  // Turns that were not asked: their visit broke off, or the source stopped.
  int64_t num_unasked() const { return num_unasked_; }

 private:
  struct Due {
    int64_t due_ns = 0;
    size_t open_visit = 0;
    int32_t turn = 0;
    bool operator>(const Due& other) const {
      return std::pair(due_ns, open_visit) > std::pair(other.due_ns, other.open_visit);
    }
  };
  bool opens_next() const;  // a visit's start, not a later turn, is due first
  int64_t OpeningNs(size_t open_visit) const;
  void TakeVisit(int64_t due_ns);  // a user's next one
  int64_t ThinkNs(const Due& asked) const;
  void Stop();

  const Schedule& schedule_;
  const std::vector<OpenVisit> visits_;
  VisitRequests& requests_;
  const Options options_;
  int64_t first_offset_ns_ = 0;
  size_t next_ = 0;  // visit that has not begun
  int32_t idle_users_ = 0;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::map<std::pair<int64_t, int64_t>, Due> in_flight_;  // by prompt and repeat
  OverloadWatch watch_;
  int64_t num_unasked_ = 0;
};

}  // namespace dsb
