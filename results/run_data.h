// One run with all its rows, as records: what metrics, checks and reports are functions of. Plain
// data; results/store/reader.h fills it from a file.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "results/records.h"

namespace dsb {

struct RequestRow {
  int64_t id = 0;
  RequestRecord request;
  PromptRecord prompt;
};

inline bool Finished(const RequestRecord& request) {
  return request.end_reason == "stop" || request.end_reason == "length";
}

struct RunData {
  RunRecord run;
  std::map<std::string, ArtifactRecord> artifacts;  // by role: target, drafter, workload
  std::map<std::string, std::string> flags;
  EnvironmentRecord environment;
  BuildRecord build;
  int64_t num_segments = 0;
  // Of a resumed run, the segment whose steps and window count: chosen together with the other arms
  // of its session (window_segments.h), so that their figures are of the same stretch of time.
  std::optional<int64_t> window_segment_id = {};
  std::vector<RequestRow> requests;  // in the order they were issued
  std::vector<StepRecord> steps;
  std::vector<KernelTimeRecord> kernels;  // in the order of the table's key
  std::vector<SkippedItemRecord> skipped;
  std::vector<ServerSampleRecord> server_samples;  // by time and name
  std::vector<MetricRecord> metrics;               // of an earlier computation, if they were read
};

}  // namespace dsb
