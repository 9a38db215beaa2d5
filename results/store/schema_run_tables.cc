#include "results/store/schema.h"

namespace dsb {

const char* const kRunTablesSql = R"sql(
CREATE TABLE environment (
  id INTEGER PRIMARY KEY,
  fingerprint TEXT NOT NULL UNIQUE,
  machine_id TEXT NOT NULL,
  cpu_model TEXT NOT NULL,
  cpu_flags TEXT NOT NULL,
  num_cores INTEGER NOT NULL CHECK (num_cores >= 0),
  num_threads_hw INTEGER NOT NULL CHECK (num_threads_hw >= 0),
  memory_bytes INTEGER NOT NULL CHECK (memory_bytes >= 0),
  os TEXT NOT NULL,
  kernel TEXT NOT NULL,
  virtualised INTEGER NOT NULL CHECK (virtualised IN (0, 1)),
  gpu_model TEXT,
  gpu_count INTEGER NOT NULL CHECK (gpu_count >= 0),
  gpu_memory_bytes INTEGER CHECK (gpu_memory_bytes >= 0),
  driver TEXT,
  cuda TEXT,
  power_limit_mw INTEGER CHECK (power_limit_mw >= 0),
  detail_json TEXT NOT NULL CHECK (json_valid(detail_json))
) STRICT;

CREATE TABLE build (
  id INTEGER PRIMARY KEY,
  fingerprint TEXT NOT NULL UNIQUE,
  version TEXT NOT NULL,
  git_commit TEXT NOT NULL,
  git_dirty INTEGER NOT NULL CHECK (git_dirty IN (0, 1)),
  diff_sha256 TEXT,
  compiler TEXT NOT NULL,
  build_type TEXT NOT NULL,
  flags TEXT NOT NULL,
  isa TEXT NOT NULL,
  sqlite_version TEXT NOT NULL,
  detail_json TEXT NOT NULL CHECK (json_valid(detail_json))
) STRICT;

CREATE TABLE artifact (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('target', 'drafter', 'tokenizer', 'chat_template', 'workload',
                                     'schedule', 'cost_table', 'report', 'calibration', 'trace')),
  name TEXT NOT NULL,
  sha256 TEXT NOT NULL UNIQUE,
  size_bytes INTEGER NOT NULL CHECK (size_bytes >= 0),
  source TEXT,
  detail_json TEXT NOT NULL CHECK (json_valid(detail_json))
) STRICT;

CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  uuid TEXT NOT NULL UNIQUE,
  label TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'complete', 'interrupted', 'failed')),
  failure TEXT,
  started_utc TEXT NOT NULL,
  duration_ns INTEGER CHECK (duration_ns >= 0),
  environment_id INTEGER NOT NULL REFERENCES environment (id),
  build_id INTEGER NOT NULL REFERENCES build (id),
  engine TEXT NOT NULL CHECK (engine IN ('native', 'simulated', 'remote', 'null', 'imported')),
  provenance TEXT NOT NULL CHECK (provenance IN ('measured', 'synthetic', 'recorded', 'modelled',
                                                 'imported')),
  reports_rounds INTEGER NOT NULL CHECK (reports_rounds IN (0, 1)),
  drafter TEXT NOT NULL,
  draft_length INTEGER NOT NULL CHECK (draft_length >= 0),
  policy TEXT NOT NULL,
  load_mode TEXT NOT NULL CHECK (load_mode IN ('batch', 'closed', 'open', 'trace')),
  arrival TEXT,
  offered_rate_per_s REAL CHECK (offered_rate_per_s >= 0),
  achieved_rate_per_s REAL CHECK (achieved_rate_per_s >= 0),
  arrival_cv REAL CHECK (arrival_cv >= 0),
  rate_scale REAL CHECK (rate_scale > 0),
  users INTEGER CHECK (users >= 0),
  client_cap INTEGER CHECK (client_cap >= 1),
  think_time_ns INTEGER CHECK (think_time_ns >= 0),
  temperature REAL NOT NULL CHECK (temperature >= 0),
  top_p REAL NOT NULL,
  top_k INTEGER NOT NULL,
  max_tokens INTEGER NOT NULL CHECK (max_tokens >= 0),
  seed INTEGER NOT NULL,
  verification_rule TEXT CHECK (verification_rule IN ('greedy_exact', 'rejection', 'unknown')),
  sampling_law TEXT,
  prompt_form TEXT,
  threads INTEGER NOT NULL CHECK (threads >= 0),
  num_devices INTEGER NOT NULL CHECK (num_devices >= 0),
  clock TEXT NOT NULL CHECK (clock IN ('real', 'virtual')),
  device_time_source TEXT NOT NULL CHECK (device_time_source IN ('cupti', 'cuda_event',
                                                                 'cpu_thread', 'model', 'none')),
  steps_complete INTEGER NOT NULL CHECK (steps_complete IN (0, 1)),
  target_precision TEXT,
  drafter_precision TEXT,
  weight_bytes_per_pass INTEGER CHECK (weight_bytes_per_pass >= 0),
  flops_per_token INTEGER CHECK (flops_per_token >= 0),
  bytes_per_draft INTEGER CHECK (bytes_per_draft >= 0),
  flops_per_draft INTEGER CHECK (flops_per_draft >= 0),
  owner_pid INTEGER,
  owner_start_ticks INTEGER,
  boot_id TEXT,
  chain_nonce TEXT,
  chain_start TEXT,
  chain_head TEXT,
  config_json TEXT NOT NULL CHECK (json_valid(config_json)),
  config_sha256 TEXT NOT NULL
) STRICT;

CREATE TABLE run_artifact (
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  role TEXT NOT NULL,
  artifact_id INTEGER NOT NULL REFERENCES artifact (id),
  PRIMARY KEY (run_id, role)
) STRICT;

CREATE TABLE run_flag (
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  flag TEXT NOT NULL CHECK (flag IN ('not_steady', 'client_limited', 'throttled', 'implausible',
                                     'adaptive', 'ignore_eos', 'synthetic_acceptance', 'resumed',
                                     'dirty', 'contended', 'policy_inert', 'overload')),
  detail TEXT NOT NULL,
  PRIMARY KEY (run_id, flag)
) STRICT;

CREATE TABLE segment (
  id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  t_start_ns INTEGER NOT NULL,
  t_end_ns INTEGER,
  window_start_ns INTEGER,
  window_end_ns INTEGER
) STRICT;

CREATE TABLE skipped_item (
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  item_key TEXT NOT NULL,
  turn INTEGER NOT NULL CHECK (turn >= 0),
  reason TEXT NOT NULL,
  PRIMARY KEY (run_id, item_key, turn)
) STRICT;

-- The tokens are part of the key: another tokenizer or chat template makes another prompt.
CREATE TABLE prompt (
  id INTEGER PRIMARY KEY,
  workload_artifact_id INTEGER NOT NULL REFERENCES artifact (id),
  item_key TEXT NOT NULL,
  conversation_key TEXT NOT NULL,
  turn INTEGER NOT NULL CHECK (turn >= 0),
  dataset TEXT NOT NULL,
  domain TEXT NOT NULL,
  num_prompt_tokens INTEGER NOT NULL CHECK (num_prompt_tokens >= 0),
  token_sha256 TEXT NOT NULL,
  context_depth_tokens INTEGER NOT NULL DEFAULT 0 CHECK (context_depth_tokens >= 0),
  UNIQUE (workload_artifact_id, item_key, turn, token_sha256, context_depth_tokens)
) STRICT;
)sql";

}  // namespace dsb
