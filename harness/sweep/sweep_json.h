// What a sweep found, as JSON.
#pragma once

#include <string>
#include <vector>

#include "harness/sweep/max_load.h"
#include "reports/pareto/pareto.h"

namespace dsb {

// `dsbench-sweep`: every point, as `dsbench report --format json` has it under `loads`.
std::string SweepJson(const std::vector<ParetoPoint>& points, const std::string& results);

// `dsbench-max-load`: of each arm the largest rate that kept the SLO, with its probes.
std::string MaxLoadJson(const std::vector<MaxLoad>& loads, const std::string& slo, double target,
                        const std::string& results);

}  // namespace dsb
