// The largest offered rate at which an arm keeps an SLO (measurement.md 3): the 95 % interval of
// its attainment lies above the target. Bisection on the rate, one run a probe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/run/run_command.h"
#include "reports/document/document.h"
#include "results/statistics/estimate.h"

namespace dsb {

struct LoadProbe {
  double rate_per_s = 0;
  Estimate attainment;  // no value: censored
  std::vector<std::string> flags;
  bool passes = false;
};

struct MaxLoad {
  std::string arm;
  std::optional<double> rate_per_s;     // the largest that passed
  std::optional<double> lowest_failed;  // none: nothing failed
  std::vector<LoadProbe> probes;        // in order
};

// The whole interval above `target`, and the load one that may be read: no overload, not limited by
// the client.
bool Passes(const Estimate& attainment, const std::vector<std::string>& flags, double target);

// For each arm of `run`, from its rate on. Empty: interrupted.
std::vector<MaxLoad> FindMaxLoads(const RunOptions& run, double target, const RunTyped& how);
Document MaxLoadDocument(const std::vector<MaxLoad>& loads, const std::string& slo, double target);

}  // namespace dsb
