// Time as everything else sees it: signed nanoseconds of one monotonic clock that is passed in.
#pragma once

#include <cstdint>
#include <string>

namespace dsb {

class Clock {
 public:
  virtual ~Clock() = default;
  // Nanoseconds since an origin that is fixed for the clock's life. Never decreases. Any thread.
  virtual int64_t NowNs() const = 0;
  // Returns at or after `until_ns`; a virtual clock jumps there.
  virtual void SleepUntilNs(int64_t until_ns) = 0;
  virtual bool is_virtual() const { return false; }  // true: time passes only as it is told to
};

// CLOCK_MONOTONIC.
class MonotonicClock : public Clock {
 public:
  int64_t NowNs() const override;
  void SleepUntilNs(int64_t until_ns) override;
};

// For tests and simulated engines: moves only when told.
class VirtualClock : public Clock {
 public:
  int64_t NowNs() const override { return now_ns_; }
  void SleepUntilNs(int64_t until_ns) override {
    if (until_ns > now_ns_) now_ns_ = until_ns;
  }
  bool is_virtual() const override { return true; }
  void AdvanceNs(int64_t delta_ns) { now_ns_ += delta_ns; }

 private:
  int64_t now_ns_ = 0;
};

// CPU time of the calling thread, nanoseconds.
int64_t ThreadCpuNs();

// CPU time of all threads of the process, those that have ended included, nanoseconds.
int64_t ProcessCpuNs();

// Wall-clock UTC as "2026-11-24T10:57:46Z".
std::string UtcNow();

}  // namespace dsb
