// One `run` command: its arms interleaved over blocks of prompts, every finished request recorded
// at once. Opens no file: the store is passed in, so that everything that can be wrong with the
// input shows before one exists.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "harness/backends/backend.h"
#include "harness/device_time/device_time_source.h"
#include "harness/device_time/device_tracer.h"
#include "harness/replay/replayer.h"
#include "harness/run/prompts.h"
#include "harness/run/resume.h"
#include "harness/run/run_arm.h"
#include "harness/run/run_plan.h"
#include "harness/terminal/progress.h"
#include "results/store/recorder.h"
#include "results/store/store.h"

namespace dsb {

struct RunInputs {
  RunOptions options;  // complete: no empty target, no thread count of 0
  Workload workload;
  std::vector<Prompt> prompts;
  int32_t context_tokens = 0;
  EnvironmentRecord environment;
  BuildRecord build;
  std::string isa;
  std::string command_line;
  double load_average = 0;
};

struct RunSummary {
  std::vector<int64_t> run_ids;  // one per arm
  bool interrupted = false;
  bool was_complete = false;  // --resume found nothing left to do
  int64_t num_resumed = 0;    // requests that earlier segments had finished
  int64_t num_errors = 0;     // requests that ended in error: their runs are stored as failed
  std::string first_error;
};

class RunSession {
 public:
  // Makes the arms' engines. Everything outlives the session. kBadInput, kResource as the backend
  // says. `source`: the device times of observed arms; null: none but the threads' CPU time.
  RunSession(const RunInputs& inputs, Backend& backend, Clock& clock,
             DeviceTimeSource* source = nullptr);
  ~RunSession();
  // Runs, or continues, all arms. If an engine or the store fails, everything finished is stored,
  // the runs are marked failed (the other arms interrupted) and the error goes on.
  RunSummary Run(Store& store, Progress& progress, const std::atomic<bool>& stop);
  // After Run: the launches of the observed arms. Null if nothing was left to do.
  const DeviceTracer* tracer() const { return tracer_.get(); }

 private:
  using Arm = RunArm;
  void AddArm(const ArmOptions& options, bool observed, const std::string& session);
  std::string DeviceTimeSourceOf(bool observed) const;
  void StartTracer();
  // Rows of all arms, before the recorder starts to write.
  void OpenRuns(Store& store, RunSummary& summary);
  void ReplayAll(Progress& progress, const std::atomic<bool>& stop, RunSummary& summary);
  bool Replay(Arm& arm, std::vector<PreparedRequest> requests, const std::atomic<bool>& stop);
  std::vector<PreparedRequest> WarmupRequests(Arm& arm) const;
  std::vector<PreparedRequest> BlockRequests(Arm& arm,
                                             const std::vector<PlannedRequest>& block) const;
  PreparedRequest Prepare(Arm& arm, size_t prompt, int64_t repeat, int32_t max_tokens) const;
  void CloseRuns(Store& store, RunSummary& summary);
  void FailRuns(Store& store, const std::string& reason);

  const RunInputs& inputs_;
  Backend& backend_;
  Clock& clock_;
  DeviceTimeSource* const source_;
  std::vector<std::unique_ptr<Arm>> arms_;
  std::vector<int64_t> prompt_ids_;  // the store's rows, as inputs_.prompts
  std::unique_ptr<Recorder> recorder_;
  std::unique_ptr<DeviceTracer> tracer_;
  const Arm* replaying_ = nullptr;
};

}  // namespace dsb
