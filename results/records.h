// The record types of the store, one struct a table (measurement.md 12). Plain data: no engine, no
// SQL. Times are nanoseconds on one monotonic clock, relative to the run's start.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "results/statistics/estimate.h"

namespace dsb {

struct EnvironmentRecord {
  std::string machine_id, cpu_model, cpu_flags;
  int64_t num_cores = 0, num_threads_hw = 0, memory_bytes = 0;
  std::string os, kernel;
  bool virtualised = false;
  std::optional<std::string> gpu_model, driver, cuda;
  int64_t gpu_count = 0;
  std::optional<int64_t> gpu_memory_bytes, power_limit_mw;
  std::string detail_json = "{}";
};

struct BuildRecord {
  std::string version, git_commit;
  bool git_dirty = false;
  std::optional<std::string> diff_sha256;
  std::string compiler, build_type, flags, isa, sqlite_version;
  std::string detail_json = "{}";
};

struct ArtifactRecord {
  // target, drafter, tokenizer, chat_template, workload, schedule, cost_table, report, calibration,
  // trace
  std::string kind;
  std::string name, sha256;
  int64_t size_bytes = 0;
  std::optional<std::string> source;
  std::string detail_json = "{}";
};

struct RunRecord {
  int64_t id = 0;  // filled by the store
  std::string uuid, label;
  std::string state = "running";  // running, complete, interrupted, failed
  std::optional<std::string> failure;
  std::string started_utc;
  std::optional<int64_t> duration_ns;
  std::string engine = "native", drafter, policy;  // native, simulated, remote, null, imported
  // What the figures stand on: measured; synthetic (acceptance made up), recorded (acceptance
  // replayed), modelled (time computed), imported (from another program).
  std::string provenance = "measured";
  int64_t draft_length = 0;
  // Load. Arrivals by a named process; what was asked for and what was achieved.
  std::string load_mode = "closed";  // batch, closed, open, trace
  std::optional<std::string> arrival;
  std::optional<double> offered_rate_per_s, achieved_rate_per_s, arrival_cv;
  std::optional<double> rate_scale;  // of a trace's times
  std::optional<int64_t> users, client_cap, think_time_ns;
  // Sampling. The rule: greedy_exact, rejection, unknown. The law: canonical text, as executed.
  double temperature = 0, top_p = 1;
  int64_t top_k = 0, max_tokens = 0, seed = 0;
  std::optional<std::string> verification_rule, sampling_law, prompt_form;
  // Machine.
  int64_t threads = 0, num_devices = 1;
  std::string clock = "real", device_time_source = "cpu_thread";
  bool steps_complete = true;
  std::optional<std::string> target_precision, drafter_precision;  // as computed
  std::optional<int64_t> weight_bytes_per_pass, flops_per_token;   // of the target
  std::optional<int64_t> bytes_per_draft, flops_per_draft;
  // The writing process; the start (field 22 of /proc/PID/stat) tells it from a later one.
  std::optional<int64_t> owner_pid, owner_start_ticks;
  std::optional<std::string> boot_id;
  // The hash chain (store/chain.h): start and head are written by the store.
  std::optional<std::string> chain_nonce, chain_start, chain_head;
  std::string config_json = "{}", config_sha256;
};

struct PromptRecord {
  std::string item_key, conversation_key;
  int64_t turn = 0;
  std::string dataset, domain;
  int64_t num_prompt_tokens = 0;
  std::string token_sha256;
  int64_t context_depth_tokens = 0;  // put before the item's own tokens
};

struct BurstRecord {
  int64_t t_ns = 0;
  int64_t num_tokens = 0;
};

struct RoundRecord {
  std::optional<int64_t> step_idx;
  int64_t position = 0, proposed = 0, verified = 0, accepted = 0, committed = 0;
  int64_t cut = 0;  // 0 none, 1 stop, 2 limit
  std::vector<float> confidence;
  std::vector<int32_t> draft_ids;
};

// A finished request with everything that belongs to it: stored in one transaction.
struct RequestRecord {
  int64_t run_id = 0, segment_id = 0, prompt_id = 0;  // as the store returned them
  int64_t repeat = 0;
  std::string phase = "measured";  // warmup, measured, drain
  int64_t seed = 0;
  int64_t scheduled_ns = 0, issued_ns = 0;
  std::optional<int64_t> admitted_ns, first_ns, finished_ns, first_burst_tokens;
  std::string end_reason;  // stop, length, cancelled, timeout, error
  std::optional<std::string> error;
  std::string token_count_source = "ids";
  std::optional<std::string> chain_digest = {};  // written by the store
  std::vector<int32_t> prompt_ids, output_ids;
  std::vector<BurstRecord> bursts;
  std::vector<RoundRecord> rounds;
};

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

// A workload item that the run left out, and why.
struct SkippedItemRecord {
  int64_t run_id = 0;
  std::string item_key;
  int64_t turn = 0;
  std::string reason;
};

// A counter or gauge that a remote server told at one time.
struct ServerSampleRecord {
  int64_t run_id = 0, t_ns = 0;
  std::string name;
  double value = 0;
};

// Of the metrics' formulas: rows of another version are not these figures.
inline constexpr int64_t kMetricDefinitionVersion = 1;

struct MetricRecord {
  int64_t run_id = 0;
  std::string metric, scope, unit;  // scope: all, dataset:..., domain:..., position:k, slo:...
  Estimate estimate;                // stored without its note, its level only with an interval
  int64_t definition_version = kMetricDefinitionVersion;
};

}  // namespace dsb
