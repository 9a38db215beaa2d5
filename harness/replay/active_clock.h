// A run's own clock: stands still while another arm of an interleaved comparison is running, so
// that each run's times form one continuous line and windows, rates and concurrency of
// measurement.md 2, 3 and 6 hold for it.
#pragma once

#include <cstdint>

#include "base/clock.h"

namespace dsb {

class ActiveClock : public Clock {
 public:
  // Starts paused at 0. `base` outlives the clock.
  explicit ActiveClock(Clock& base) : base_(&base) {}
  int64_t NowNs() const override { return running_ ? base_->NowNs() - offset_ns_ : stopped_at_ns_; }
  void SleepUntilNs(int64_t until_ns) override;  // running only
  bool is_virtual() const override { return base_->is_virtual(); }
  void Resume();
  void Pause();
  void JumpTo(
      int64_t now_ns);  // paused only, forwards: a resumed run goes on behind its last segment

 private:
  Clock* base_;
  bool running_ = false;
  int64_t offset_ns_ = 0;      // base time - this time, while running
  int64_t stopped_at_ns_ = 0;  // this time, while paused
};

}  // namespace dsb
