#include <algorithm>
#include <chrono>
#include <exception>
#include <string>
#include <utility>

#include "results/store/database_error.h"
#include "results/store/record_bytes.h"
#include "results/store/recorder_state.h"

namespace dsb {
namespace {

constexpr std::chrono::seconds kLongestWait{1};  // of a step for its batch
constexpr std::chrono::milliseconds kRetryAfter{50};
// Requests that finish faster than they are committed share a transaction: each of its own writes
// the pages anew that its neighbours share.
constexpr size_t kFewWaiting = 16, kMostTogether = 256;

}  // namespace

void Recorder::State::WaitForSpace(int64_t num_bytes, std::unique_lock<std::mutex>& lock) {
  ThrowIfFailed();
  DSB_CHECK(!finished);  // Add after Finish
  // One record alone may be of any size.
  const auto has_space = [&] {
    return outstanding_bytes == 0 || outstanding_bytes + num_bytes <= options.capacity_bytes;
  };
  if (!has_space()) {
    const auto start = std::chrono::steady_clock::now();
    ++num_waiting;
    wake_writer.notify_one();
    wake_callers.wait(lock, [&] { return has_space() || failure.has_value(); });
    --num_waiting;
    const auto waited = std::chrono::steady_clock::now() - start;
    stall_ns += std::chrono::duration_cast<std::chrono::nanoseconds>(waited).count();
    ThrowIfFailed();
  }
  outstanding_bytes += num_bytes;
}

void Recorder::State::ThrowIfFailed() const {
  if (failure) throw Error(failure->code, failure->message);
}

void Recorder::State::Reserve(Queue& some_queue) const {
  constexpr size_t kUsuallyEnough = 4096;  // for the second that a step waits at most
  some_queue.requests.reserve(kUsuallyEnough);
  some_queue.steps.reserve(kUsuallyEnough);
}

void Recorder::State::WriteUntilFinished() noexcept {
  try {
    WriteLoop();
  } catch (const Error& error) {
    Fail(error.code(), error.what());
  } catch (const std::exception& error) {
    Fail(ExitCode::kInternal, std::string("recorder: ") + error.what());
  }
}

void Recorder::State::WriteLoop() {
  Queue taken;
  Reserve(taken);
  auto steps_due = std::chrono::steady_clock::now() + kLongestWait;
  bool finishing = false;
  while (!finishing) {
    int64_t ticket = 0;
    {
      std::unique_lock<std::mutex> lock(mutex);
      writer_sleeps = true;
      wake_writer.wait_until(lock, steps_due,
                             [&] { return !queue.requests.empty() || WantsEverythingNow(); });
      writer_sleeps = false;
      const auto now = std::chrono::steady_clock::now();
      std::swap(taken.requests, queue.requests);
      if (WantsEverythingNow() || now >= steps_due) {
        std::swap(taken.steps, queue.steps);
        std::swap(taken.kernels, queue.kernels);
        steps_due = now + kLongestWait;
      }
      finished = finishing = finish_wanted;
      ticket = flush_wanted;
    }
    WriteRequests(taken.requests);
    WriteSteps(taken.steps);
    WriteKernels(taken.kernels);
    const std::lock_guard<std::mutex> lock(mutex);
    flush_done = ticket;
    exited = finishing;
    wake_callers.notify_all();
  }
}

template <typename Write>
void Recorder::State::Commit(int64_t num_bytes, const Write& write) {
  const auto start = std::chrono::steady_clock::now();
  const std::chrono::milliseconds longest(store.longest_wait_ms());
  for (bool committed = false; !committed;) {
    try {
      write();
      committed = true;
    } catch (const DatabaseError& error) {
      // SQLite gives up at once where waiting might be for ever, and after 10 s of disorder.
      if (!error.is_locked() || std::chrono::steady_clock::now() - start >= longest) throw;
      std::this_thread::sleep_for(kRetryAfter);
    }
  }
  const std::lock_guard<std::mutex> lock(mutex);
  outstanding_bytes -= num_bytes;
  if (num_waiting > 0) wake_callers.notify_all();
}

void Recorder::State::WriteRequests(std::vector<RequestRecord>& requests) {
  std::span<const RequestRecord> left = requests;
  while (!left.empty()) {
    // Few wait: each is committed as soon as it can be.
    const size_t together = left.size() > kFewWaiting ? std::min(left.size(), kMostTogether) : 1;
    WriteTogether(left.first(together));
    left = left.subspan(together);
  }
  requests.clear();
}

void Recorder::State::WriteTogether(std::span<const RequestRecord> requests) {
  int64_t num_bytes = 0;
  for (const RequestRecord& request : requests) num_bytes += BytesOf(request);
  try {
    Commit(num_bytes, [&] {
      store.Transact([&] {
        for (const RequestRecord& request : requests) store.PutRequest(request);
      });
    });
  } catch (const DatabaseError& error) {
    if (requests.size() == 1 || error.is_locked()) throw;
    // One is at fault: those before it are kept.
    for (size_t i = 0; i < requests.size(); ++i) WriteTogether(requests.subspan(i, 1));
    return;
  }
  const std::lock_guard<std::mutex> lock(mutex);
  outstanding_requests -= static_cast<int64_t>(requests.size());
}

void Recorder::State::WriteSteps(std::vector<StepRecord>& steps) {
  if (steps.empty()) return;
  int64_t num_bytes = 0;
  for (const StepRecord& step : steps) num_bytes += BytesOf(step);
  Commit(num_bytes, [&] { store.PutSteps(steps); });
  steps.clear();
}

void Recorder::State::WriteKernels(std::vector<std::vector<KernelTimeRecord>>& kernels) {
  for (const std::vector<KernelTimeRecord>& records : kernels) {
    Commit(BytesOf(records), [&] { store.PutKernelTimes(records); });
  }
  kernels.clear();
}

void Recorder::State::Fail(ExitCode code, const std::string& message) noexcept {
  const std::lock_guard<std::mutex> lock(mutex);
  failure = Failure{code, message};
  if (outstanding_requests > 0) {
    failure->message +=
        "; " + std::to_string(outstanding_requests) +
        (outstanding_requests == 1 ? " finished request is" : " finished requests are") +
        " not stored";
  }
  finished = exited = true;
  wake_callers.notify_all();
}

}  // namespace dsb
