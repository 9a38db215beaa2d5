#include "results/store/schema.h"

namespace dsb {

const char* const kIndexesSql = R"sql(
CREATE INDEX request_by_run_phase ON request (run_id, phase, scheduled_ns);
CREATE INDEX round_by_step ON round (step_idx);
CREATE INDEX metric_by_name ON metric (metric, scope);
)sql";

const char* const kViewsSql = R"sql(
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
)sql";

}  // namespace dsb
