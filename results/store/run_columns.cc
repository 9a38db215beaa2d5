// Columns of the tables in schema_run_tables.cc.
#include "results/store/tables.h"

namespace dsb {
namespace {

constexpr Column<EnvironmentRecord> kEnvironmentColumns[] = {
    {"machine_id", &EnvironmentRecord::machine_id},
    {"cpu_model", &EnvironmentRecord::cpu_model},
    {"cpu_flags", &EnvironmentRecord::cpu_flags},
    {"num_cores", &EnvironmentRecord::num_cores},
    {"num_threads_hw", &EnvironmentRecord::num_threads_hw},
    {"memory_bytes", &EnvironmentRecord::memory_bytes},
    {"os", &EnvironmentRecord::os},
    {"kernel", &EnvironmentRecord::kernel},
    {"virtualised", &EnvironmentRecord::virtualised},
    {"gpu_model", &EnvironmentRecord::gpu_model},
    {"gpu_count", &EnvironmentRecord::gpu_count},
    {"gpu_memory_bytes", &EnvironmentRecord::gpu_memory_bytes},
    {"driver", &EnvironmentRecord::driver},
    {"cuda", &EnvironmentRecord::cuda},
    {"power_limit_mw", &EnvironmentRecord::power_limit_mw},
    {"detail_json", &EnvironmentRecord::detail_json},
};

constexpr Column<BuildRecord> kBuildColumns[] = {
    {"version", &BuildRecord::version},
    {"git_commit", &BuildRecord::git_commit},
    {"git_dirty", &BuildRecord::git_dirty},
    {"diff_sha256", &BuildRecord::diff_sha256},
    {"compiler", &BuildRecord::compiler},
    {"build_type", &BuildRecord::build_type},
    {"flags", &BuildRecord::flags},
    {"isa", &BuildRecord::isa},
    {"sqlite_version", &BuildRecord::sqlite_version},
    {"detail_json", &BuildRecord::detail_json},
};

constexpr Column<ArtifactRecord> kArtifactColumns[] = {
    {"kind", &ArtifactRecord::kind},     {"name", &ArtifactRecord::name},
    {"sha256", &ArtifactRecord::sha256}, {"size_bytes", &ArtifactRecord::size_bytes},
    {"source", &ArtifactRecord::source}, {"detail_json", &ArtifactRecord::detail_json},
};

constexpr const char* kProvenanceOfVersion1 =
    "CASE WHEN EXISTS (SELECT 1 FROM run_flag WHERE run_flag.run_id = run.id AND "
    "run_flag.flag = 'synthetic_acceptance') THEN 'synthetic' ELSE 'measured' END";

constexpr Column<RunRecord> kRunColumns[] = {
    {"uuid", &RunRecord::uuid},
    {"label", &RunRecord::label},
    {"state", &RunRecord::state},
    {"failure", &RunRecord::failure},
    {"started_utc", &RunRecord::started_utc},
    {"duration_ns", &RunRecord::duration_ns},
    {"engine", &RunRecord::engine},
    {"drafter", &RunRecord::drafter},
    {"policy", &RunRecord::policy},
    {"provenance", &RunRecord::provenance, 2, ColumnUse::kValue, kProvenanceOfVersion1},
    {"reports_rounds", &RunRecord::reports_rounds, 2, ColumnUse::kValue,
     "run.engine NOT IN ('remote', 'imported')"},
    {"draft_length", &RunRecord::draft_length},
    {"load_mode", &RunRecord::load_mode},
    {"arrival", &RunRecord::arrival, 2},
    {"offered_rate_per_s", &RunRecord::offered_rate_per_s},
    {"achieved_rate_per_s", &RunRecord::achieved_rate_per_s, 2},
    {"arrival_cv", &RunRecord::arrival_cv, 2},
    {"rate_scale", &RunRecord::rate_scale, 2},
    {"users", &RunRecord::users},
    {"client_cap", &RunRecord::client_cap, 2},
    {"think_time_ns", &RunRecord::think_time_ns, 2},
    {"temperature", &RunRecord::temperature},
    {"top_p", &RunRecord::top_p},
    {"top_k", &RunRecord::top_k},
    {"max_tokens", &RunRecord::max_tokens},
    {"seed", &RunRecord::seed},
    {"verification_rule", &RunRecord::verification_rule, 2},
    {"sampling_law", &RunRecord::sampling_law, 2},
    {"prompt_form", &RunRecord::prompt_form, 2},
    {"threads", &RunRecord::threads},
    {"num_devices", &RunRecord::num_devices},
    {"clock", &RunRecord::clock},
    {"device_time_source", &RunRecord::device_time_source},
    {"steps_complete", &RunRecord::steps_complete},
    {"target_precision", &RunRecord::target_precision, 2},
    {"drafter_precision", &RunRecord::drafter_precision, 2},
    {"weight_bytes_per_pass", &RunRecord::weight_bytes_per_pass, 2},
    {"flops_per_token", &RunRecord::flops_per_token, 2},
    {"bytes_per_draft", &RunRecord::bytes_per_draft, 2},
    {"flops_per_draft", &RunRecord::flops_per_draft, 2},
    {"owner_pid", &RunRecord::owner_pid},
    {"owner_start_ticks", &RunRecord::owner_start_ticks, 2},
    {"boot_id", &RunRecord::boot_id},
    {"chain_nonce", &RunRecord::chain_nonce, 2},
    {"chain_start", &RunRecord::chain_start, 2},
    {"chain_head", &RunRecord::chain_head, 2},
    {"config_json", &RunRecord::config_json},
    {"config_sha256", &RunRecord::config_sha256},
};

constexpr Column<PromptRecord> kPromptColumns[] = {
    {"item_key", &PromptRecord::item_key},
    {"conversation_key", &PromptRecord::conversation_key},
    {"turn", &PromptRecord::turn},
    {"dataset", &PromptRecord::dataset},
    {"domain", &PromptRecord::domain},
    {"num_prompt_tokens", &PromptRecord::num_prompt_tokens},
    {"token_sha256", &PromptRecord::token_sha256},
    {"context_depth_tokens", &PromptRecord::context_depth_tokens, 2, ColumnUse::kValue, "0"},
};

}  // namespace

constinit const StoredTable<EnvironmentRecord> kEnvironmentTable{
    "environment", {"fingerprint"}, kEnvironmentColumns};
constinit const StoredTable<BuildRecord> kBuildTable{"build", {"fingerprint"}, kBuildColumns};
constinit const StoredTable<ArtifactRecord> kArtifactTable{"artifact", {}, kArtifactColumns};
constinit const StoredTable<RunRecord> kRunTable{
    "run", {"environment_id", "build_id"}, kRunColumns};
constinit const StoredTable<PromptRecord> kPromptTable{
    "prompt", {"workload_artifact_id"}, kPromptColumns};

}  // namespace dsb
