// Every figure of a report, one a row: what the page's buttons give and `--format csv` prints.
#pragma once

#include "reports/document/data_table.h"
#include "reports/model/model.h"

namespace dsb {

// Columns: set (from 1), label, arm, run, baseline_run (of a paired ratio candidate / baseline,
// else empty), scope, metric, unit, value, lo, hi, level, method, n. The ratios are those of
// `compare`: speedup, accepted_length_factor, step_time_factor, and each compared metric under its
// own name.
DataTable TidyTable(const ReportModel& model);

}  // namespace dsb
