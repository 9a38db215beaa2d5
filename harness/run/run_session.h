// One `run` command: makes the arms' engines, opens their runs, lets the load plan be replayed with
// every finished request recorded at once, and closes the runs. Opens no file: the store is passed
// in, so that everything that can be wrong with the input shows before one exists.
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
#include "harness/run/load_plan.h"
#include "harness/run/run_arm.h"
#include "harness/run/run_inputs.h"
#include "harness/terminal/progress.h"
#include "results/store/recorder.h"
#include "results/store/store.h"

namespace dsb {

class RunSession {
 public:
  // Makes the arms' engines. Everything outlives the session. kBadInput, kResource as the backend
  // says. `source`: the device times of observed arms; null: none but the engines' own.
  RunSession(const RunInputs& inputs, Backend& backend, Clock& clock,
             DeviceTimeSource* source = nullptr);
  ~RunSession();
  size_t num_arms() const { return arms_.size(); }  // with --device-time two of each option's
  // Runs, or continues, all arms. If an engine or the store fails, everything finished is stored,
  // the runs are marked failed (the other arms interrupted) and the error goes on.
  RunSummary Run(const LoadPlan& plan, Store& store, Progress& progress,
                 const std::atomic<bool>& stop);
  // Runs were opened: there is something to continue.
  bool has_begun() const { return recorder_ != nullptr; }
  // After Run: the launches of the observed arms. Null if nothing was left to do.
  const DeviceTracer* tracer() const { return tracer_.get(); }

 private:
  using Arm = RunArm;
  void AddArm(const ArmOptions& options, bool observed, const std::string& session);
  void RefuseEqualArms() const;
  std::string DeviceTimeSourceOf(const Arm& arm) const;
  void StartTracer();
  // Rows of all arms, before the recorder starts to write.
  void OpenRuns(const LoadPlan& plan, Store& store, RunSummary& summary);
  void PutRuns(const LoadPlan& plan, Store& store, RunSummary& summary);
  bool Flush();  // false: something could not be stored

  const RunInputs& inputs_;
  Backend& backend_;
  Clock& clock_;
  DeviceTimeSource* const source_;
  RunArms arms_;
  PromptRows prompt_rows_;
  std::unique_ptr<Recorder> recorder_;
  std::unique_ptr<DeviceTracer> tracer_;
};

}  // namespace dsb
