#include "harness/terminal/interrupt.h"

#include <signal.h>

namespace dsb {
namespace {

static_assert(std::atomic<bool>::is_always_lock_free);

// A signal handler can reach nothing else.
std::atomic<bool>& Flag() {
  static std::atomic<bool> flag{false};
  return flag;
}

void OnSignal(int /*signal*/) { Flag().store(true, std::memory_order_relaxed); }

}  // namespace

const std::atomic<bool>& InterruptFlag() {
  Flag();  // constructed before a handler can run
  struct sigaction action {};
  action.sa_handler = OnSignal;
  // The default action is back after the first signal: the second one ends the process.
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  return Flag();
}

}  // namespace dsb
