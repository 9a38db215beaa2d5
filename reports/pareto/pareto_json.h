// Load points as JSON, the one form in which a report and a sweep write them. For any class like
// nlohmann::ordered_json, so that this header needs none.
#pragma once

#include <vector>

#include "reports/pareto/pareto.h"
#include "reports/text/estimate_json.h"

namespace dsb {

template <typename Json>
Json ParetoJson(const std::vector<ParetoPoint>& points) {
  Json list = Json::array();
  for (const ParetoPoint& point : points) {
    list.push_back({{"load", point.load},
                    {"arm", point.arm},
                    {"runs", point.runs},
                    {"output_tokens_per_s", EstimateJson<Json>(point.output_tokens_per_s)},
                    {"user_tokens_per_s", EstimateJson<Json>(point.user_tokens_per_s)},
                    {"user_speedup", EstimateJson<Json>(point.user_speedup)},
                    {"output_gain", EstimateJson<Json>(point.output_gain)},
                    {"decode_concurrency", EstimateJson<Json>(point.decode_concurrency)},
                    {"budget", EstimateJson<Json>(point.budget)},
                    {"accepted_length", OrNull<Json>(point.accepted_length)},
                    {"dominated", point.dominated},
                    {"flags", point.flags}});
  }
  return list;
}

}  // namespace dsb
