// How long a connection waits for what another one has locked. The waits are short sleeps; whoever
// releases the lock is noticed within 50 ms.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

namespace dsb {

struct LockWait {
  int64_t longest_ms = 300'000;
  // Told once of each wait that has lasted for over a second, on the thread that waits.
  std::function<void(int64_t longest_ms)> on_wait = {};
};

// One wait after the other. Its address is what a connection is given: it stays where it is.
class LockWaiter {
 public:
  explicit LockWaiter(LockWait wait) : wait_(std::move(wait)) {}
  LockWaiter(const LockWaiter&) = delete;
  LockWaiter& operator=(const LockWaiter&) = delete;

  void SetLongest(int64_t longest_ms) { wait_.longest_ms = longest_ms; }
  const LockWait& wait() const { return wait_; }
  // The `count`-th try (from 0) to get one lock has failed: sleeps a little. False: waited enough.
  bool Again(int count);

 private:
  LockWait wait_;
  std::chrono::steady_clock::time_point began_;
  bool told_ = false;
};

}  // namespace dsb
