// What sections of a report say beyond the metric table, as JSON: an arm by depth of context, what
// its policy did, statements in words. For any class like nlohmann::ordered_json, so that this
// header needs none.
#pragma once

#include <string>
#include <vector>

#include "reports/document/document.h"
#include "reports/model/model.h"
#include "reports/text/estimate_json.h"

namespace dsb {

template <typename Json>
Json DepthsJson(const std::vector<DepthFigures>& depths) {
  Json list = Json::array();
  for (const DepthFigures& depth : depths) {
    list.push_back({{"depth_tokens", depth.depth_tokens},
                    {"requests", depth.requests},
                    {"mean_prompt_tokens", depth.mean_prompt_tokens},
                    {"accepted_length", EstimateJson<Json>(depth.accepted_length)},
                    {"step_time_ns", EstimateJson<Json>(depth.step_time)},
                    {"draft_time_ns", EstimateJson<Json>(depth.draft_time)},
                    {"verify_time_ns", EstimateJson<Json>(depth.verify_time)}});
  }
  return list;
}

template <typename Json>
Json SchedulingJson(const SchedulingSummary& summary, const std::string& policy_inert) {
  Json loads = Json::array();
  for (const SchedulingLoad& load : summary.loads) {
    loads.push_back({{"from", load.from},
                     {"to", load.to},
                     {"steps", load.steps},
                     {"drafting_steps", load.drafting_steps},
                     {"budget", load.budget},
                     {"verified", load.verified},
                     {"step_ns", load.step_ns}});
  }
  return {{"rounds", summary.rounds},
          {"cut", summary.cut},
          {"undrafted", summary.undrafted},
          {"policy_inert", policy_inert.empty() ? Json(nullptr) : Json(policy_inert)},
          {"loads", loads}};
}

// As they are printed: of those that say the same of other arms the first.
template <typename Json>
Json StatementsJson(const std::vector<LabelledLine>& statements) {
  Json list = Json::array();
  for (const LabelledLine& one : statements) {
    if (one.choice <= 1) list.push_back({{"kind", one.kind}, {"text", one.text()}});
  }
  return list;
}

}  // namespace dsb
