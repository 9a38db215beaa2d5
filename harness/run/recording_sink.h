// From an arm's replayer to the recorder, counting for the progress line. One thread.
#pragma once

#include "harness/device_time/device_tracer.h"
#include "harness/replay/replayer.h"
#include "harness/terminal/progress.h"
#include "results/store/recorder.h"

namespace dsb {

class RecordingSink : public ReplaySink {
 public:
  struct Targets {
    Recorder& recorder;
    DeviceTracer* tracer;  // gives an observed arm's steps their device times first; else null
    Progress& progress;
    ProgressCounts& counts;  // of all arms
  };
  // All outlive the sink. `drafts`: the arm's rounds count.
  RecordingSink(const Targets& targets, bool drafts) : to_(targets), drafts_(drafts) {}
  void OnRequest(RequestRecord record) override;
  void OnStep(StepRecord record) override;

 private:
  const Targets to_;
  const bool drafts_;
};

}  // namespace dsb
