// The simulated engine against the real one on the same load: figures side by side, and, since the
// cost table is at hand, how far each kind of step is from what the table says. Where a load is
// missed by more than a tenth, the term that misses most is named.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engines/scheduling/cost_table.h"
#include "results/checked_run.h"
#include "results/statistics/bootstrap.h"
#include "results/statistics/estimate.h"

namespace dsb {

inline constexpr double kMissed = 0.10;

struct Validated {
  double real = 0, simulated = 0;
  double error() const { return simulated / real - 1; }
};

// Steps of one batch and width, real ones beside the table.
struct StepResidual {
  int64_t requests = 0, num_steps = 0;
  double tokens = 0;  // mean, of a pass
  Validated ms;       // of a decode step, prefill left out; `simulated`: by the table
};

struct ValidationRow {
  std::string arm;
  int64_t users = 0;
  Validated tokens_per_s, user_tokens_per_s, accepted_length, verified, ttft_ms, step_ms,
      prefill_ms;  // per prompt token
  // 95 %, of the user speed's error: both runs' intervals added in quadrature of the logarithms.
  double error_lo = 0, error_hi = 0;
  bool has_interval = false;
  std::vector<StepResidual> residuals;
  std::string missing;  // the term that misses most; empty within kMissed
  std::string differs;  // what the two were asked differently; filled in by who reads them
  std::string
      contended;  // what disturbed the measured run's times, as its flag says; empty: nothing
};

// Runs of equal arm and users; `table` is of the arm's drafter. kBadInput if a run has no steps.
ValidationRow ValidateRun(const CheckedRun& real, const CheckedRun& simulated,
                          const CostTable& table, const BootstrapOptions& options);

struct ValidateCommandOptions {
  std::string real, simulated;           // results files
  std::vector<std::string> cost_tables;  // one for each drafter
  BootstrapOptions bootstrap;
};
std::string RunValidate(const ValidateCommandOptions& options, const std::string& format,
                        int columns);

}  // namespace dsb
