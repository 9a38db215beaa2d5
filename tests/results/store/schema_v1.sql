-- A results file of schema version 1 as SQL text. Frozen: a later schema must still open and migrate it.
PRAGMA page_size=8192;
PRAGMA application_id=0x44534231;
PRAGMA user_version=1;
BEGIN;

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
                                     'schedule', 'cost_table', 'report')),
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
  engine TEXT NOT NULL CHECK (engine IN ('native', 'simulated', 'remote')),
  drafter TEXT NOT NULL,
  draft_length INTEGER NOT NULL CHECK (draft_length >= 0),
  policy TEXT NOT NULL,
  load_mode TEXT NOT NULL CHECK (load_mode IN ('batch', 'closed', 'open', 'trace')),
  offered_rate_per_s REAL CHECK (offered_rate_per_s >= 0),
  users INTEGER CHECK (users >= 0),
  temperature REAL NOT NULL CHECK (temperature >= 0),
  top_p REAL NOT NULL,
  top_k INTEGER NOT NULL,
  max_tokens INTEGER NOT NULL CHECK (max_tokens >= 0),
  seed INTEGER NOT NULL,
  threads INTEGER NOT NULL CHECK (threads >= 0),
  num_devices INTEGER NOT NULL CHECK (num_devices >= 0),
  clock TEXT NOT NULL CHECK (clock IN ('real', 'virtual')),
  device_time_source TEXT NOT NULL CHECK (device_time_source IN ('cupti', 'cuda_event',
                                                                 'cpu_thread', 'model', 'none')),
  steps_complete INTEGER NOT NULL CHECK (steps_complete IN (0, 1)),
  owner_pid INTEGER,
  boot_id TEXT,
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
                                     'dirty')),
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
  UNIQUE (workload_artifact_id, item_key, turn, token_sha256)
) STRICT;

CREATE TABLE request (
  id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  segment_id INTEGER NOT NULL REFERENCES segment (id) ON DELETE CASCADE,
  prompt_id INTEGER NOT NULL REFERENCES prompt (id),
  repeat INTEGER NOT NULL,
  phase TEXT NOT NULL CHECK (phase IN ('warmup', 'measured', 'drain')),
  seed INTEGER NOT NULL,
  scheduled_ns INTEGER NOT NULL,
  issued_ns INTEGER NOT NULL,
  admitted_ns INTEGER,
  first_ns INTEGER,
  finished_ns INTEGER,
  first_burst_tokens INTEGER CHECK (first_burst_tokens >= 1),
  num_output_tokens INTEGER NOT NULL CHECK (num_output_tokens >= 0),
  num_rounds INTEGER NOT NULL CHECK (num_rounds >= 0),
  end_reason TEXT NOT NULL CHECK (end_reason IN ('stop', 'length', 'cancelled', 'timeout',
                                                 'error')),
  error TEXT,
  token_count_source TEXT NOT NULL,
  prompt_ids BLOB CHECK (length(prompt_ids) % 4 = 0),
  output_ids BLOB CHECK (length(output_ids) % 4 = 0),
  UNIQUE (run_id, prompt_id, repeat)
) STRICT;

CREATE TABLE burst (
  request_id INTEGER NOT NULL REFERENCES request (id) ON DELETE CASCADE,
  idx INTEGER NOT NULL CHECK (idx >= 0),
  t_ns INTEGER NOT NULL,
  num_tokens INTEGER NOT NULL CHECK (num_tokens >= 1),
  PRIMARY KEY (request_id, idx)
) STRICT, WITHOUT ROWID;

CREATE TABLE step (
  id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  idx INTEGER NOT NULL CHECK (idx >= 0),
  t_start_ns INTEGER NOT NULL,
  wall_ns INTEGER NOT NULL CHECK (wall_ns >= 0),
  num_requests INTEGER NOT NULL CHECK (num_requests >= 0),
  num_prefill_tokens INTEGER NOT NULL CHECK (num_prefill_tokens >= 0),
  num_draft_tokens INTEGER NOT NULL CHECK (num_draft_tokens >= 0),
  num_verify_tokens INTEGER NOT NULL CHECK (num_verify_tokens >= 0),
  padded_tokens INTEGER NOT NULL CHECK (padded_tokens >= 0),
  context_tokens INTEGER NOT NULL CHECK (context_tokens >= 0),
  device_busy_ns INTEGER CHECK (device_busy_ns >= 0),
  UNIQUE (run_id, idx)
) STRICT;

CREATE TABLE round (
  request_id INTEGER NOT NULL REFERENCES request (id) ON DELETE CASCADE,
  idx INTEGER NOT NULL CHECK (idx >= 0),
  step_idx INTEGER,
  position INTEGER NOT NULL CHECK (position >= 0),
  proposed INTEGER NOT NULL,
  verified INTEGER NOT NULL CHECK (verified <= proposed),
  accepted INTEGER NOT NULL CHECK (accepted BETWEEN 0 AND verified),
  committed INTEGER NOT NULL CHECK (committed BETWEEN 0 AND accepted + 1),
  cut INTEGER NOT NULL CHECK (cut BETWEEN 0 AND 2),
  confidence BLOB CHECK (length(confidence) = 4 * proposed),
  draft_ids BLOB CHECK (length(draft_ids) % 4 = 0),
  PRIMARY KEY (request_id, idx)
) STRICT, WITHOUT ROWID;

CREATE TABLE phase_time (
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  step_idx INTEGER NOT NULL,
  phase TEXT NOT NULL CHECK (phase = 'verify' OR phase = 'draft' OR phase = 'sample' OR
                                   phase = 'commit' OR phase = 'confidence' OR
                                   phase = 'schedule' OR phase = 'prefill' OR phase = 'other'),
  wall_ns INTEGER NOT NULL CHECK (wall_ns >= 0),
  thread_cpu_ns INTEGER CHECK (thread_cpu_ns >= 0),
  device_kernel_ns INTEGER CHECK (device_kernel_ns >= 0),
  device_busy_ns INTEGER CHECK (device_busy_ns >= 0),
  PRIMARY KEY (run_id, step_idx, phase)
) STRICT, WITHOUT ROWID;

CREATE TABLE kernel_time (
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  phase TEXT NOT NULL CHECK (phase IN ('prefill', 'draft', 'confidence', 'schedule', 'verify',
                                       'sample', 'commit', 'other')),
  kernel TEXT NOT NULL,
  device INTEGER NOT NULL CHECK (device >= 0),
  batch_bucket INTEGER NOT NULL CHECK (batch_bucket >= 0),
  calls INTEGER NOT NULL CHECK (calls >= 0),
  total_ns INTEGER NOT NULL CHECK (total_ns >= 0),
  min_ns INTEGER NOT NULL CHECK (min_ns >= 0),
  max_ns INTEGER NOT NULL CHECK (max_ns >= min_ns),
  bytes INTEGER CHECK (bytes >= 0),
  flops INTEGER CHECK (flops >= 0),
  PRIMARY KEY (run_id, phase, kernel, device, batch_bucket)
) STRICT, WITHOUT ROWID;

CREATE TABLE environment_sample (
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  t_ns INTEGER NOT NULL,
  device INTEGER NOT NULL,
  sm_clock_khz INTEGER,
  memory_clock_khz INTEGER,
  temperature_mc INTEGER,
  power_mw INTEGER,
  throttle_bits INTEGER,
  cpu_khz INTEGER,
  PRIMARY KEY (run_id, t_ns, device)
) STRICT, WITHOUT ROWID;

CREATE TABLE metric (
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  metric TEXT NOT NULL,
  scope TEXT NOT NULL CHECK (scope = 'all' OR scope GLOB 'dataset:*' OR scope GLOB 'domain:*' OR
                             scope GLOB 'position:[0-9]*' OR scope GLOB 'slo:*'),
  unit TEXT NOT NULL,
  value REAL,
  lo REAL,
  hi REAL,
  level REAL CHECK (level > 0 AND level < 1),
  method TEXT NOT NULL CHECK (method IN ('cluster_bootstrap', 'paired_bootstrap', 't_runs',
                                         'order_statistic', 'wilson', 'none')),
  n INTEGER NOT NULL CHECK (n >= 0),
  num_resamples INTEGER CHECK (num_resamples >= 0),
  statistics_seed INTEGER,
  definition_version INTEGER NOT NULL,
  PRIMARY KEY (run_id, metric, scope)
) STRICT;

CREATE TABLE comparison (
  id INTEGER PRIMARY KEY,
  baseline_run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  candidate_run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  policy_json TEXT NOT NULL CHECK (json_valid(policy_json)),
  state TEXT NOT NULL CHECK (state IN ('pass', 'fail', 'inconclusive')),
  exit_code INTEGER NOT NULL,
  created_utc TEXT NOT NULL,
  verdict_json TEXT NOT NULL CHECK (json_valid(verdict_json))
) STRICT;

CREATE TABLE comparison_metric (
  comparison_id INTEGER NOT NULL REFERENCES comparison (id) ON DELETE CASCADE,
  metric TEXT NOT NULL,
  scope TEXT NOT NULL,
  ratio REAL NOT NULL,
  lo REAL NOT NULL,
  hi REAL NOT NULL,
  margin REAL NOT NULL,
  p_holm REAL CHECK (p_holm BETWEEN 0 AND 1),
  state TEXT NOT NULL CHECK (state IN ('pass', 'fail', 'inconclusive')),
  needed_n INTEGER CHECK (needed_n >= 0),
  PRIMARY KEY (comparison_id, metric, scope)
) STRICT;

CREATE TABLE noise_floor (
  environment_id INTEGER NOT NULL REFERENCES environment (id),
  build_id INTEGER NOT NULL REFERENCES build (id),
  workload_artifact_id INTEGER NOT NULL REFERENCES artifact (id),
  metric TEXT NOT NULL,
  pairs INTEGER NOT NULL CHECK (pairs >= 0),
  p95_abs_log_ratio REAL NOT NULL CHECK (p95_abs_log_ratio >= 0),
  false_alarm_rate REAL NOT NULL CHECK (false_alarm_rate BETWEEN 0 AND 1),
  created_utc TEXT NOT NULL,
  PRIMARY KEY (environment_id, build_id, workload_artifact_id, metric)
) STRICT;

CREATE TABLE audit (
  id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  level TEXT NOT NULL,
  verifier_seed TEXT NOT NULL,
  checked INTEGER NOT NULL CHECK (checked >= 0),
  mismatched INTEGER NOT NULL CHECK (mismatched BETWEEN 0 AND checked),
  detail_json TEXT NOT NULL CHECK (json_valid(detail_json)),
  state TEXT NOT NULL,
  created_utc TEXT NOT NULL
) STRICT;

CREATE INDEX request_by_run_phase ON request (run_id, phase, scheduled_ns);
CREATE INDEX round_by_step ON round (step_idx);
CREATE INDEX metric_by_name ON metric (metric, scope);

-- One row a request with the latencies of measurement.md 2; tpot is NULL where it is undefined.
CREATE VIEW v_request AS
SELECT r.id AS request_id, r.run_id, r.segment_id, r.prompt_id, p.item_key, p.dataset, p.domain,
       r.repeat, r.phase, r.end_reason, p.num_prompt_tokens, r.num_output_tokens, r.num_rounds,
       r.first_ns - r.scheduled_ns AS ttft_ns,
       r.finished_ns - r.scheduled_ns AS e2e_ns,
       r.admitted_ns - r.scheduled_ns AS queue_delay_ns,
       CAST(r.finished_ns - r.first_ns AS REAL) /
           nullif(r.num_output_tokens - r.first_burst_tokens, 0) AS tpot_ns,
       1e9 * (r.num_output_tokens - r.first_burst_tokens) /
           nullif(r.finished_ns - r.first_ns, 0) AS decode_rate
FROM request AS r JOIN prompt AS p ON p.id = r.prompt_id;

-- Sums per run and prompt, the unit of every interval. Warm-up requests are left out.
CREATE VIEW v_round_prompt AS
SELECT r.run_id, r.prompt_id, p.item_key, p.dataset, p.domain,
       count(DISTINCT r.id) AS num_requests, count(*) AS num_rounds,
       sum(d.proposed) AS proposed, sum(d.verified) AS verified, sum(d.accepted) AS accepted,
       sum(d.committed) AS committed
FROM request AS r
JOIN round AS d ON d.request_id = r.id
JOIN prompt AS p ON p.id = r.prompt_id
WHERE r.phase <> 'warmup'
GROUP BY r.run_id, r.prompt_id;

-- One row a run with its stored metrics of scope 'all'.
CREATE VIEW v_run AS
SELECT r.id AS run_id, r.uuid, r.label, r.state, r.started_utc, r.duration_ns, r.engine, r.drafter,
       r.draft_length, r.policy, r.temperature, r.threads,
       max(m.value) FILTER (WHERE m.metric = 'accepted_length') AS accepted_length,
       max(m.lo) FILTER (WHERE m.metric = 'accepted_length') AS accepted_length_lo,
       max(m.hi) FILTER (WHERE m.metric = 'accepted_length') AS accepted_length_hi,
       max(m.value) FILTER (WHERE m.metric = 'user_decode_tokens_per_s')
           AS user_decode_tokens_per_s,
       max(m.lo) FILTER (WHERE m.metric = 'user_decode_tokens_per_s')
           AS user_decode_tokens_per_s_lo,
       max(m.hi) FILTER (WHERE m.metric = 'user_decode_tokens_per_s')
           AS user_decode_tokens_per_s_hi,
       max(m.value) FILTER (WHERE m.metric = 'user_e2e_tokens_per_s') AS user_e2e_tokens_per_s,
       max(m.value) FILTER (WHERE m.metric = 'output_tokens_per_s') AS output_tokens_per_s,
       max(m.value) FILTER (WHERE m.metric = 'requests_per_s') AS requests_per_s,
       max(m.value) FILTER (WHERE m.metric = 'mean_concurrency') AS mean_concurrency,
       max(m.value) FILTER (WHERE m.metric = 'budget') AS budget,
       max(m.value) FILTER (WHERE m.metric = 'wasted_verify') AS wasted_verify
FROM run AS r LEFT JOIN metric AS m ON m.run_id = r.id AND m.scope = 'all'
GROUP BY r.id;

INSERT INTO environment VALUES (1, 'f1', 'm', 'cpu', 'avx2', 2, 4, 1024, 'os', 'k', 0, NULL, 0, NULL, NULL, NULL, NULL, '{}');
INSERT INTO build VALUES (1, 'f2', '0.1.0', 'abc', 0, NULL, 'g++', 'Release', '', 'avx2', '3.40.1', '{}');
INSERT INTO artifact VALUES (1, 'workload', 'w.jsonl', 'w-sha', 10, NULL, '{}');
INSERT INTO run VALUES (1, 'fixture-run', '', 'complete', NULL, '2026-01-01T00:00:00Z', 1000, 1, 1, 'native', 'dspark', 7, 'fixed', 'closed', NULL, 1, 0.0, 1.0, 0, 16, 1, 2, 1, 'real', 'cpu_thread', 1, NULL, NULL, '{}', 'c');
INSERT INTO run_artifact VALUES (1, 'workload', 1);
INSERT INTO segment VALUES (1, 1, 0, 1000, 0, 1000);
INSERT INTO prompt VALUES (1, 1, 'p1', 'p1', 0, 'set', 'math', 2, 't');
INSERT INTO request VALUES (1, 1, 1, 1, 0, 'measured', 1, 0, 0, 1, 10, 30, 1, 3, 1, 'length', NULL, 'ids', x'0100000002000000', x'050000000600000007000000');
INSERT INTO burst VALUES (1, 0, 10, 1), (1, 1, 30, 2);
INSERT INTO round VALUES (1, 0, 0, 3, 1, 1, 1, 2, 0, x'0000003F', x'06000000');
INSERT INTO step VALUES (1, 1, 0, 10, 20, 1, 0, 1, 2, 0, 3, NULL);
INSERT INTO phase_time VALUES (1, 0, 'verify', 15, 28, NULL, NULL);
INSERT INTO metric VALUES (1, 'accepted_length', 'all', 'token', 2.0, NULL, NULL, NULL, 'none', 1, NULL, NULL, 1);
COMMIT;
