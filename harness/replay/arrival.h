// Who arrives when. A source hands the replayer every request once, as soon as it is due, and is
// told every answer. How many may be in flight is its own matter: the replayer holds nothing back.
// Closed loop here, open loops and traces are further sources.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "engines/request.h"
#include "results/records.h"

namespace dsb {

inline constexpr int64_t kNeverNs = std::numeric_limits<int64_t>::max();

// A request with what the store wants to know about it.
struct PreparedRequest {
  EngineRequest engine;   // `id` unique within the run
  int64_t prompt_id = 0;  // the store's row
  int64_t repeat = 0;     // with prompt_id, unique within the run
  std::string phase = "measured";
};

struct Arrival {
  PreparedRequest request;
  int64_t scheduled_ns = 0;  // s_i of measurement.md 1, on the replayer's clock
};

class ArrivalSource {
 public:
  virtual ~ArrivalSource() = default;
  // Moves the earliest request that is due at `now_ns` into `arrival`; false if none is.
  virtual bool Pop(int64_t now_ns, Arrival& arrival) = 0;
  // When the next request is due if nothing finishes before; kNeverNs if none is, or if it waits
  // for an answer.
  virtual int64_t NextDueNs() const = 0;
  // Every popped request ends with this call. `text`: the answer, where the engine delivers text.
  // `finished_ns` is on the replayer's clock, the record's times are relative to its origin.
  virtual void OnFinished(const RequestRecord& record, const std::string& text,
                          int64_t finished_ns) = 0;
  // False from the moment on at which the load is no longer what it should be: nothing is left to
  // pop though somebody could ask. The window of measurement.md 6 ends there.
  virtual bool issuing() const = 0;
};

// N users without think time: a request is scheduled at the moment when a user's slot became free.
class ClosedLoop : public ArrivalSource {
 public:
  struct Options {
    int num_users = 1;      // >= 1 slots
    int max_in_flight = 0;  // what the engine takes: more users than that wait; 0: any number
    int64_t start_ns = 0;   // all slots are free from here on
  };
  ClosedLoop(std::vector<PreparedRequest> requests, const Options& options);
  bool Pop(int64_t now_ns, Arrival& arrival) override;
  int64_t NextDueNs() const override;
  void OnFinished(const RequestRecord& record, const std::string& text,
                  int64_t finished_ns) override;
  bool issuing() const override { return next_ < requests_.size() || in_flight_ == most_; }

 private:
  std::vector<PreparedRequest> requests_;
  const size_t most_;  // in flight
  size_t next_ = 0, in_flight_ = 0;
  std::vector<int64_t> free_since_ns_;  // one entry per free slot, a min-heap
};

}  // namespace dsb
