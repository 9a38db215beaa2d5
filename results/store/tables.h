// The described tables (columns.h). Not here: run_artifact, run_flag and segment, whose few columns
// stand in their statements, and environment_sample and audit, which nobody writes yet.
#pragma once

#include <vector>

#include "results/records.h"
#include "results/store/columns.h"
#include "results/store/metric_row.h"
#include "results/store/verdict_rows.h"

namespace dsb {

extern const StoredTable<EnvironmentRecord> kEnvironmentTable;  // given: fingerprint
extern const StoredTable<BuildRecord> kBuildTable;              // given: fingerprint
extern const StoredTable<ArtifactRecord> kArtifactTable;
extern const StoredTable<RunRecord> kRunTable;        // given: environment_id, build_id
extern const StoredTable<PromptRecord> kPromptTable;  // given: workload_artifact_id

// given: num_output_tokens, num_rounds, first_burst_tokens, chain_digest
extern const StoredTable<RequestRecord> kRequestTable;
extern const StoredTable<BurstRecord> kBurstTable;  // given: request_id, idx
extern const StoredTable<RoundRecord> kRoundTable;  // given: request_id, idx
extern const StoredTable<StepRecord> kStepTable;
extern const StoredTable<PhaseTimeRecord> kPhaseTimeTable;  // given: run_id, step_idx
extern const StoredTable<KernelTimeRecord> kKernelTimeTable;
extern const StoredTable<SkippedItemRecord> kSkippedItemTable;
extern const StoredTable<ServerSampleRecord> kServerSampleTable;

extern const StoredTable<MetricRow> kMetricTable;
extern const StoredTable<ComparisonRecord> kComparisonTable;
extern const StoredTable<ComparisonMetricRecord> kComparisonMetricTable;  // given: comparison_id
// given: environment_id, build_id, workload_artifact_id
extern const StoredTable<NoiseFloorRecord> kNoiseFloorTable;

std::vector<TableNames> DescribedTables();  // all of the above

}  // namespace dsb
