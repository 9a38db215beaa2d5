// Names an engine's phases to NVTX and to a device time source, and gives the steps of an observed
// run their device times before they go to the recorder. A thread of its own collects and joins:
// the stepping thread only appends.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "engines/phase_observer.h"
#include "harness/device_time/device_join.h"
#include "harness/device_time/device_time_source.h"
#include "harness/device_time/kernel_totals.h"
#include "harness/device_time/timeline_launch.h"
#include "results/records.h"

namespace dsb {

class DeviceTracer : public PhaseObserver {
 public:
  struct Options {
    int64_t max_timeline_launches = 0;  // kept for the timeline; 0: none
    int64_t collect_every_ms = 1000;
    size_t collect_every_steps = 256;
  };
  // Takes completed steps and kernel times, from the tracer's thread. May throw: the tracer then
  // stops handing over, and whoever it hands over to tells the others.
  struct Sink {
    std::function<void(StepRecord)> on_step;
    std::function<void(std::vector<KernelTimeRecord>)> on_kernels;
  };
  // `source` may be null: then steps go on at once and only NVTX hears of phases. Both outlive the
  // tracer.
  DeviceTracer(DeviceTimeSource* source, const Clock& clock, Sink sink, const Options& options);
  ~DeviceTracer() override;  // Finish() without rethrowing

  // The stepping thread.
  void OnPhaseBegin(Phase phase, void* device_stream) override;
  void OnPhaseEnd(Phase phase, void* device_stream) override;
  // Around the steps of one run; `clock_offset_ns`: the tracer's clock - the run's.
  void Resume(int64_t clock_offset_ns);
  void Pause();
  // The step that just ended; the phases that were named since the last one are its own. Throws
  // what the tracer's thread failed with: nothing after that would be recorded.
  void OnStep(StepRecord record);

  // Waits for the device and hands over everything. What the sink threw comes out here.
  void Finish();

  // After Finish.
  const std::vector<TimelineLaunch>& timeline() const { return timeline_; }
  bool timeline_is_cut() const { return timeline_is_cut_; }
  int64_t num_dropped() const;  // records that are missing from the tables

 private:
  struct HeldStep {
    StepRecord record;
    int64_t offset_ns;  // source clock - run clock
    int collections = 0;
  };
  void Loop();
  void CollectOnce(bool all);
  void Release(HeldStep held, KernelTotals& totals);

  DeviceTimeSource* const source_;
  const Clock& clock_;
  const Sink sink_;
  const Options options_;
  int64_t step_ = 0;       // the stepping thread's
  int64_t offset_ns_ = 0;  // source clock - run clock

  std::thread thread_;
  std::mutex mutex_;  // guards the next five
  std::condition_variable wake_;
  std::deque<HeldStep> arrived_;
  bool finish_wanted_ = false;
  std::exception_ptr failure_;

  // The tracer's thread, then Finish's caller.
  std::deque<HeldStep> held_;
  DeviceJoin join_;
  int64_t released_steps_ = 0;
  int64_t reported_dropped_ = 0;
  int64_t last_run_id_ = 0;
  std::vector<TimelineLaunch> timeline_;
  bool timeline_is_cut_ = false;
};

}  // namespace dsb
