// The queue between a Recorder's callers and its thread. Internal to the recorder.
// Callers append under a mutex; the thread takes everything at once, so it holds the mutex only for
// a swap. Only a request or a full batch of steps wakes a sleeping thread: steps otherwise wait for
// its tick, so a step costs its caller no system call.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "base/error.h"
#include "results/store/recorder.h"

namespace dsb {

struct Recorder::State {
  struct Queue {
    std::vector<RequestRecord> requests;
    std::vector<StepRecord> steps;
    std::vector<std::vector<KernelTimeRecord>> kernels;
  };

  State(Store& store_to_write, const Options& all_options)
      : store(store_to_write), options(all_options) {
    Reserve(queue);
  }

  // Callers, with the mutex held.
  void WaitForSpace(int64_t num_bytes, std::unique_lock<std::mutex>& lock);
  bool HasFullBatch() const {
    return static_cast<int64_t>(queue.steps.size()) >= options.steps_per_batch;
  }
  void ThrowIfFailed() const;

  // The thread; the first with the mutex held.
  bool WantsEverythingNow() const {
    return HasFullBatch() || num_waiting > 0 || finish_wanted || flush_wanted > flush_done;
  }
  void Reserve(Queue& some_queue) const;  // so that Add seldom moves what is queued
  void WriteUntilFinished() noexcept;
  void WriteLoop();
  // One transaction: once more if another connection was in the way, for as long as the store waits
  // for locks.
  template <typename Write>
  void Commit(int64_t num_bytes, const Write& write);
  void WriteRequests(std::vector<RequestRecord>& requests);
  void WriteTogether(std::span<const RequestRecord> requests);
  void WriteSteps(std::vector<StepRecord>& steps);
  void WriteKernels(std::vector<std::vector<KernelTimeRecord>>& kernels);
  void Fail(ExitCode code, const std::string& message) noexcept;

  Store& store;
  const Options options;
  std::thread thread;
  std::atomic<int64_t> stall_ns = 0;

  std::mutex mutex;  // guards all below
  std::condition_variable wake_writer, wake_callers;
  Queue queue;
  int64_t outstanding_bytes = 0, outstanding_requests = 0;  // added and not yet committed
  int64_t num_waiting = 0;                                  // callers waiting for space
  int64_t flush_wanted = 0, flush_done = 0;
  bool writer_sleeps = false, finish_wanted = false;
  bool finished = false;  // the thread has taken its last records
  bool exited = false;
  struct Failure {
    ExitCode code;
    std::string message;
  };
  std::optional<Failure> failure;
};

}  // namespace dsb
