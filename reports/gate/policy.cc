#include "reports/gate/policy.h"

#include <nlohmann/json.hpp>

#include "results/metrics/catalogue.h"

namespace dsb {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kAcceptedLengthMargin = 0.02, kTimingMargin = 0.05;

}  // namespace

std::optional<double> DefaultGateMargin(std::string_view metric) {
  if (metric == "exact_match") return 0;
  if (metric == "accepted_length") return kAcceptedLengthMargin;
  if (IsTimingMetric(metric)) return kTimingMargin;
  return std::nullopt;
}

bool IsTimingMetric(std::string_view metric) {
  const MetricDefinition* const compared = FindCompared(metric);
  return compared != nullptr && compared->kind == MetricKind::kTiming;
}

GatePolicy DefaultGatePolicy() {
  GatePolicy policy;
  for (const char* metric : {"accepted_length", "exact_match", "user_decode_tokens_per_s"}) {
    policy.primary.push_back({.metric = metric, .better = 1, .margin = *DefaultGateMargin(metric)});
  }
  policy.secondary = {"step_time", "ttft", "e2e", "wasted_verify"};
  return policy;
}

std::string GatePolicyJson(const GatePolicy& policy) {
  Json primary = Json::array();
  for (const GateMetric& metric : policy.primary) {
    primary.push_back({{"metric", metric.metric},
                       {"direction", metric.better > 0 ? "higher" : "lower"},
                       {"margin", metric.margin},
                       {"data_sets", metric.data_sets}});
  }
  const Json json = {{"primary", primary},
                     {"secondary", policy.secondary},
                     {"strict", policy.strict},
                     {"failed_requests_allowed", policy.failed_requests_allowed}};
  return json.dump(2) + "\n";
}

}  // namespace dsb
