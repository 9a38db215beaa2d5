#include "reports/gate/tests.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "base/error.h"
#include "reports/gate/decide_test.h"
#include "reports/gate/rules.h"
#include "reports/text/number_text.h"
#include "results/metrics/paired_table.h"
#include "results/metrics/selection.h"
#include "results/run_facts.h"
#include "results/statistics/multiple.h"

namespace dsb {
namespace {

double LossOf(double ratio, int better) { return better > 0 ? 1 - ratio : ratio - 1; }

GateTest ExactMatch(const RunData& baseline, const RunData& candidate, const std::string& scope,
                    double margin) {
  GateTest test;
  const AnswerMatch match = MatchAnswers(baseline, candidate, scope);
  test.ratio.n = match.compared;
  if (match.compared == 0) {
    test.blocked = "no answer with token ids in both runs";
    return test;
  }
  // A difference between two greedy answers is a fact, not a sample: it has no interval.
  const double loss = static_cast<double>(match.different) / static_cast<double>(match.compared);
  test.ratio.value = 1 - loss;
  test.loss = test.lo = test.hi = loss;
  if (match.different > 0) {
    test.reason = std::to_string(match.different) + " of " + std::to_string(match.compared) +
                  " answers differ, first " + match.first_difference;
  }
  const int64_t all = match.compared + match.unknown;
  if (loss <= margin && 50 * match.unknown > all) {  // 2 %, as of requests without a pair
    test.blocked = std::to_string(match.unknown) + " of " + std::to_string(all) +
                   " answers have no token ids in one of the runs";
  }
  return test;
}

GateTest Measured(const PairedTable& table, const GateMetric& metric, double margin) {
  GateTest test;
  const ComparedMetric compared = table.Compare(metric.metric);
  test.ratio = compared.ratio.ratio;
  test.baseline = compared.baseline;
  test.candidate = compared.candidate;
  if (test.ratio.value) test.loss = LossOf(*test.ratio.value, metric.better);
  if (!test.ratio.value) {
    const auto side = [](const std::optional<double>& value) {
      return value ? FixedOr(value, 3) : std::string("none");
    };
    test.blocked = "no ratio of the two: baseline " + side(test.baseline) + ", candidate " +
                   side(test.candidate);
  }
  if (!test.ratio.lo || !test.ratio.hi) return test;
  const double a = LossOf(*test.ratio.lo, metric.better), b = LossOf(*test.ratio.hi, metric.better);
  test.lo = std::min(a, b);
  test.hi = std::max(a, b);
  std::vector<double> losses = table.ResampledRatios(metric.metric);
  for (double& ratio : losses) ratio = LossOf(ratio, metric.better);
  test.p = ResampledTail(losses, margin);
  return test;
}

void CheckScopes(const RunData& data, const GatePolicy& policy) {
  const std::vector<std::string> scopes = ScopesOf(data);
  for (const GateMetric& metric : policy.primary) {
    for (const std::string& scope : metric.data_sets) {
      if (std::count(scopes.begin(), scopes.end(), scope) > 0) continue;
      std::string names;
      for (const std::string& name : scopes) names += (names.empty() ? "" : ", ") + name;
      ThrowBadInput("policy: " + metric.metric + ": data set '" + scope +
                    "' is not in the runs, which have " + names);
    }
  }
}

}  // namespace

std::string TimingBlock(const RunRecord& run, bool has_noise_floor) {
  // Requests in flight together are no independent units: one run each is within_run only.
  if (run.arrival || run.users.value_or(1) > 1) {
    return "one run under load: its interval is within_run, and times are not decided by it";
  }
  if (!has_noise_floor) {
    return "no noise floor for this machine and workload (dsbench gate --record-noise)";
  }
  return "";
}

void WidenByNoiseFloor(double floor, GateTest* test) {
  test->noise_floor = floor;
  if (!test->loss || !test->lo || !test->hi) return;
  test->lo = *test->loss - std::hypot(*test->loss - *test->lo, floor);
  test->hi = *test->loss + std::hypot(*test->hi - *test->loss, floor);
  const double deviation = (*test->hi - *test->lo) / (2 * NormalQuantile(1 - kGateAlpha));
  if (deviation > 0) {
    test->p = 0.5 * std::erfc((*test->loss - test->margin) / (deviation * std::numbers::sqrt2));
  }
}

std::vector<GateTest> MeasureTests(const CheckedRun& baseline, const CheckedRun& candidate,
                                   const GatePolicy& policy, const BootstrapOptions& bootstrap,
                                   const std::string& against, double margin_factor) {
  CheckScopes(baseline, policy);
  std::map<std::string, PairedTable> tables;
  std::vector<GateTest> tests;
  for (const GateMetric& metric : policy.primary) {
    const bool exact = metric.metric == "exact_match";
    if (exact && !IsGreedy(candidate->run)) continue;
    const double margin = metric.margin * margin_factor;
    for (const std::string& scope : metric.data_sets) {
      GateTest test;
      if (exact) {
        test = ExactMatch(baseline, candidate, scope, margin);
      } else {
        const auto table = tables.try_emplace(scope, baseline, candidate, scope, bootstrap).first;
        test = Measured(table->second, metric, margin);
      }
      test.arm = ArmName(candidate->run);
      test.against = against;
      test.metric = metric.metric;
      test.scope = scope;
      test.margin = margin;
      tests.push_back(std::move(test));
    }
  }
  return tests;
}

void AdjustTests(std::vector<GateTest>* tests) {
  std::vector<double> p;
  for (const GateTest& test : *tests) {
    if (test.p) p.push_back(*test.p);
  }
  const std::vector<double> adjusted = HolmAdjusted(p);
  size_t next = 0;
  for (GateTest& test : *tests) {
    if (test.p) test.p_holm = adjusted[next++];
  }
}

std::vector<GateSecondary> MeasureSecondary(const std::vector<GatePair>& pairs,
                                            const GatePolicy& policy,
                                            const BootstrapOptions& bootstrap) {
  std::vector<GateSecondary> rows;
  std::vector<double> p;
  if (policy.secondary.empty()) return rows;
  for (const GatePair& pair : pairs) {
    const PairedTable table(pair.baseline, pair.candidate, "all", bootstrap);
    for (const std::string& metric : policy.secondary) {
      GateSecondary row{.arm = NameOf(pair),
                        .metric = metric,
                        .ratio = table.Compare(metric).ratio.ratio,
                        .p = {},
                        .q = {}};
      if (row.ratio.lo) {
        std::vector<double> up = table.ResampledRatios(metric), down = up;
        for (double& ratio : down) ratio = -ratio;
        row.p = std::min(1.0, 2 * std::min(ResampledTail(up, 1), ResampledTail(down, -1)));
        p.push_back(*row.p);
      }
      rows.push_back(std::move(row));
    }
  }
  const std::vector<double> q = BenjaminiHochbergQ(p);
  size_t next = 0;
  for (GateSecondary& row : rows) {
    if (row.p) row.q = q[next++];
  }
  return rows;
}

}  // namespace dsb
