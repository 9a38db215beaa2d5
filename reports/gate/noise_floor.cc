#include "reports/gate/noise_floor.h"

#include <algorithm>
#include <cmath>

#include "base/clock.h"
#include "base/error.h"
#include "reports/gate/decide_test.h"
#include "reports/gate/tests.h"
#include "results/metrics/metrics.h"
#include "results/run_facts.h"
#include "results/store/fingerprint.h"

namespace dsb {
namespace {

// What a gate decides on by its own default margin: acceptance, then times.
std::vector<std::string> NoisyMetrics() {
  std::vector<std::string> names;
  for (const MetricKind kind : {MetricKind::kAcceptance, MetricKind::kTiming}) {
    for (const MetricDefinition* metric : ComparedMetrics()) {
      if (metric->kind == kind && DefaultGateMargin(metric->metric)) {
        names.emplace_back(metric->metric);
      }
    }
  }
  return names;
}

GatePolicy NoisePolicy(const GatePolicy& policy) {
  GatePolicy all;
  for (const std::string& name : NoisyMetrics()) {
    const auto asked =
        std::find_if(policy.primary.begin(), policy.primary.end(),
                     [&](const GateMetric& metric) { return metric.metric == name; });
    GateMetric metric{
        .metric = name, .better = DefinitionOf(name).better, .margin = *DefaultGateMargin(name)};
    if (asked != policy.primary.end()) metric = *asked;
    metric.data_sets = {"all"};
    all.primary.push_back(std::move(metric));
  }
  return all;
}

// The smallest value that at least 95 % do not exceed.
double Percentile95(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const double rank = std::ceil(0.95 * static_cast<double>(values.size()) - 1e-9);
  return values[static_cast<size_t>(rank) - 1];
}

std::vector<double> AbsLogRatios(const std::vector<GateTest>& tests) {
  std::vector<double> ratios;
  ratios.reserve(tests.size());
  for (const GateTest& test : tests) ratios.push_back(std::abs(std::log(*test.ratio.value)));
  return ratios;
}

// Each pair judged with the noise floor of the others, as the gate judges a pair that it has not
// seen. A time without any other pair decides nothing.
int64_t FalseAlarms(const std::vector<GateTest>& tests, const std::vector<double>& ratios) {
  int64_t alarms = 0;
  for (size_t i = 0; i < tests.size(); ++i) {
    GateTest test = tests[i];
    if (IsTimingMetric(test.metric)) {
      std::vector<double> others = ratios;
      others.erase(others.begin() + static_cast<ptrdiff_t>(i));
      if (others.empty()) continue;
      WidenByNoiseFloor(Percentile95(others), &test);
    }
    test.p_holm = test.p;
    DecideTest(1, &test);
    alarms += test.state == GateState::kFail;
  }
  return alarms;
}

}  // namespace

std::vector<std::pair<size_t, size_t>> EqualRunPairs(const std::vector<CheckedRun>& runs) {
  std::vector<std::pair<size_t, size_t>> pairs;
  std::map<std::string, size_t> waiting;
  for (size_t i = 0; i < runs.size(); ++i) {
    const RunData& data = runs[i];
    if (data.run.state != "complete") continue;
    const std::string key = SetKey(data) + '\n' + ArmName(data.run) + '\n' +
                            Fingerprint(data.environment) + '\n' + Fingerprint(data.build);
    const auto [first, is_new] = waiting.try_emplace(key, i);
    if (is_new) continue;
    pairs.emplace_back(first->second, i);
    waiting.erase(first);
  }
  return pairs;
}

std::vector<NoiseFloorRecord> MeasureNoise(
    const std::vector<std::pair<const CheckedRun*, const CheckedRun*>>& pairs,
    const GatePolicy& policy, const BootstrapOptions& bootstrap) {
  DSB_CHECK(!pairs.empty());
  const GatePolicy all = NoisePolicy(policy);
  std::map<std::string, std::vector<GateTest>> tests;
  for (const auto& [first, second] : pairs) {
    for (GateTest& test : MeasureTests(*first, *second, all, bootstrap, "baseline", 1)) {
      if (test.ratio.value) tests[test.metric].push_back(std::move(test));
    }
  }
  std::vector<NoiseFloorRecord> records;
  const std::string now = UtcNow();
  for (const std::string& metric : NoisyMetrics()) {
    if (tests[metric].empty()) continue;
    const std::vector<double> ratios = AbsLogRatios(tests[metric]);
    const auto count = static_cast<double>(ratios.size());
    const auto alarms = static_cast<double>(FalseAlarms(tests[metric], ratios));
    records.push_back({.metric = metric,
                       .pairs = static_cast<int64_t>(ratios.size()),
                       .p95_abs_log_ratio = Percentile95(ratios),
                       .false_alarm_rate = alarms / count,
                       .created_utc = now});
  }
  return records;
}

std::map<std::string, NoiseFloorRecord> NoiseOf(const std::vector<NoiseFloorRecord>& records,
                                                const RunData& data) {
  std::map<std::string, NoiseFloorRecord> found;
  const std::string machine = Fingerprint(data.environment), workload = HashOf(data, "workload");
  for (const NoiseFloorRecord& record : records) {
    if (record.environment_fingerprint != machine || record.workload_sha256 != workload) continue;
    const bool enough = record.pairs >= static_cast<int64_t>(kMinNoisePairs);
    if (!enough || !(record.p95_abs_log_ratio >= 0 && std::isfinite(record.p95_abs_log_ratio))) {
      continue;
    }
    NoiseFloorRecord& newest = found[record.metric];
    if (record.created_utc >= newest.created_utc) newest = record;
  }
  return found;
}

}  // namespace dsb
