// A sweep's points as the runs of a results file: found by their label, which names the pass.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/run/run_command.h"
#include "reports/pareto/pareto.h"
#include "results/store/store.h"

namespace dsb {

// "LABEL, pass 2 of 5"; without a label "sweep, pass 2 of 5". Passes count from 0 here.
std::string PassLabel(const std::string& label, int32_t pass, int32_t passes);
// The pass that a run's label names, if it is one of this sweep's.
std::optional<int64_t> PassOf(const std::string& run_label, const std::string& label);

bool HasSweep(const std::string& path, const std::string& label);
// Complete runs of the sweep, without the observed ones.
std::vector<PointRun> ReadPoints(const Store& store, const std::string& label);

// What was asked of some and not of the others but for arms and loads; empty: nothing.
std::string DifferencesAmong(const std::vector<PointRun>& points);

// `run` with these options: goes on with what the file has of it, or starts it.
ExitCode RunPoint(RunOptions options, const RunTyped& how);

}  // namespace dsb
