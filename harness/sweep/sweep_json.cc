#include "harness/sweep/sweep_json.h"

#include <nlohmann/json.hpp>

#include "reports/pareto/pareto_json.h"
#include "reports/text/estimate_json.h"

namespace dsb {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kFormatVersion = 1;

Json ProbesJson(const std::vector<LoadProbe>& probes) {
  Json list = Json::array();
  for (const LoadProbe& probe : probes) {
    list.push_back({{"rate_per_s", probe.rate_per_s},
                    {"attainment", EstimateJson<Json>(probe.attainment)},
                    {"passes", probe.passes},
                    {"flags", probe.flags}});
  }
  return list;
}

}  // namespace

std::string SweepJson(const std::vector<ParetoPoint>& points, const std::string& results) {
  return Dump(Json{{"format", "dsbench-sweep"},
                   {"format_version", kFormatVersion},
                   {"results", results},
                   {"points", ParetoJson<Json>(points)}});
}

std::string MaxLoadJson(const std::vector<MaxLoad>& loads, const std::string& slo, double target,
                        const std::string& results) {
  Json arms = Json::array();
  for (const MaxLoad& load : loads) {
    arms.push_back({{"arm", load.arm},
                    {"max_load_at_slo", OrNull<Json>(load.rate_per_s)},
                    {"lowest_failed", OrNull<Json>(load.lowest_failed)},
                    {"probes", ProbesJson(load.probes)}});
  }
  return Dump(Json{{"format", "dsbench-max-load"},
                   {"format_version", kFormatVersion},
                   {"results", results},
                   {"slo", slo},
                   {"attainment", target},
                   {"arms", arms}});
}

}  // namespace dsb
