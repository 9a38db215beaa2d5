// Tells while a run goes on that its rate cannot be met: the requests in the system and the time to
// their first token grow together (measurement.md 6). Looks at doublings of the number of answers,
// so that it looks seldom.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace dsb {

class OverloadWatch {
 public:
  // `num_in_system`: this one included.
  void OnArrival(int64_t scheduled_ns, int64_t num_in_system);
  // Of the request that was scheduled at `scheduled_ns`.
  void OnAnswer(int64_t ttft_ns, int64_t e2e_ns, int64_t scheduled_ns);
  bool overloaded() const { return overloaded_; }

 private:
  struct Arrival {
    int64_t scheduled_ns = 0;
    double num_in_system = 0;
    double ttft_ns = -1;  // < 0: not answered yet
  };
  bool Grows() const;

  std::vector<Arrival> arrivals_;  // in order of time
  std::vector<double> e2e_ns_;
  size_t next_look_ = 0;
  bool overloaded_ = false;
};

}  // namespace dsb
