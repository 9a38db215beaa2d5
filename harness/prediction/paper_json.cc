#include <nlohmann/json.hpp>

#include "harness/prediction/paper_document.h"
#include "reports/text/estimate_json.h"

namespace dsb {
namespace {

using Json = nlohmann::ordered_json;

Json BandJson(const Band& band) {
  return {{"p10", band.p10}, {"p50", band.p50}, {"p90", band.p90}};
}

Json ModelJson(const ModelStudy& model) {
  Json rows = Json::array(), matched = Json::array(), sla = Json::array();
  for (const ConcurrencyRow& row : model.by_concurrency) {
    rows.push_back(
        {{"requests", row.requests},
         {"mtp1_published", row.mtp1_published},
         {"mtp1_fitted", row.mtp1_fitted},
         {"published", row.published},
         {"predicted", row.predicted},
         {"band", BandJson(row.band)},
         {"all_five", row.all_five},
         {"budget_published", row.budget_published ? Json(*row.budget_published) : Json()},
         {"budget", row.budget},
         {"budget_band", BandJson(row.budget_band)}});
  }
  for (const MatchedRow& row : model.matched) {
    matched.push_back({{"tokens_per_s", row.tokens_per_s},
                       {"published", row.published},
                       {"predicted", row.predicted},
                       {"band", BandJson(row.band)}});
  }
  for (const SlaRow& row : model.sla) {
    const bool wall = AmplificationText(row.amplification) == "at the wall";
    sla.push_back({{"user_tokens_per_s", row.user_tokens_per_s},
                   {"published", row.published},
                   {"predicted", wall ? Json("at the wall") : Json(row.predicted)},
                   {"band", wall ? Json() : BandJson(row.band)}});
  }
  return {{"name", model.name},
          {"t0_ms", model.fit.pass.floor_ms},
          {"token_ms", model.fit.pass.token_ms},
          {"fit_line_rms", model.fit.line_rms},
          {"throughput_bias", model.throughput_bias},
          {"throughput_rms", model.throughput_rms},
          {"budget_bias_tokens", model.budget_bias},
          {"budget_rms_tokens", model.budget_rms},
          {"all_five_loses_at", model.all_five_loses_at ? Json(*model.all_five_loses_at) : Json()},
          {"by_concurrency", rows},
          {"matched_throughput", matched},
          {"fixed_user_speed", sla}};
}

Json ServingJson(const std::vector<ServingRow>& rows) {
  Json list = Json::array();
  for (const ServingRow& row : rows) {
    list.push_back({{"arm", row.arm},
                    {"concurrency", row.concurrency},
                    {"published", row.published},
                    {"predicted", row.predicted}});
  }
  return list;
}

}  // namespace

std::string PaperJson(const StudyOptions& options, const std::vector<ModelStudy>& models,
                      const ServingStudy& study) {
  Json list = Json::array();
  for (const ModelStudy& model : models) list.push_back(ModelJson(model));
  const Json json = {{"format", "dsbench paper study"},
                     {"format_version", 1},
                     {"clock", "virtual"},
                     {"draws", options.num_draws},
                     {"models", list},
                     {"serving",
                      {{"t0_ms", study.fit.pass.floor_ms},
                       {"experts_ms", study.fit.pass.experts_ms},
                       {"token_ms", study.fit.pass.token_ms},
                       {"rms", RmsError(study.rows)},
                       {"rms_without_coverage", RmsError(study.rows_without)},
                       {"rows", ServingJson(study.rows)}}}};
  return Dump(json);
}

}  // namespace dsb
