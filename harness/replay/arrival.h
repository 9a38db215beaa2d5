// Who arrives when. A source hands the replayer every request once, as soon as it is due; closed
// loop here, open loops and traces are further sources. It measures nothing and knows no engine.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "engines/engine.h"

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
  // Every popped request ends with this call.
  virtual void OnFinished(int64_t request_id, int64_t finished_ns) = 0;
  virtual bool exhausted() const = 0;  // nothing is left to pop, now or later
};

// N users without think time: a request is scheduled at the moment when a user's slot became free.
class ClosedLoop : public ArrivalSource {
 public:
  // `num_users` >= 1 slots are free from `start_ns` on.
  ClosedLoop(std::vector<PreparedRequest> requests, int num_users, int64_t start_ns);
  bool Pop(int64_t now_ns, Arrival& arrival) override;
  int64_t NextDueNs() const override;
  void OnFinished(int64_t request_id, int64_t finished_ns) override;
  bool exhausted() const override { return next_ == requests_.size(); }

 private:
  std::vector<PreparedRequest> requests_;
  size_t next_ = 0;
  std::vector<int64_t> free_since_ns_;  // one entry per free slot, a min-heap
};

}  // namespace dsb
