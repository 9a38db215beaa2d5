#include "harness/device_time/device_tracer.h"

#include <chrono>
#include <exception>
#include <utility>

#include "harness/device_time/nvtx_ranges.h"

namespace dsb {
namespace {

// A step is complete once so many collections have begun after it: a buffer that was being filled
// at the first is delivered by the second.
constexpr int kCollectionsBeforeRelease = 2;

// The tokens that a phase's kernels work on.
int64_t TokensOf(const StepRecord& step, Phase phase) {
  if (phase == Phase::kPrefill) return step.num_prefill_tokens;
  if (phase == Phase::kDraft || phase == Phase::kConfidence) return step.num_draft_tokens;
  return step.padded_tokens;
}

PhaseTimeRecord& RecordOf(StepRecord& step, Phase phase) {
  const std::string name = PhaseName(phase);
  for (PhaseTimeRecord& record : step.phases) {
    if (record.phase == name) return record;
  }
  PhaseTimeRecord& record = step.phases.emplace_back();
  record.phase = name;
  return record;
}

}  // namespace

DeviceTracer::DeviceTracer(DeviceTimeSource* source, const Clock& clock, Sink sink,
                           const Options& options)
    : source_(source), clock_(clock), sink_(std::move(sink)), options_(options) {
  if (source_ != nullptr) thread_ = std::thread([this] { Loop(); });
}

DeviceTracer::~DeviceTracer() {
  try {
    Finish();
  } catch (const std::exception&) {
    // Whoever wanted to know called Finish(); nothing may leave a destructor.
  }
}

void DeviceTracer::OnPhaseBegin(Phase phase, void* device_stream) {
  PushNvtxPhase(phase);
  if (source_ != nullptr) source_->BeginPhase(ExternalIdOf(step_, phase), device_stream);
}

void DeviceTracer::OnPhaseEnd(Phase phase, void* device_stream) {
  if (source_ != nullptr) source_->EndPhase(ExternalIdOf(step_, phase), device_stream);
  PopNvtxPhase();
}

void DeviceTracer::Resume(int64_t clock_offset_ns) {
  offset_ns_ = clock_offset_ns;
  if (source_ == nullptr) return;
  source_->Start();
  offset_ns_ += source_->OffsetNs(clock_.NowNs());
}

void DeviceTracer::Pause() {
  if (source_ != nullptr) source_->Stop();
}

void DeviceTracer::OnStep(StepRecord record) {
  ++step_;
  if (source_ == nullptr) {
    sink_.on_step(std::move(record));
    return;
  }
  bool wake = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (failure_) std::rethrow_exception(failure_);
    arrived_.push_back({.record = std::move(record), .offset_ns = offset_ns_});
    wake = arrived_.size() >= options_.collect_every_steps;
  }
  if (wake) wake_.notify_one();
}

void DeviceTracer::Finish() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    finish_wanted_ = true;
  }
  wake_.notify_one();
  thread_.join();
  const std::lock_guard<std::mutex> lock(mutex_);
  if (failure_) std::rethrow_exception(failure_);
}

int64_t DeviceTracer::num_dropped() const { return join_.num_dropped() + join_.num_late(); }

void DeviceTracer::Loop() {
  for (bool finishing = false; !finishing;) {
    {
      std::unique_lock<std::mutex> lock(mutex_);
      wake_.wait_for(lock, std::chrono::milliseconds(options_.collect_every_ms), [this] {
        return finish_wanted_ || arrived_.size() >= options_.collect_every_steps;
      });
      finishing = finish_wanted_;
      for (HeldStep& step : arrived_) held_.push_back(std::move(step));
      arrived_.clear();
    }
    try {
      CollectOnce(finishing);
    } catch (const std::exception&) {
      const std::lock_guard<std::mutex> lock(mutex_);
      failure_ = std::current_exception();
      arrived_.clear();
      return;
    }
  }
}

void DeviceTracer::CollectOnce(bool all) {
  join_.Add(source_->Collect(all));
  KernelTotals totals;
  for (HeldStep& held : held_) ++held.collections;
  while (!held_.empty() && (all || held_.front().collections > kCollectionsBeforeRelease)) {
    Release(std::move(held_.front()), totals);
    held_.pop_front();
  }
  if (last_run_id_ != 0) {
    // No phase named the launch: work that is no step's.
    for (const DeviceActivity& activity : join_.TakeUnknown(all ? 0 : kCollectionsBeforeRelease)) {
      totals.Add(last_run_id_, Phase::kOther, 0, activity);
    }
    totals.AddDropped(last_run_id_, num_dropped() - reported_dropped_);
    reported_dropped_ = num_dropped();
  }
  if (!totals.empty()) sink_.on_kernels(totals.Take());
}

void DeviceTracer::Release(HeldStep held, KernelTotals& totals) {
  StepDeviceTime time = join_.Take(released_steps_++);
  StepRecord& step = held.record;
  last_run_id_ = step.run_id;
  step.device_busy_ns = time.busy_ns;
  for (PhaseTimeRecord& phase : step.phases) {
    phase.device_busy_ns = 0;
    if (source_->KnowsKernels()) phase.device_kernel_ns = 0;
  }
  for (int i = 0; i < kNumPhases; ++i) {
    if (!time.phases[i]) continue;
    PhaseTimeRecord& record = RecordOf(step, static_cast<Phase>(i));
    record.device_kernel_ns = time.phases[i]->kernel_ns;
    record.device_busy_ns = time.phases[i]->busy_ns;
  }
  for (StepDeviceTime::Launch& launch : time.launches) {
    totals.Add(step.run_id, launch.phase, BatchBucket(TokensOf(step, launch.phase)),
               launch.activity);
    if (static_cast<int64_t>(timeline_.size()) >= options_.max_timeline_launches) {
      timeline_is_cut_ = options_.max_timeline_launches > 0;
      continue;
    }
    launch.activity.start_ns -= held.offset_ns;
    launch.activity.end_ns -= held.offset_ns;
    timeline_.push_back({step.run_id, step.idx, launch.phase, std::move(launch.activity)});
  }
  sink_.on_step(std::move(step));
}

}  // namespace dsb
