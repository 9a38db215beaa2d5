#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "base/json_fields.h"
#include "base/text_file.h"
#include "engines/scheduling/cost_table.h"

namespace dsb {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFormat = "dsbench cost table";
constexpr int64_t kVersion = 1;
constexpr int64_t kMostNs = int64_t{1} << 50;  // 13 days
constexpr int64_t kMostTokens = int64_t{1} << 24;
constexpr int64_t kFewestSamples = 5;

CostConditions ReadConditions(const JsonFields& json) {
  CostConditions conditions;
  conditions.target_sha256 = json.Text("target_sha256");
  conditions.weights = json.Text("weights");
  conditions.drafter = json.Text("drafter");
  conditions.drafter_sha256 = json.Text("drafter_sha256");
  conditions.drafter_weights = json.Text("drafter_weights");
  conditions.draft_length = json.Integer("draft_length", 0, kMostTokens);
  conditions.device = json.Text("device");
  conditions.device_model = json.Text("device_model");
  conditions.threads = json.Integer("threads", 0, kMostTokens);
  conditions.isa = json.Text("isa");
  json.RefuseOthers();
  return conditions;
}

CostCurve ReadCurve(const JsonFields& json, const std::string& key, const char* at,
                    const CostTable& table, int64_t captured, const std::string& place) {
  std::vector<CostPoint> points;
  for (const JsonFields& point : json.Objects(key)) {
    points.push_back(
        {.at = point.Integer(at, 1, kMostTokens),
         .median_ns = point.Integer("median_ns", 1, kMostNs),
         .min_ns = point.Integer("min_ns", 1, kMostNs),
         .max_ns = point.Integer("max_ns", 1, kMostNs),
         .samples = point.Integer("samples", table.measured ? kFewestSamples : 0, kMostTokens)});
    point.RefuseOthers();
  }
  return {std::move(points), captured, place + ": " + key};
}

void ReadVerify(const JsonFields& json, const std::string& name, CostTable& table) {
  for (const JsonFields& row : json.Objects("verify")) {
    const std::string place = name + ": verify[" + std::to_string(table.verify.size()) + "]";
    const int64_t requests = row.Integer("requests", 1, kMostTokens);
    if (!table.verify.empty() && requests <= table.verify.back().requests) {
      row.Refuse(
          "requests", std::to_string(requests),
          "more than " + std::to_string(table.verify.back().requests) + ": rows are in order");
    }
    table.verify.push_back(
        {.requests = requests,
         .by_tokens = ReadCurve(row, "points", "tokens", table, table.captured_tokens, place)});
    row.RefuseOthers();
  }
  if (table.verify.empty()) json.Refuse("verify", "nothing", "at least one row");
}

Json PointsToJson(const CostCurve& curve, const char* at) {
  Json points = Json::array();
  for (const CostPoint& point : curve.points()) {
    points.push_back({{at, point.at},
                      {"median_ns", point.median_ns},
                      {"min_ns", point.min_ns},
                      {"max_ns", point.max_ns},
                      {"samples", point.samples}});
  }
  return points;
}

}  // namespace

CostTable ParseCostTable(const std::string& text, const std::string& name) {
  const JsonFields json = JsonFields::Parse(text, name);
  if (const std::string format = json.Text("format"); format != kFormat) {
    json.Refuse("format", '"' + format + '"', std::string("\"") + kFormat + '"');
  }
  json.Integer("version", kVersion, kVersion);
  CostTable table;
  table.conditions = ReadConditions(json.Object("conditions"));
  const std::string kind = json.Text("kind");
  if (kind != "measured" && kind != "modelled") {
    json.Refuse("kind", '"' + kind + '"', "\"measured\" or \"modelled\"");
  }
  table.measured = kind == "measured";
  table.origin = json.Text("origin");
  table.context_depth = json.Integer("context_depth", 0, kMostTokens);
  table.captured_tokens = json.Integer("captured_tokens", 0, kMostTokens);
  ReadVerify(json, name, table);
  const bool drafts = table.conditions.drafter != "none";
  if (drafts || !json.Objects("draft").empty()) {
    if (!drafts) json.Refuse("draft", "points", "none without a drafter");
    table.draft = ReadCurve(json, "draft", "requests", table, 0, name);
  }
  json.RefuseOthers();
  return table;
}

CostTable ReadCostTable(const std::string& path) {
  return ParseCostTable(ReadTextFile(path), path);
}

std::string CostTableToJson(const CostTable& table) {
  const CostConditions& conditions = table.conditions;
  Json verify = Json::array();
  for (const VerifyCosts& row : table.verify) {
    verify.push_back(
        {{"requests", row.requests}, {"points", PointsToJson(row.by_tokens, "tokens")}});
  }
  const Json json = {{"format", kFormat},
                     {"version", kVersion},
                     {"conditions",
                      {{"target_sha256", conditions.target_sha256},
                       {"weights", conditions.weights},
                       {"drafter", conditions.drafter},
                       {"drafter_sha256", conditions.drafter_sha256},
                       {"drafter_weights", conditions.drafter_weights},
                       {"draft_length", conditions.draft_length},
                       {"device", conditions.device},
                       {"device_model", conditions.device_model},
                       {"threads", conditions.threads},
                       {"isa", conditions.isa}}},
                     {"kind", table.measured ? "measured" : "modelled"},
                     {"origin", table.origin},
                     {"context_depth", table.context_depth},
                     {"captured_tokens", table.captured_tokens},
                     {"verify", std::move(verify)},
                     {"draft", PointsToJson(table.draft, "requests")}};
  return json.dump(1) + "\n";
}

}  // namespace dsb
