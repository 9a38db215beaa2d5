// A run's row, and the machine, build and files that it names. Plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

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
  bool reports_rounds = true;  // the engine says what each verify round did
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
  // The hash chain (store/chain.h): start and head are written by the store. The nonce will be the
  // newest commit of an index that results are submitted to, which makes a run younger than that
  // commit. `run` knows no index and sets none: a number of its own would say nothing of its age.
  std::optional<std::string> chain_nonce, chain_start, chain_head;
  std::string config_json = "{}", config_sha256;
};

}  // namespace dsb
