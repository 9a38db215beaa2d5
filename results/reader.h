// Reads whole runs back as records, for metrics and reports.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "results/records.h"
#include "results/store.h"

namespace dsb {

struct RequestRow {
  int64_t id = 0;
  RequestRecord request;
  PromptRecord prompt;
};

struct RunData {
  RunRecord run;
  std::map<std::string, ArtifactRecord> artifacts;  // by role: target, drafter, workload
  std::map<std::string, std::string> flags;
  EnvironmentRecord environment;
  BuildRecord build;
  int64_t num_segments = 0;
  std::vector<RequestRow> requests;  // in the order they were issued
  std::vector<StepRecord> steps;
  std::vector<KernelTimeRecord> kernels;  // in the order of the table's key
};

struct ReadOptions {
  bool token_ids = false;  // prompt_ids, output_ids, draft_ids
  bool steps = true;       // steps with their phases, and kernel times
};

std::vector<RunRecord> ReadRuns(const Store& store);  // all runs, oldest first
RunData ReadRun(const Store& store, int64_t run_id, const ReadOptions& options);

}  // namespace dsb
