// Measures what a gate decides on: the loss of every primary metric with its interval and p-value,
// and the secondary metrics with their q. Gives no state.
#pragma once

#include <string>
#include <vector>

#include "reports/gate/rows.h"

namespace dsb {

// Primary tests of one pair of runs. `against`: baseline or anchor; `margin_factor` widens the
// margins. exact_match is left out where the answers are sampled. kBadInput if a data set of the
// policy is not in the runs.
std::vector<GateTest> MeasureTests(const CheckedRun& baseline, const CheckedRun& candidate,
                                   const GatePolicy& policy, const BootstrapOptions& bootstrap,
                                   const std::string& against, double margin_factor);

// Holm's p over all tests that have one.
void AdjustTests(std::vector<GateTest>* tests);

// Secondary metrics of all pairs, with Benjamini-Hochberg's q over all of them.
std::vector<GateSecondary> MeasureSecondary(const std::vector<GatePair>& pairs,
                                            const GatePolicy& policy,
                                            const BootstrapOptions& bootstrap);

// Why this run's times may not decide although its intervals exist; "" if they may.
std::string TimingBlock(const RunRecord& run, bool has_noise_floor);

// Notes what equal runs differ by in a time, `floor` as |log ratio|, and widens the interval by it:
// the floor is taken as the half-width of a 95 % interval, independent of the spread within the
// runs, and p comes from the wider law. A test without an interval keeps none.
void WidenByNoiseFloor(double floor, GateTest* test);

}  // namespace dsb
