#include "results/store/reader_rows.h"

namespace dsb {
namespace {

constexpr std::string_view kSelectRounds =
    "SELECT d.request_id, d.step_idx, d.position, d.proposed, d.verified, d.accepted, "
    "d.committed, d.cut, d.confidence, d.draft_ids FROM request AS r JOIN round AS d ON "
    "d.request_id = r.id WHERE r.run_id = ? ORDER BY d.request_id, d.idx";

constexpr std::string_view kSelectRoundsWithoutIds =
    "SELECT d.request_id, d.step_idx, d.position, d.proposed, d.verified, d.accepted, "
    "d.committed, d.cut, d.confidence, NULL FROM request AS r JOIN round AS d ON "
    "d.request_id = r.id WHERE r.run_id = ? ORDER BY d.request_id, d.idx";

}  // namespace

Rows QueryRounds(Store::Impl& impl, int64_t run_id, bool token_ids) {
  return impl.sql(token_ids ? kSelectRounds : kSelectRoundsWithoutIds).Query(run_id);
}

RoundRecord RoundFromRow(const Rows& row) {
  return {.step_idx = row.OptionalInt(1),
          .position = row.Int(2),
          .proposed = row.Int(3),
          .verified = row.Int(4),
          .accepted = row.Int(5),
          .committed = row.Int(6),
          .cut = row.Int(7),
          .confidence = row.Floats(8),
          .draft_ids = row.Ints(9)};
}

Rows QuerySteps(Store::Impl& impl, int64_t run_id) {
  return impl
      .sql(
          "SELECT s.run_id, s.idx, s.t_start_ns, s.wall_ns, s.num_requests, "
          "s.num_prefill_tokens, s.num_draft_tokens, s.num_verify_tokens, s.padded_tokens, "
          "s.context_tokens, s.device_busy_ns FROM step AS s WHERE s.run_id = ? ORDER BY s.idx")
      .Query(run_id);
}

StepRecord StepFromRow(const Rows& row) {
  return {.run_id = row.Int(0),
          .idx = row.Int(1),
          .t_start_ns = row.Int(2),
          .wall_ns = row.Int(3),
          .num_requests = row.Int(4),
          .num_prefill_tokens = row.Int(5),
          .num_draft_tokens = row.Int(6),
          .num_verify_tokens = row.Int(7),
          .padded_tokens = row.Int(8),
          .context_tokens = row.Int(9),
          .device_busy_ns = row.OptionalInt(10),
          .phases = {}};
}

}  // namespace dsb
