#include "reports/gate/store.h"

#include "base/clock.h"
#include "base/error.h"

namespace dsb {
namespace {

GateState StateOfArm(const GateVerdict& verdict, const std::string& arm) {
  GateState state = GateState::kPass;
  for (const GateRule& rule : verdict.rules) {
    if (rule.arm == arm && rule.outcome == GateRule::Outcome::kBroken) return GateState::kFail;
  }
  for (const GateTest& test : verdict.tests) {
    if (test.arm != arm) continue;
    if (test.state == GateState::kFail) return GateState::kFail;
    if (test.state == GateState::kInconclusive) state = GateState::kInconclusive;
  }
  return state;
}

}  // namespace

std::vector<ComparisonRecord> MakeComparisons(const GateVerdict& verdict,
                                              const std::string& verdict_json) {
  DSB_CHECK(verdict.state != GateState::kNotComparable);
  std::vector<ComparisonRecord> records;
  for (const GateArm& arm : verdict.arms) {
    const GateState state = StateOfArm(verdict, arm.name);
    ComparisonRecord record{.baseline_run_id = arm.baseline_run,
                            .candidate_run_id = arm.candidate_run,
                            .policy_json = GatePolicyJson(verdict.policy),
                            .state = GateStateName(state),
                            .created_utc = UtcNow(),
                            .verdict_json = verdict_json,
                            .exit_code = GateExitCode(state),
                            .metrics = {}};
    for (const GateTest& test : verdict.tests) {
      if (test.arm != arm.name || test.against != "baseline" || !test.lo || !test.ratio.value) {
        continue;
      }
      record.metrics.push_back({.metric = test.metric,
                                .scope = test.scope,
                                .ratio = *test.ratio.value,
                                .lo = test.ratio.lo.value_or(*test.ratio.value),
                                .hi = test.ratio.hi.value_or(*test.ratio.value),
                                .margin = test.margin,
                                .p_holm = test.p_holm,
                                .state = GateStateName(test.state),
                                .needed_n = test.needed_n});
    }
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace dsb
