// The rows that a run session writes before its first request: environment, build, artifacts,
// prompts, runs, segments.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/run/resume.h"
#include "harness/run/run_arm.h"
#include "harness/run/run_inputs.h"
#include "results/store/store.h"

namespace dsb {

// Ids that the arms of one session share.
struct SharedRows {
  std::optional<std::string> prompt_form;
  int64_t environment_id = 0, build_id = 0;
  int64_t target_id = 0;  // 0: no model file
  int64_t workload_id = 0;
  int64_t trace_id = 0, schedule_id = 0;  // 0: none
  PromptRows prompt_rows;
};

SharedRows PutSharedRows(Store& store, const RunInputs& inputs, const LoadPlan& plan,
                         const Backend& backend);
// A new run with its artifacts, or the continuation of `resume`; then its segment. Fills the arm's
// ids and counters.
void PutRunRows(Store& store, const RunInputs& inputs, const LoadPlan& plan,
                const SharedRows& shared, const ResumePoint* resume, RunArm& arm);

}  // namespace dsb
