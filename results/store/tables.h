// The described tables (columns.h). Not here: run_artifact, run_flag and segment, whose few columns
// stand in their statements, and environment_sample and audit, which nobody writes yet.
#pragma once

#include <vector>

#include "results/records.h"
#include "results/store/columns.h"
#include "results/store/metric_row.h"
#include "results/store/verdict_rows.h"

namespace dsb {

extern const Table<EnvironmentRecord> kEnvironmentTable;  // given: fingerprint
extern const Table<BuildRecord> kBuildTable;              // given: fingerprint
extern const Table<ArtifactRecord> kArtifactTable;
extern const Table<RunRecord> kRunTable;        // given: environment_id, build_id
extern const Table<PromptRecord> kPromptTable;  // given: workload_artifact_id

// given: num_output_tokens, num_rounds, first_burst_tokens, chain_digest
extern const Table<RequestRecord> kRequestTable;
extern const Table<BurstRecord> kBurstTable;  // given: request_id, idx
extern const Table<RoundRecord> kRoundTable;  // given: request_id, idx
extern const Table<StepRecord> kStepTable;
extern const Table<PhaseTimeRecord> kPhaseTimeTable;  // given: run_id, step_idx
extern const Table<KernelTimeRecord> kKernelTimeTable;
extern const Table<SkippedItemRecord> kSkippedItemTable;
extern const Table<ServerSampleRecord> kServerSampleTable;

extern const Table<MetricRow> kMetricTable;
extern const Table<ComparisonRecord> kComparisonTable;
extern const Table<ComparisonMetricRecord> kComparisonMetricTable;  // given: comparison_id
// given: environment_id, build_id, workload_artifact_id
extern const Table<NoiseFloorRecord> kNoiseFloorTable;

std::vector<TableNames> DescribedTables();  // all of the above

}  // namespace dsb
