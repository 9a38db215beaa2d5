#include "reports/gate/floors.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/error.h"
#include "base/quoted.h"
#include "reports/text/number_text.h"
#include "results/metrics/metrics.h"
#include "results/run_facts.h"

namespace dsb {
namespace {

bool IsMetric(const std::string& name) {
  for (const MetricDefinition& definition : MetricCatalogue()) {
    if (definition.metric == name) return true;
  }
  return false;
}

GateRule Check(const GateFloor& floor, const CheckedRun& run, const char* side,
               const std::vector<MetricRecord>& metrics) {
  GateRule rule{.arm = ArmName(run->run),
                .rule = floor.text + ", " + side,
                .outcome = GateRule::Outcome::kNotChecked,
                .detail = "this is the target alone"};
  const MetricKind kind = DefinitionOf(floor.metric).kind;
  const bool of_drafts = kind == MetricKind::kAcceptance || kind == MetricKind::kConfidence;
  if (of_drafts && IsBaseline(run->run)) return rule;
  const MetricRecord* const metric = FindMetric(metrics, floor.metric, "all");
  rule.outcome = GateRule::Outcome::kBroken;
  if (metric == nullptr || !metric->estimate.value) {
    rule.detail = "the run has no " + floor.metric;
    return rule;
  }
  const double value = *metric->estimate.value;
  if (floor.at_least ? value >= floor.bound : value <= floor.bound) {
    rule.outcome = GateRule::Outcome::kHolds;
  }
  rule.detail = WithInterval(metric->estimate, 3) + " " + metric->unit;
  return rule;
}

}  // namespace

GateFloor ParseFloor(const std::string& text) {
  const size_t at = text.find_first_of("<>");
  GateFloor floor{.metric = text.substr(0, at), .text = text};
  double& bound = floor.bound;
  if (at != std::string::npos && text.compare(at + 1, 1, "=") == 0) {
    floor.at_least = text[at] == '>';
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + at + 2, end, bound);
    if (read.ec == std::errc() && read.ptr == end && std::isfinite(bound) &&
        IsMetric(floor.metric)) {
      return floor;
    }
  }
  ThrowBadInput(
      "--require: found " + Quoted(text) +
      ", expected METRIC>=NUMBER or METRIC<=NUMBER with a metric of `dsbench report --format "
      "json`, as in accepted_length>=1.5");
}

std::vector<GateRule> CheckFloors(const GatePair& pair, const std::vector<GateFloor>& floors,
                                  const BootstrapOptions& bootstrap) {
  std::vector<GateRule> rules;
  if (floors.empty()) return rules;
  const MetricOptions options{.bootstrap = bootstrap};
  for (const auto& [run, side] :
       {std::pair{&pair.baseline, "baseline"}, {&pair.candidate, "candidate"}}) {
    const std::vector<MetricRecord> metrics = ComputeMetrics(*run, options);
    for (const GateFloor& floor : floors) rules.push_back(Check(floor, *run, side, metrics));
  }
  return rules;
}

void RefuseIdleFloors(const std::vector<GateFloor>& floors, const std::vector<GateRule>& rules) {
  for (const GateFloor& floor : floors) {
    const bool checked = std::any_of(rules.begin(), rules.end(), [&](const GateRule& rule) {
      return rule.rule.starts_with(floor.text + ", ") &&
             rule.outcome != GateRule::Outcome::kNotChecked;
    });
    if (checked) continue;
    ThrowBadInput("--require " + floor.text +
                  ": nothing is held to it, since no arm that is judged drafts");
  }
}

}  // namespace dsb
