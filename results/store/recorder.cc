#include "results/store/recorder.h"

#include <exception>
#include <utility>

#include "base/error.h"
#include "results/store/record_bytes.h"
#include "results/store/recorder_state.h"

namespace dsb {

Recorder::Recorder(Store& store, const Options& options)
    : state_(std::make_unique<State>(store, options)) {
  DSB_CHECK(options.capacity_bytes > 0 && options.steps_per_batch > 0);
  state_->thread = std::thread([state = state_.get()] { state->WriteUntilFinished(); });
}

Recorder::~Recorder() {
  try {
    Finish();
  } catch (const std::exception&) {
    // Whoever wanted to know called Finish(); nothing may leave a destructor.
  }
}

void Recorder::Add(RequestRecord record) {
  bool wake = false;
  {
    std::unique_lock<std::mutex> lock(state_->mutex);
    state_->WaitForSpace(BytesOf(record), lock);
    state_->queue.requests.push_back(std::move(record));
    ++state_->outstanding_requests;
    wake = state_->writer_sleeps;
  }
  if (wake) state_->wake_writer.notify_one();
}

void Recorder::Add(StepRecord record) {
  bool wake = false;
  {
    std::unique_lock<std::mutex> lock(state_->mutex);
    state_->WaitForSpace(BytesOf(record), lock);
    state_->queue.steps.push_back(std::move(record));
    wake = state_->writer_sleeps && state_->HasFullBatch();
  }
  if (wake) state_->wake_writer.notify_one();
}

void Recorder::Add(std::vector<KernelTimeRecord> records) {
  if (records.empty()) return;
  std::unique_lock<std::mutex> lock(state_->mutex);
  state_->WaitForSpace(BytesOf(records), lock);
  state_->queue.kernels.push_back(std::move(records));
}

void Recorder::Flush() {
  std::unique_lock<std::mutex> lock(state_->mutex);
  state_->ThrowIfFailed();
  const int64_t ticket = ++state_->flush_wanted;
  state_->wake_writer.notify_one();
  state_->wake_callers.wait(lock, [&] { return state_->flush_done >= ticket || state_->exited; });
  state_->ThrowIfFailed();
}

void Recorder::Finish() {
  {
    const std::lock_guard<std::mutex> lock(state_->mutex);
    state_->finish_wanted = true;
  }
  state_->wake_writer.notify_one();
  if (state_->thread.joinable()) state_->thread.join();
  const std::lock_guard<std::mutex> lock(state_->mutex);
  state_->ThrowIfFailed();
}

int64_t Recorder::stall_ns() const { return state_->stall_ns.load(); }

}  // namespace dsb
