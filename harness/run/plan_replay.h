// Executes a load plan: stage after stage through the arms' replayers, every finished request to
// the recorder. Knows neither the kind of load nor the rows around it. One thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "harness/run/conversations.h"
#include "harness/run/load_plan.h"
#include "harness/run/recording_sink.h"
#include "harness/run/run_arm.h"
#include "harness/run/run_inputs.h"

namespace dsb {

class PlanReplay {
 public:
  struct Parts {
    const RunInputs& inputs;
    const Backend& backend;
    const RunArms& arms;
    const PromptRows& prompt_rows;
    const Clock& clock;  // what the arms' clocks are based on
    Recorder& recorder;
    DeviceTracer& tracer;
    Progress& progress;
  };
  // Gives every active arm its sink and its replayer. All parts outlive the replay, and it the
  // arms' next step.
  PlanReplay(const Parts& parts, const LoadPlan& plan);
  // False: `stop` ended it. What an engine throws passes through with its arm marked `replaying`.
  bool Run(const std::atomic<bool>& stop);
  int64_t num_resumed() const { return num_resumed_; }  // requests that earlier segments finished

 private:
  bool RunStage(const LoadStage& stage, bool warmup, const std::atomic<bool>& stop);
  Conversations::Parts PartsOf(const LoadStage& stage, bool warmup) const;
  static void SampleServer(RunArm& arm);  // what its engine counts, if that is a server

  const Parts parts_;
  const LoadPlan& plan_;
  std::vector<std::unique_ptr<RecordingSink>> sinks_;
  ProgressCounts counts_;
  int64_t num_resumed_ = 0;
};

}  // namespace dsb
