#include "results/store/lock_wait.h"

#include <algorithm>
#include <exception>
#include <thread>

namespace dsb {
namespace {

constexpr std::chrono::milliseconds kTellAfter{1000}, kLongestSleep{50};

}  // namespace

bool LockWaiter::Again(int count) {
  const auto now = std::chrono::steady_clock::now();
  if (count == 0) {
    began_ = now;
    told_ = false;
  }
  const auto waited = now - began_;
  const std::chrono::milliseconds longest(wait_.longest_ms);
  if (waited >= longest) return false;
  if (!told_ && waited >= kTellAfter) {
    told_ = true;
    try {
      if (wait_.on_wait) wait_.on_wait(wait_.longest_ms);
    } catch (const std::exception&) {
      // Called by SQLite, which no exception may pass through; a notice is not worth the wait.
    }
  }
  const std::chrono::milliseconds sleep =
      std::min(kLongestSleep, std::chrono::milliseconds(1 + count));
  std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(sleep, longest - waited));
  return true;
}

}  // namespace dsb
