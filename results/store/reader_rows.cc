#include "results/store/reader_rows.h"

namespace dsb {
namespace {

// The columns stand in the order of the records' members.
constexpr std::string_view kSelectRuns =
    "SELECT r.id, r.uuid, r.label, r.state, r.failure, r.started_utc, r.duration_ns, "
    "r.engine, r.drafter, r.policy, r.load_mode, r.draft_length, r.offered_rate_per_s, "
    "r.users, r.temperature, r.top_p, r.top_k, r.max_tokens, r.seed, r.threads, "
    "r.num_devices, r.clock, r.device_time_source, r.steps_complete, r.owner_pid, "
    "r.boot_id, r.config_json, r.config_sha256 FROM run AS r ORDER BY r.id";

constexpr std::string_view kSelectRun =
    "SELECT r.id, r.uuid, r.label, r.state, r.failure, r.started_utc, r.duration_ns, "
    "r.engine, r.drafter, r.policy, r.load_mode, r.draft_length, r.offered_rate_per_s, "
    "r.users, r.temperature, r.top_p, r.top_k, r.max_tokens, r.seed, r.threads, "
    "r.num_devices, r.clock, r.device_time_source, r.steps_complete, r.owner_pid, "
    "r.boot_id, r.config_json, r.config_sha256, e.machine_id, e.cpu_model, e.cpu_flags, "
    "e.num_cores, e.num_threads_hw, e.memory_bytes, e.os, e.kernel, e.virtualised, "
    "e.gpu_model, e.driver, e.cuda, e.gpu_count, e.gpu_memory_bytes, e.power_limit_mw, "
    "e.detail_json, b.version, b.git_commit, b.git_dirty, b.diff_sha256, b.compiler, "
    "b.build_type, b.flags, b.isa, b.sqlite_version, b.detail_json FROM run AS r JOIN "
    "environment AS e ON e.id = r.environment_id JOIN build AS b ON b.id = r.build_id "
    "WHERE r.id = ?";

constexpr std::string_view kSelectRequests =
    "SELECT r.id, r.run_id, r.segment_id, r.prompt_id, r.repeat, r.phase, r.seed, "
    "r.scheduled_ns, r.issued_ns, r.admitted_ns, r.first_ns, r.finished_ns, "
    "r.first_burst_tokens, r.end_reason, r.error, r.token_count_source, r.prompt_ids, "
    "r.output_ids, p.item_key, p.conversation_key, p.turn, p.dataset, p.domain, "
    "p.num_prompt_tokens, p.token_sha256 FROM request AS r JOIN prompt AS p ON p.id = "
    "r.prompt_id WHERE r.run_id = ? ORDER BY r.issued_ns, r.id";

constexpr std::string_view kSelectRequestsWithoutIds =
    "SELECT r.id, r.run_id, r.segment_id, r.prompt_id, r.repeat, r.phase, r.seed, "
    "r.scheduled_ns, r.issued_ns, r.admitted_ns, r.first_ns, r.finished_ns, "
    "r.first_burst_tokens, r.end_reason, r.error, r.token_count_source, NULL, NULL, "
    "p.item_key, p.conversation_key, p.turn, p.dataset, p.domain, p.num_prompt_tokens, "
    "p.token_sha256 FROM request AS r JOIN prompt AS p ON p.id = r.prompt_id WHERE "
    "r.run_id = ? ORDER BY r.issued_ns, r.id";

}  // namespace

Rows QueryRuns(Store::Impl& impl) { return impl.sql(kSelectRuns).Query(); }

Rows QueryRun(Store::Impl& impl, int64_t run_id) { return impl.sql(kSelectRun).Query(run_id); }

RunRecord RunFromRow(const Rows& row) {
  return {.id = row.Int(0),
          .uuid = row.Text(1),
          .label = row.Text(2),
          .state = row.Text(3),
          .failure = row.OptionalText(4),
          .started_utc = row.Text(5),
          .duration_ns = row.OptionalInt(6),
          .engine = row.Text(7),
          .drafter = row.Text(8),
          .policy = row.Text(9),
          .load_mode = row.Text(10),
          .draft_length = row.Int(11),
          .offered_rate_per_s = row.OptionalReal(12),
          .users = row.OptionalInt(13),
          .temperature = row.Real(14),
          .top_p = row.Real(15),
          .top_k = row.Int(16),
          .max_tokens = row.Int(17),
          .seed = row.Int(18),
          .threads = row.Int(19),
          .num_devices = row.Int(20),
          .clock = row.Text(21),
          .device_time_source = row.Text(22),
          .steps_complete = row.Bool(23),
          .owner_pid = row.OptionalInt(24),
          .boot_id = row.OptionalText(25),
          .config_json = row.Text(26),
          .config_sha256 = row.Text(27)};
}

EnvironmentRecord EnvironmentFromRow(const Rows& row) {
  return {.machine_id = row.Text(28),
          .cpu_model = row.Text(29),
          .cpu_flags = row.Text(30),
          .num_cores = row.Int(31),
          .num_threads_hw = row.Int(32),
          .memory_bytes = row.Int(33),
          .os = row.Text(34),
          .kernel = row.Text(35),
          .virtualised = row.Bool(36),
          .gpu_model = row.OptionalText(37),
          .driver = row.OptionalText(38),
          .cuda = row.OptionalText(39),
          .gpu_count = row.Int(40),
          .gpu_memory_bytes = row.OptionalInt(41),
          .power_limit_mw = row.OptionalInt(42),
          .detail_json = row.Text(43)};
}

BuildRecord BuildFromRow(const Rows& row) {
  return {.version = row.Text(44),
          .git_commit = row.Text(45),
          .git_dirty = row.Bool(46),
          .diff_sha256 = row.OptionalText(47),
          .compiler = row.Text(48),
          .build_type = row.Text(49),
          .flags = row.Text(50),
          .isa = row.Text(51),
          .sqlite_version = row.Text(52),
          .detail_json = row.Text(53)};
}

Rows QueryRequests(Store::Impl& impl, int64_t run_id, bool token_ids) {
  return impl.sql(token_ids ? kSelectRequests : kSelectRequestsWithoutIds).Query(run_id);
}

RequestRow RequestFromRow(const Rows& row) {
  return {.id = row.Int(0),
          .request = {.run_id = row.Int(1),
                      .segment_id = row.Int(2),
                      .prompt_id = row.Int(3),
                      .repeat = row.Int(4),
                      .phase = row.Text(5),
                      .seed = row.Int(6),
                      .scheduled_ns = row.Int(7),
                      .issued_ns = row.Int(8),
                      .admitted_ns = row.OptionalInt(9),
                      .first_ns = row.OptionalInt(10),
                      .finished_ns = row.OptionalInt(11),
                      .first_burst_tokens = row.OptionalInt(12),
                      .end_reason = row.Text(13),
                      .error = row.OptionalText(14),
                      .token_count_source = row.Text(15),
                      .prompt_ids = row.Ints(16),
                      .output_ids = row.Ints(17),
                      .bursts = {},
                      .rounds = {}},
          .prompt = {.item_key = row.Text(18),
                     .conversation_key = row.Text(19),
                     .turn = row.Int(20),
                     .dataset = row.Text(21),
                     .domain = row.Text(22),
                     .num_prompt_tokens = row.Int(23),
                     .token_sha256 = row.Text(24)}};
}

}  // namespace dsb
