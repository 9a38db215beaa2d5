// What repeated runs of one build differ by (measurement.md 7, the A/A test): pairs of equal runs,
// their ratios, and how often the gate would have failed one. Reads runs, writes nothing.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "reports/gate/rows.h"

namespace dsb {

inline constexpr size_t kMinNoisePairs = 8;  // 20 or more are better

// Pairs of neighbouring runs, each run in one pair: complete runs of one arm, machine, build and
// question, in the given order. Indices into `runs`.
std::vector<std::pair<size_t, size_t>> EqualRunPairs(const std::vector<CheckedRun>& runs);

// One record a metric that a gate can decide on. All pairs are of one machine, build and workload.
// p95_abs_log_ratio is the smallest x that at least 95 % of the pairs' |log ratio| do not exceed; a
// false alarm is a pair whose second run the gate, knowing the noise floor of the other pairs,
// would fail on this metric alone, at the policy's margin or else the default one.
std::vector<NoiseFloorRecord> MeasureNoise(
    const std::vector<std::pair<const CheckedRun*, const CheckedRun*>>& pairs,
    const GatePolicy& policy, const BootstrapOptions& bootstrap);

// The newest record a metric of the run's machine and workload, of whatever build; of enough pairs.
std::map<std::string, NoiseFloorRecord> NoiseOf(const std::vector<NoiseFloorRecord>& records,
                                                const RunData& data);

}  // namespace dsb
