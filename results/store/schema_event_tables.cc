#include "results/store/schema.h"

namespace dsb {

// In the tables that every round writes to, an enum's CHECK is a chain of comparisons: for IN with
// more than two values SQLite builds a temporary index at every insert. What a round must hold is
// RoundAddsUp (request_invariants.h) in SQL; a test compares the two.

const char* const kEventTablesSql = R"sql(
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
  chain_digest TEXT,
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
  budget_tokens INTEGER CHECK (budget_tokens >= 0),
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
  committed INTEGER NOT NULL CHECK (committed = accepted + 1 OR
                                    (cut > 0 AND committed BETWEEN 1 AND accepted)),
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

CREATE TABLE server_sample (
  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  t_ns INTEGER NOT NULL,
  name TEXT NOT NULL,
  value REAL NOT NULL,
  PRIMARY KEY (run_id, t_ns, name)
) STRICT, WITHOUT ROWID;
)sql";

}  // namespace dsb
