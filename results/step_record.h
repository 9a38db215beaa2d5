// What happened between requests: an engine's steps with their phases, a device's kernels, a
// server's counters. Plain data; times are nanoseconds from the run's start.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dsb {

struct PhaseTimeRecord {
  std::string phase;  // prefill, draft, confidence, schedule, verify, sample, commit, other
  int64_t wall_ns = 0;
  std::optional<int64_t> thread_cpu_ns, device_kernel_ns, device_busy_ns;
};

struct StepRecord {
  int64_t run_id = 0, idx = 0, t_start_ns = 0, wall_ns = 0;
  int64_t num_requests = 0, num_prefill_tokens = 0, num_draft_tokens = 0, num_verify_tokens = 0;
  int64_t padded_tokens = 0, context_tokens = 0;
  std::optional<int64_t> device_busy_ns;
  std::optional<int64_t> budget_tokens = {};  // draft tokens that the budget let the target verify
  std::vector<PhaseTimeRecord> phases;
};

// All launches of one kernel in one phase. Durations of one call; `bytes` of copies and fills.
struct KernelTimeRecord {
  int64_t run_id = 0;
  std::string phase, kernel;
  int64_t device = 0;
  int64_t batch_bucket = 0;  // the step's tokens, rounded up to a power of two
  int64_t calls = 0, total_ns = 0, min_ns = 0, max_ns = 0;
  std::optional<int64_t> bytes, flops;
};
// A row of this name counts, in `calls`, the records that the profiler lost: the table is
// incomplete.
inline constexpr const char* kDroppedRecords = "(dropped records)";

// A counter or gauge that a remote server told at one time.
struct ServerSampleRecord {
  int64_t run_id = 0, t_ns = 0;
  std::string name;
  double value = 0;
};

}  // namespace dsb
