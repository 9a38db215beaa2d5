// Columns of the tables in schema_event_tables.cc.
#include "results/store/tables.h"

namespace dsb {
namespace {

constexpr auto kTokenIds = ColumnUse::kTokenIds;
constexpr auto kRowId = ColumnUse::kRowId;
constexpr auto kComputed = ColumnUse::kComputed;

constexpr Column<RequestRecord> kRequestColumns[] = {
    {"run_id", &RequestRecord::run_id, 1, kRowId},
    {"segment_id", &RequestRecord::segment_id, 1, kRowId},
    {"prompt_id", &RequestRecord::prompt_id, 1, kRowId},
    {"repeat", &RequestRecord::repeat},
    {"phase", &RequestRecord::phase},
    {"seed", &RequestRecord::seed},
    {"scheduled_ns", &RequestRecord::scheduled_ns},
    {"issued_ns", &RequestRecord::issued_ns},
    {"admitted_ns", &RequestRecord::admitted_ns},
    {"first_ns", &RequestRecord::first_ns},
    {"finished_ns", &RequestRecord::finished_ns},
    {"first_burst_tokens", &RequestRecord::first_burst_tokens, 1, kComputed},
    {"end_reason", &RequestRecord::end_reason},
    {"error", &RequestRecord::error},
    {"token_count_source", &RequestRecord::token_count_source},
    {"chain_digest", &RequestRecord::chain_digest, 2, kComputed},
    {"prompt_ids", &RequestRecord::prompt_ids, 1, kTokenIds},
    {"output_ids", &RequestRecord::output_ids, 1, kTokenIds},
};

constexpr Column<BurstRecord> kBurstColumns[] = {
    {"t_ns", &BurstRecord::t_ns},
    {"num_tokens", &BurstRecord::num_tokens},
};

constexpr Column<RoundRecord> kRoundColumns[] = {
    {"step_idx", &RoundRecord::step_idx},
    {"position", &RoundRecord::position},
    {"proposed", &RoundRecord::proposed},
    {"verified", &RoundRecord::verified},
    {"accepted", &RoundRecord::accepted},
    {"committed", &RoundRecord::committed},
    {"cut", &RoundRecord::cut},
    {"confidence", &RoundRecord::confidence},
    {"draft_ids", &RoundRecord::draft_ids, 1, kTokenIds},
};

constexpr Column<StepRecord> kStepColumns[] = {
    {"run_id", &StepRecord::run_id, 1, kRowId},
    {"idx", &StepRecord::idx},
    {"t_start_ns", &StepRecord::t_start_ns},
    {"wall_ns", &StepRecord::wall_ns},
    {"num_requests", &StepRecord::num_requests},
    {"num_prefill_tokens", &StepRecord::num_prefill_tokens},
    {"num_draft_tokens", &StepRecord::num_draft_tokens},
    {"num_verify_tokens", &StepRecord::num_verify_tokens},
    {"padded_tokens", &StepRecord::padded_tokens},
    {"context_tokens", &StepRecord::context_tokens},
    {"device_busy_ns", &StepRecord::device_busy_ns},
    {"budget_tokens", &StepRecord::budget_tokens, 2},
};

constexpr Column<PhaseTimeRecord> kPhaseTimeColumns[] = {
    {"phase", &PhaseTimeRecord::phase},
    {"wall_ns", &PhaseTimeRecord::wall_ns},
    {"thread_cpu_ns", &PhaseTimeRecord::thread_cpu_ns},
    {"device_kernel_ns", &PhaseTimeRecord::device_kernel_ns},
    {"device_busy_ns", &PhaseTimeRecord::device_busy_ns},
};

constexpr Column<KernelTimeRecord> kKernelTimeColumns[] = {
    {"run_id", &KernelTimeRecord::run_id, 1, kRowId},
    {"phase", &KernelTimeRecord::phase},
    {"kernel", &KernelTimeRecord::kernel},
    {"device", &KernelTimeRecord::device},
    {"batch_bucket", &KernelTimeRecord::batch_bucket},
    {"calls", &KernelTimeRecord::calls},
    {"total_ns", &KernelTimeRecord::total_ns},
    {"min_ns", &KernelTimeRecord::min_ns},
    {"max_ns", &KernelTimeRecord::max_ns},
    {"bytes", &KernelTimeRecord::bytes},
    {"flops", &KernelTimeRecord::flops},
};

constexpr Column<SkippedItemRecord> kSkippedItemColumns[] = {
    {"run_id", &SkippedItemRecord::run_id, 2, kRowId},
    {"item_key", &SkippedItemRecord::item_key, 2},
    {"turn", &SkippedItemRecord::turn, 2},
    {"reason", &SkippedItemRecord::reason, 2},
};

constexpr Column<ServerSampleRecord> kServerSampleColumns[] = {
    {"run_id", &ServerSampleRecord::run_id, 2, kRowId},
    {"t_ns", &ServerSampleRecord::t_ns, 2},
    {"name", &ServerSampleRecord::name, 2},
    {"value", &ServerSampleRecord::value, 2},
};

}  // namespace

constinit const StoredTable<RequestRecord> kRequestTable{
    "request",
    {"num_output_tokens", "num_rounds", "first_burst_tokens", "chain_digest"},
    kRequestColumns};
constinit const StoredTable<BurstRecord> kBurstTable{"burst", {"request_id", "idx"}, kBurstColumns};
constinit const StoredTable<RoundRecord> kRoundTable{"round", {"request_id", "idx"}, kRoundColumns};
constinit const StoredTable<StepRecord> kStepTable{"step", {}, kStepColumns};
constinit const StoredTable<PhaseTimeRecord> kPhaseTimeTable{
    "phase_time", {"run_id", "step_idx"}, kPhaseTimeColumns};
constinit const StoredTable<KernelTimeRecord> kKernelTimeTable{
    "kernel_time", {}, kKernelTimeColumns};
constinit const StoredTable<SkippedItemRecord> kSkippedItemTable{
    "skipped_item", {}, kSkippedItemColumns, 2};
constinit const StoredTable<ServerSampleRecord> kServerSampleTable{
    "server_sample", {}, kServerSampleColumns, 2};

}  // namespace dsb
