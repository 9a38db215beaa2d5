#include "harness/replay/active_clock.h"

#include "base/error.h"

namespace dsb {

void ActiveClock::SleepUntilNs(int64_t until_ns) {
  DSB_CHECK(running_);
  base_->SleepUntilNs(until_ns + offset_ns_);
}

void ActiveClock::Resume() {
  if (running_) return;
  offset_ns_ = base_->NowNs() - stopped_at_ns_;
  running_ = true;
}

void ActiveClock::Pause() {
  if (!running_) return;
  stopped_at_ns_ = NowNs();
  running_ = false;
}

void ActiveClock::JumpTo(int64_t now_ns) {
  DSB_CHECK(!running_ && now_ns >= stopped_at_ns_);
  stopped_at_ns_ = now_ns;
}

}  // namespace dsb
