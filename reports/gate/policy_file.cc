#include "reports/gate/policy.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "base/error.h"
#include "base/quoted.h"
#include "base/strict_json.h"
#include "base/text_file.h"
#include "results/metrics/catalogue.h"

namespace dsb {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kMaxDepth = 4;

bool IsGateMetric(std::string_view metric) {
  return metric == "exact_match" || FindCompared(metric) != nullptr;
}

std::string GateMetricNames() {
  std::string names = "exact_match";
  for (const MetricDefinition* metric : ComparedMetrics()) {
    names += ", " + std::string(metric->metric);
  }
  return names;
}

int DefaultDirection(const std::string& metric) {
  return metric == "exact_match" ? 1 : DefinitionOf(metric).better;
}

// One place in the file: complains with its name.
struct Place {
  std::string name;
  Place At(const std::string& part) const { return {name + ": " + part}; }
  [[noreturn]] void Refuse(const std::string& what) const { ThrowBadInput(name + ": " + what); }
};

void ExpectKeys(const Json& object, std::initializer_list<std::string_view> known,
                const Place& place) {
  if (!object.is_object()) {
    place.Refuse(std::string("expected an object, found ") + object.type_name());
  }
  std::string names;
  for (const std::string_view key : known) {
    names += (names.empty() ? "" : ", ") + std::string(key);
  }
  for (const auto& [key, value] : object.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      place.Refuse("unknown key " + Quoted(key) + ", expected one of " + names);
    }
  }
}

std::string MetricName(const Json& value, const Place& place) {
  if (!value.is_string()) place.Refuse(std::string("expected a name, found ") + value.type_name());
  std::string name = value.get<std::string>();
  if (!IsGateMetric(name)) {
    place.Refuse("unknown metric " + Quoted(name) + ", expected one of " + GateMetricNames());
  }
  return name;
}

std::vector<std::string> DataSets(const Json& value, const Place& place) {
  const auto valid = [](const Json& scope) {
    if (!scope.is_string()) return false;
    const std::string text = scope.get<std::string>();
    return text == "all" || (text.starts_with("domain:") && text.size() > 7) ||
           (text.starts_with("dataset:") && text.size() > 8);
  };
  if (!value.is_array() || value.empty() || !std::all_of(value.begin(), value.end(), valid)) {
    place.Refuse("expected an array of all, domain:NAME, dataset:NAME, found " + value.dump());
  }
  auto scopes = value.get<std::vector<std::string>>();
  if (std::set<std::string>(scopes.begin(), scopes.end()).size() != scopes.size()) {
    place.Refuse("a data set occurs twice");
  }
  return scopes;
}

GateMetric ParseMetric(const Json& value, const Place& place) {
  ExpectKeys(value, {"metric", "direction", "margin", "data_sets"}, place);
  if (!value.contains("metric")) place.Refuse("key 'metric' is missing");
  GateMetric metric;
  metric.metric = MetricName(value["metric"], place.At("metric"));
  metric.better = DefaultDirection(metric.metric);
  if (value.contains("direction")) {
    const Json& direction = value["direction"];
    if (direction != "higher" && direction != "lower") {
      place.Refuse("direction: expected \"higher\" or \"lower\", found " + direction.dump());
    }
    metric.better = direction == "higher" ? 1 : -1;
    if (metric.metric == "exact_match" && metric.better < 0) {
      place.Refuse("direction: exact_match is better higher");
    }
  } else if (metric.better == 0) {
    place.Refuse("key 'direction' is missing: " + metric.metric + " is neither good nor bad");
  }
  if (value.contains("margin")) {
    const Json& margin = value["margin"];
    const double number = margin.is_number() ? margin.get<double>() : -1;
    if (!(number >= 0 && number < 1)) {
      place.Refuse("margin: expected a number from 0 to below 1, found " + margin.dump());
    }
    metric.margin = number;
  } else if (const std::optional<double> margin = DefaultGateMargin(metric.metric)) {
    metric.margin = *margin;
  } else {
    place.Refuse("key 'margin' is missing: " + metric.metric + " has no default");
  }
  if (value.contains("data_sets")) {
    metric.data_sets = DataSets(value["data_sets"], place.At("data_sets"));
  }
  return metric;
}

void ParsePrimary(const Json& list, const Place& place, GatePolicy* policy) {
  if (!list.is_array() || list.empty() || list.size() > kMaxPrimaryMetrics) {
    place.Refuse("expected an array of 1 to 8 metrics, found " +
                 (list.is_array() ? std::to_string(list.size()) : std::string(list.type_name())));
  }
  std::set<std::string> names;
  for (size_t i = 0; i < list.size(); ++i) {
    const Place at = place.At("metric " + std::to_string(i + 1));
    policy->primary.push_back(ParseMetric(list[i], at));
    const std::string& name = policy->primary.back().metric;
    if (!names.insert(name).second) at.Refuse("'" + name + "' occurs twice");
  }
}

void ParseSecondary(const Json& list, const Place& place, GatePolicy* policy) {
  if (!list.is_array()) {
    place.Refuse(std::string("expected an array of names, found ") + list.type_name());
  }
  policy->secondary.clear();
  for (const Json& value : list) {
    const std::string name = MetricName(value, place);
    if (name == "exact_match") place.Refuse("exact_match can only be primary");
    if (std::count(policy->secondary.begin(), policy->secondary.end(), name) > 0) {
      place.Refuse("'" + name + "' occurs twice");
    }
    policy->secondary.push_back(name);
  }
}

}  // namespace

GatePolicy ParseGatePolicy(const std::string& text, const std::string& name) {
  const Json json = ParseStrictJson<Json>(text, name, {.max_depth = kMaxDepth});
  const Place place{name};
  ExpectKeys(json, {"primary", "secondary", "strict", "failed_requests_allowed"}, place);
  if (!json.contains("primary")) place.Refuse("key 'primary' is missing");
  GatePolicy policy;
  ParsePrimary(json["primary"], place.At("primary"), &policy);
  if (json.contains("secondary")) {
    ParseSecondary(json["secondary"], place.At("secondary"), &policy);
  }
  if (json.contains("strict")) {
    if (!json["strict"].is_boolean()) {
      place.Refuse("strict: expected true or false, found " + json["strict"].dump());
    }
    policy.strict = json["strict"].get<bool>();
  }
  if (json.contains("failed_requests_allowed")) {
    const Json& allowed = json["failed_requests_allowed"];
    if (!allowed.is_number_unsigned() || allowed.get<uint64_t>() > 1'000'000'000) {
      place.Refuse("failed_requests_allowed: expected a count, found " + allowed.dump());
    }
    policy.failed_requests_allowed = allowed.get<int64_t>();
  }
  return policy;
}

GatePolicy ReadGatePolicy(const std::string& path) {
  return ParseGatePolicy(ReadTextFile(path), path);
}

}  // namespace dsb
