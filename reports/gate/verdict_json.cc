#include "reports/gate/verdict_json.h"

#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "reports/text/estimate_json.h"

namespace dsb {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVerdictFormatVersion = 1;

Json Header(const std::string& state, int exit_code, const VerdictSides& sides) {
  return {{"format", "dsbench-verdict"},
          {"format_version", kVerdictFormatVersion},
          {"state", state},
          {"exit_code", exit_code},
          {"created_utc", UtcNow()},
          {"baseline", sides.baseline},
          {"candidate", sides.candidate},
          {"anchor", sides.anchor.empty() ? Json(nullptr) : Json(sides.anchor)}};
}

Json ArmJson(const GateArm& arm) {
  return {{"arm", arm.name},
          {"baseline_run", arm.baseline_run},
          {"baseline_uuid", arm.baseline_uuid},
          {"candidate_run", arm.candidate_run},
          {"candidate_uuid", arm.candidate_uuid},
          {"anchor_run", OrNull<Json>(arm.anchor_run)},
          {"pairs", arm.pairs},
          {"only_baseline", arm.only_baseline},
          {"only_candidate", arm.only_candidate}};
}

Json TestJson(const GateTest& test) {
  return {{"arm", test.arm},
          {"against", test.against},
          {"metric", test.metric},
          {"scope", test.scope},
          {"state", GateStateName(test.state)},
          {"reason", test.reason},
          {"margin", test.margin},
          {"baseline_value", OrNull<Json>(test.baseline)},
          {"candidate_value", OrNull<Json>(test.candidate)},
          {"ratio", EstimateJson<Json>(test.ratio)},
          {"loss", OrNull<Json>(test.loss)},
          {"loss_lo", OrNull<Json>(test.lo)},
          {"loss_hi", OrNull<Json>(test.hi)},
          {"p", OrNull<Json>(test.p)},
          {"p_holm", OrNull<Json>(test.p_holm)},
          {"noise_floor", OrNull<Json>(test.noise_floor)},
          {"needed_n", OrNull<Json>(test.needed_n)}};
}

Json RuleJson(const GateRule& rule) {
  const char* outcome = rule.outcome == GateRule::Outcome::kHolds    ? "holds"
                        : rule.outcome == GateRule::Outcome::kBroken ? "broken"
                                                                     : "not_checked";
  return {{"arm", rule.arm}, {"rule", rule.rule}, {"outcome", outcome}, {"detail", rule.detail}};
}

template <typename T, typename Convert>
Json List(const std::vector<T>& items, Convert convert) {
  Json json = Json::array();
  for (const T& item : items) json.push_back(convert(item));
  return json;
}

}  // namespace

std::string VerdictJson(const GateVerdict& verdict, const VerdictSides& sides) {
  Json json = Header(GateStateName(verdict.state), GateExitCode(verdict.state), sides);
  json["reasons"] = verdict.reasons;
  json["warnings"] = verdict.warnings;
  json["across"] = verdict.across.empty() ? Json(nullptr) : Json(verdict.across);
  json["statistics"] = {{"seed", verdict.bootstrap.statistics_seed},
                        {"num_resamples", verdict.bootstrap.num_resamples},
                        {"level", verdict.bootstrap.level},
                        {"unit_of_resampling", "prompt"},
                        {"correction", "holm"}};
  json["policy"] = Json::parse(GatePolicyJson(verdict.policy));
  json["arms"] = List(verdict.arms, ArmJson);
  json["differences"] = List(verdict.differences, [](const GateDifference& difference) {
    return Json{{"arm", difference.arm},
                {"field", difference.what.field},
                {"baseline", difference.what.before},
                {"candidate", difference.what.after}};
  });
  json["rules"] = List(verdict.rules, RuleJson);
  json["tests"] = List(verdict.tests, TestJson);
  json["secondary"] = List(verdict.secondary, [](const GateSecondary& row) {
    return Json{{"arm", row.arm},
                {"metric", row.metric},
                {"ratio", EstimateJson<Json>(row.ratio)},
                {"p", OrNull<Json>(row.p)},
                {"q", OrNull<Json>(row.q)}};
  });
  return Dump(json);
}

std::string ErrorVerdictJson(ExitCode code, const std::string& reason, const VerdictSides& sides) {
  Json json = Header("error", static_cast<int>(code), sides);
  json["reasons"] = {reason};
  return Dump(json);
}

}  // namespace dsb
