#include <algorithm>
#include <chrono>
#include <exception>
#include <string>
#include <utility>

#include "results/store/recorder_state.h"

namespace dsb {
namespace {

constexpr std::chrono::seconds kLongestWait{1};  // of a step for its batch

}  // namespace

void Recorder::State::WaitForSpace(std::unique_lock<std::mutex>& lock) {
  ThrowIfFailed();
  DSB_CHECK(!finished);  // Add after Finish
  if (num_outstanding < options.queue_capacity) return;
  const auto start = std::chrono::steady_clock::now();
  ++num_waiting;
  wake_writer.notify_one();
  wake_callers.wait(
      lock, [&] { return num_outstanding < options.queue_capacity || failure.has_value(); });
  --num_waiting;
  const auto waited = std::chrono::steady_clock::now() - start;
  stall_ns += std::chrono::duration_cast<std::chrono::nanoseconds>(waited).count();
  ThrowIfFailed();
}

void Recorder::State::ThrowIfFailed() const {
  if (failure) throw Error(failure->code, failure->message);
}

void Recorder::State::Reserve(Queue& some_queue) const {
  const auto capacity = static_cast<size_t>(std::min<int64_t>(options.queue_capacity, 4096));
  some_queue.requests.reserve(capacity);
  some_queue.steps.reserve(capacity);
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

void Recorder::State::WriteRequests(std::vector<RequestRecord>& requests) {
  for (const RequestRecord& request : requests) {
    store.PutRequest(request);
    CountWritten(1);
  }
  requests.clear();
}

void Recorder::State::WriteSteps(std::vector<StepRecord>& steps) {
  if (steps.empty()) return;
  store.PutSteps(steps);
  CountWritten(steps.size());
  steps.clear();
}

void Recorder::State::WriteKernels(std::vector<std::vector<KernelTimeRecord>>& kernels) {
  for (const std::vector<KernelTimeRecord>& records : kernels) {
    store.PutKernelTimes(records);
    CountWritten(1);
  }
  kernels.clear();
}

void Recorder::State::CountWritten(size_t num_records) {
  const std::lock_guard<std::mutex> lock(mutex);
  num_outstanding -= static_cast<int64_t>(num_records);
  if (num_waiting > 0) wake_callers.notify_all();
}

void Recorder::State::Fail(ExitCode code, const std::string& message) noexcept {
  const std::lock_guard<std::mutex> lock(mutex);
  failure = Failure{code, message};
  finished = exited = true;
  wake_callers.notify_all();
}

}  // namespace dsb
