#include "results/store/schema.h"

namespace dsb {

const char* const kDerivedTablesSql = R"sql(
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
)sql";

}  // namespace dsb
