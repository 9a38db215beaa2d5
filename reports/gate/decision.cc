#include "reports/gate/decision.h"

#include <algorithm>
#include <cmath>

#include "base/counted.h"
#include "base/error.h"
#include "reports/gate/comparable.h"
#include "reports/gate/decide_test.h"
#include "reports/gate/rules.h"
#include "reports/gate/tests.h"
#include "reports/text/number_text.h"
#include "results/metrics/compare.h"
#include "results/metrics/paired_table.h"
#include "results/metrics/selection.h"
#include "results/run_facts.h"

namespace dsb {
namespace {

constexpr double kMaxFalseAlarms = 0.05;

std::string TestName(const GateTest& test) {
  std::string name = test.arm + ": " + test.metric;
  if (test.scope != "all") name += " of " + test.scope;
  if (test.against != "baseline") name += " against the anchor";
  return name;
}

bool RulesBroken(const GateVerdict& verdict) {
  return std::any_of(verdict.rules.begin(), verdict.rules.end(), [](const GateRule& rule) {
    return rule.outcome == GateRule::Outcome::kBroken;
  });
}

PairCounts CountPairs(const CheckedRun& baseline, const CheckedRun& candidate,
                      const std::string& scope, BootstrapOptions bootstrap) {
  bootstrap.num_resamples = 1;
  return PairedTable(baseline, candidate, scope, bootstrap).counts();
}

bool IsJudged(const GatePolicy& policy, const std::string& scope) {
  return scope == "all" ||
         std::any_of(policy.primary.begin(), policy.primary.end(), [&](const GateMetric& metric) {
           return std::count(metric.data_sets.begin(), metric.data_sets.end(), scope) > 0;
         });
}

// Too many requests without a partner make the runs incomparable, of all and of each data set that
// is judged; so does a data set of the reference that the candidate has nothing of.
void CheckPairs(const CheckedRun& reference, const GatePair& pair, const GatePolicy& policy,
                const BootstrapOptions& bootstrap, std::vector<GateDifference>* differences) {
  for (const std::string& scope : ScopesOf(reference)) {
    const PairCounts counts = CountPairs(reference, pair.candidate, scope, bootstrap);
    const bool lost = counts.pairs == 0 && counts.only_baseline > 0;
    if (!lost && (counts.comparable() || !IsJudged(policy, scope))) continue;
    differences->push_back({NameOf(pair),
                            {scope == "all" ? "requests" : "requests of " + scope,
                             std::to_string(counts.pairs + counts.only_baseline) + " finished",
                             std::to_string(counts.pairs + counts.only_candidate) + " finished, " +
                                 std::to_string(counts.pairs) + " of them in both"}});
    if (scope == "all" && counts.pairs == 0) break;
  }
}

GateArm DescribeArm(const GatePair& pair, const GatePolicy& policy,
                    const BootstrapOptions& bootstrap, std::vector<GateDifference>* differences) {
  GateArm arm;
  arm.name = NameOf(pair);
  arm.baseline_run = pair.baseline->run.id;
  arm.candidate_run = pair.candidate->run.id;
  arm.baseline_uuid = pair.baseline->run.uuid;
  arm.candidate_uuid = pair.candidate->run.uuid;
  if (pair.anchor) arm.anchor_run = (*pair.anchor)->run.id;
  const PairCounts counts = CountPairs(pair.baseline, pair.candidate, "all", bootstrap);
  arm.pairs = counts.pairs;
  arm.only_baseline = counts.only_baseline;
  arm.only_candidate = counts.only_candidate;
  CheckPairs(pair.baseline, pair, policy, bootstrap, differences);
  if (pair.anchor) CheckPairs(*pair.anchor, pair, policy, bootstrap, differences);
  return arm;
}

// What measuring one pair gives; never nothing.
std::vector<GateTest> TestsOf(const GatePair& pair, const GatePolicy& policy,
                              const BootstrapOptions& bootstrap) {
  std::vector<GateTest> tests =
      MeasureTests(pair.baseline, pair.candidate, policy, bootstrap, "baseline", 1);
  if (tests.empty()) {
    ThrowBadInput("policy: nothing to decide for " + NameOf(pair) +
                  ": exact_match is for greedy runs only");
  }
  if (pair.anchor) {
    for (GateTest& test : MeasureTests(*pair.anchor, pair.candidate, policy, bootstrap, "anchor",
                                       kAnchorMarginFactor)) {
      tests.push_back(std::move(test));
    }
  }
  return tests;
}

void Measure(const std::vector<GatePair>& pairs, const GateOptions& options, GateVerdict* verdict) {
  for (const GatePair& pair : pairs) {
    for (GateTest& test : TestsOf(pair, verdict->policy, options.bootstrap)) {
      test.arm = NameOf(pair);
      if (IsTimingMetric(test.metric)) {
        const auto noise = pair.noise.find(test.metric);
        const bool has_floor = noise != pair.noise.end();
        if (has_floor) WidenByNoiseFloor(noise->second.p95_abs_log_ratio, &test);
        test.blocked = TimingBlock(pair.candidate->run, has_floor);
      }
      verdict->tests.push_back(std::move(test));
    }
  }
  AdjustTests(&verdict->tests);
}

void WarnOfNoise(GateVerdict* verdict) {
  for (const GateTest& test : verdict->tests) {
    if (!test.noise_floor || test.margin >= 2 * *test.noise_floor) continue;
    verdict->warnings.push_back(TestName(test) + ": the margin of " + PercentWithUnit(test.margin) +
                                " is below twice the noise floor of " +
                                PercentWithUnit(*test.noise_floor) +
                                ": runs of one build may differ by as much");
  }
}

// What the policy asks for and these runs cannot show, and noise floors that promise too much.
void WarnOfTests(const std::vector<GatePair>& pairs, GateVerdict* verdict) {
  for (const GatePair& pair : pairs) {
    for (const GateMetric& metric : verdict->policy.primary) {
      if (metric.metric == "exact_match" && !IsGreedy(pair.candidate->run)) {
        verdict->warnings.push_back(NameOf(pair) + ": exact_match is left out: the answers are " +
                                    "sampled");
      }
      const auto noise = pair.noise.find(metric.metric);
      if (noise == pair.noise.end() || noise->second.false_alarm_rate <= kMaxFalseAlarms) continue;
      verdict->warnings.push_back(NameOf(pair) + ": " + metric.metric + ": the gate failed " +
                                  PercentWithUnit(noise->second.false_alarm_rate) +
                                  " of the equal runs that the noise floor is from");
    }
  }
}

void WarnOfFlags(const std::vector<GatePair>& pairs, GateVerdict* verdict) {
  for (const GatePair& pair : pairs) {
    for (const CheckedRun* side : {&pair.baseline, &pair.candidate}) {
      const RunData& data = **side;
      const std::string run =
          ArmName(data.run) + (side == &pair.baseline ? ", baseline" : ", candidate");
      if (data.num_segments > 1) {
        const auto flag = data.flags.find("resumed");
        const bool changed = flag != data.flags.end() && !flag->second.empty();
        verdict->warnings.push_back(run + ": resumed" + (changed ? " with " + flag->second : "") +
                                    ", its times are of " + std::to_string(data.num_segments) +
                                    " processes");
      }
      for (const char* flag : {"throttled", "implausible", "dirty"}) {
        if (data.flags.contains(flag)) verdict->warnings.push_back(run + ": flagged " + flag);
      }
    }
    if (pair.candidate->flags.contains("synthetic_acceptance")) {
      verdict->warnings.push_back(ArmName(pair.candidate->run) +
                                  ": scripted engine, this says nothing about a model");
    }
  }
}

// The worst state of the tests; the reasons name every test in it.
void Conclude(GateVerdict* verdict) {
  const auto any = [&](GateState state) {
    return std::any_of(verdict->tests.begin(), verdict->tests.end(),
                       [&](const GateTest& test) { return test.state == state; });
  };
  for (const GateRule& rule : verdict->rules) {
    if (rule.outcome != GateRule::Outcome::kBroken) continue;
    verdict->reasons.push_back(rule.arm + ": broken: " + rule.rule + ": " + rule.detail);
  }
  if (RulesBroken(*verdict) || any(GateState::kFail)) {
    verdict->state = GateState::kFail;
  } else {
    verdict->state = any(GateState::kInconclusive) ? GateState::kInconclusive : GateState::kPass;
  }
  for (const GateTest& test : verdict->tests) {
    if (test.state != verdict->state || test.state == GateState::kPass) continue;
    verdict->reasons.push_back(TestName(test) + ": " + test.reason);
  }
}

}  // namespace

std::string NameOf(const GatePair& pair) {
  return pair.name.empty() ? ArmName(pair.candidate->run) : pair.name;
}

const char* GateStateName(GateState state) {
  switch (state) {
    case GateState::kPass:
      return "pass";
    case GateState::kFail:
      return "fail";
    case GateState::kInconclusive:
      return "inconclusive";
    case GateState::kNotComparable:
      return "not_comparable";
  }
  DSB_CHECK(false);
}

int GateExitCode(GateState state) {
  switch (state) {
    case GateState::kPass:
      return static_cast<int>(ExitCode::kDone);
    case GateState::kFail:
      return static_cast<int>(ExitCode::kRegression);
    case GateState::kInconclusive:
      return static_cast<int>(ExitCode::kInconclusive);
    case GateState::kNotComparable:
      return static_cast<int>(ExitCode::kBadInput);
  }
  DSB_CHECK(false);
}

GateVerdict DecideGate(const std::vector<GatePair>& pairs, const GatePolicy& policy,
                       const GateOptions& options) {
  DSB_CHECK(!pairs.empty());
  if (policy.primary.empty()) ThrowBadInput("policy: no primary metric, nothing to decide");
  CheckAcross(options.across);
  GateVerdict verdict;
  verdict.policy = policy;
  verdict.bootstrap = options.bootstrap;
  verdict.across = options.across;
  verdict.warnings = options.found.warnings;
  verdict.differences = options.found.differences;
  for (const GatePair& pair : pairs) {
    for (const CheckedRun* before : {&pair.baseline, pair.anchor ? &*pair.anchor : nullptr}) {
      if (before == nullptr) continue;
      for (GateDifference& difference :
           WhyNotComparable(*before, pair.candidate, options.across, policy.strict)) {
        difference.arm = NameOf(pair);
        verdict.differences.push_back(std::move(difference));
      }
    }
  }
  const bool same_question = verdict.differences.size() == options.found.differences.size();
  for (const GatePair& pair : pairs) {
    verdict.arms.push_back(DescribeArm(pair, policy, options.bootstrap, &verdict.differences));
    if (!same_question) continue;
    for (GateRule& rule : CheckRules(pair, policy)) {
      rule.arm = NameOf(pair);
      verdict.rules.push_back(std::move(rule));
    }
    for (GateRule& rule : CheckFloors(pair, options.floors, options.bootstrap)) {
      rule.arm = NameOf(pair);
      verdict.rules.push_back(std::move(rule));
    }
  }
  if (same_question) RefuseIdleFloors(options.floors, verdict.rules);
  WarnOfFlags(pairs, &verdict);
  // Requests that failed leave pairs incomplete: that breach is the finding, not the gap.
  if (!verdict.differences.empty() && !RulesBroken(verdict)) {
    verdict.state = GateState::kNotComparable;
    for (const GateDifference& difference : verdict.differences) {
      verdict.reasons.push_back(difference.arm + ": " +
                                DifferenceText(difference.what, {"baseline", "candidate"}));
    }
    return verdict;
  }
  if (verdict.differences.empty()) {
    Measure(pairs, options, &verdict);
    const auto num_tests = static_cast<int64_t>(std::count_if(
        verdict.tests.begin(), verdict.tests.end(), [](const GateTest& t) { return t.p; }));
    if (static_cast<double>(num_tests) >
        kGateAlpha * static_cast<double>(options.bootstrap.num_resamples + 1)) {
      ThrowBadInput("--resamples " + std::to_string(options.bootstrap.num_resamples) +
                    ": too few for " + Counted(num_tests, "test") + ", expected at least " +
                    std::to_string(40 * num_tests));
    }
    for (GateTest& test : verdict.tests) DecideTest(num_tests, &test);
    verdict.secondary = MeasureSecondary(pairs, policy, options.bootstrap);
    WarnOfNoise(&verdict);
    WarnOfTests(pairs, &verdict);
  }
  Conclude(&verdict);
  return verdict;
}

}  // namespace dsb
