#include "harness/prediction/paper_document.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "reports/paper/paper_values.h"
#include "reports/text/number_text.h"

namespace dsb {
namespace {

constexpr double kWall = 10;

std::string Signed(double share, int decimals = 0) {
  return (share >= 0 ? "+" : "") + Fixed(100 * share, decimals) + " %";
}
std::string BandText(const Band& band, int decimals) {
  return Fixed(band.p10, decimals) + " / " + Fixed(band.p50, decimals) + " / " +
         Fixed(band.p90, decimals);
}
std::string GainBand(const Band& band) {
  return Signed(band.p10 - 1) + " / " + Signed(band.p50 - 1) + " / " + Signed(band.p90 - 1);
}
void Say(Document& document, const std::string& text) { document.push_back(Line{text}); }
Table::Column Left(const char* title) { return {.title = title, .left = true}; }
Table::Column Right(const char* title) { return {.title = title}; }

void AddFits(const std::vector<ModelStudy>& models, Document& document) {
  document.push_back(Heading{2, "Fit on MTP-1 alone"});
  Table table{
      {Left("model"), Right("t0 ms"), Right("b ms/token"), Right("line RMS"), Right("worst"),
       Right("marks at requests"), Right("tokens a pass: fitted"), Right("predicted")},
      {}};
  for (const ModelStudy& model : models) {
    table.rows.push_back(
        {model.name, Fixed(model.fit.pass.floor_ms, 1), Fixed(model.fit.pass.token_ms, 4),
         Fixed(100 * model.fit.line_rms, 1) + " %", Fixed(100 * model.fit.line_worst, 1) + " %",
         Fixed(model.fit.least_requests, 0) + " to " + Fixed(model.fit.most_requests, 0),
         "up to " + Fixed(model.most_tokens_fitted, 0),
         "up to " + Fixed(model.most_tokens_predicted, 0)});
  }
  document.push_back(std::move(table));
  Say(document,
      "A pass of B tokens takes t0 + b B. Both are fitted, neither is derived from hardware; on "
      "MTP-1's data B is always 2 R, so tokens and requests are not told apart.");
}

void AddConcurrency(const ModelStudy& model, Document& document) {
  document.push_back(Heading{2, model.name + ": throughput at equal concurrency (Figure 8)"});
  Table speed{{Right("requests"), Right("MTP-1"), Right("DSpark"), Right("predicted"),
               Right("error"), Right("p10 / p50 / p90"), Right("all 5")},
              {}};
  Table budget{{Right("requests"), Right("budget"), Right("predicted"), Right("p10 / p50 / p90")},
               {}};
  for (const ConcurrencyRow& row : model.by_concurrency) {
    const std::string requests = std::to_string(row.requests);
    speed.rows.push_back({requests, Fixed(row.mtp1_published, 0), Fixed(row.published, 0),
                          Fixed(row.predicted, 0), Signed(row.predicted / row.published - 1, 1),
                          BandText(row.band, 0), Fixed(row.all_five, 0)});
    budget.rows.push_back({requests, row.budget_published ? Fixed(*row.budget_published, 2) : "n/a",
                           Fixed(row.budget, 2), BandText(row.budget_band, 2)});
  }
  document.push_back(std::move(speed));
  Say(document,
      "MTP-1 and DSpark: published, output tokens/s of a GPU. predicted: clock virtual. all 5: "
      "predicted without a scheduler.");
  document.push_back(std::move(budget));
  Say(document, "budget: published, tokens verified a request and step, anchor included.");
  Say(document, "throughput: bias " + Signed(model.throughput_bias, 1) + ", RMS " +
                    Fixed(100 * model.throughput_rms, 1) + " %, bias over the draws " +
                    Signed(model.throughput_bias_band.p10, 1) + " / " +
                    Signed(model.throughput_bias_band.p50, 1) + " / " +
                    Signed(model.throughput_bias_band.p90, 1) + "; budget: bias " +
                    Fixed(model.budget_bias, 2) + ", RMS " + Fixed(model.budget_rms, 2) +
                    " tokens, over the draws " + BandText(model.budget_bias_band, 2));
  Say(document, model.all_five_loses_at
                    ? "all 5 is under MTP-1 from " + std::to_string(*model.all_five_loses_at) +
                          " requests on (of a grid of loads), as the paper says of static "
                          "multi-token drafting."
                    : "all 5 stays above MTP-1 up to 400 requests.");
}

void AddLevels(const ModelStudy& model, Document& document) {
  document.push_back(Heading{2, model.name + ": user speed at MTP-1's throughput (Figure 7)"});
  Table matched{{Right("tokens/s of a GPU"), Right("as printed"), Right("published"),
                 Right("predicted"), Right("p10 / p50 / p90")},
                {}};
  for (const MatchedRow& row : model.matched) {
    matched.rows.push_back({Fixed(row.tokens_per_s, 0), Signed(row.label_pct / 100),
                            Signed(row.published - 1, 1), Signed(row.predicted - 1, 1),
                            GainBand(row.band)});
  }
  document.push_back(std::move(matched));
  document.push_back(Heading{2, model.name + ": throughput at a fixed user speed (Figure 7)"});
  Table sla{{Right("tokens/s a user"), Right("as printed"), Right("predicted"),
             Right("p10 / p50 / p90"), Right("amplification")},
            {}};
  for (const SlaRow& row : model.sla) {
    const bool wall = row.amplification > kWall;
    sla.rows.push_back({Fixed(row.user_tokens_per_s, 0), Signed(row.label_pct / 100),
                        wall ? "at the wall" : Signed(row.predicted - 1, 1),
                        wall ? "at the wall" : GainBand(row.band),
                        AmplificationText(row.amplification)});
  }
  document.push_back(std::move(sla));
  Say(document,
      "amplification: 1 / (1 - x), x = t0 TPS / tau of MTP-1: a relative error of its step time or "
      "length comes back so many times in the load at that speed. Beyond 10 the ratio says how "
      "near "
      "MTP-1 is to its wall and nothing of DSpark.");
}

void AddSeeds(const std::vector<ModelStudy>& models, Document& document) {
  document.push_back(Heading{2, "The paper's claims by name"});
  Table table{
      {Left("claim"), Right("paper"), Right("here"), Right("p10 to p90"), Left("what is compared")},
      {}};
  for (const ModelStudy& model : models) {
    double low = 1e9, high = 0, here_low = 1e9, here_high = 0, band_low = 1e9, band_high = 0;
    for (const MatchedRow& row : model.matched) {
      low = std::min(low, row.label_pct), high = std::max(high, row.label_pct);
      here_low = std::min(here_low, row.predicted), here_high = std::max(here_high, row.predicted);
      band_low = std::min(band_low, row.band.p10), band_high = std::max(band_high, row.band.p90);
    }
    table.rows.push_back({"user speed, " + model.name,
                          "+" + Fixed(low, 0) + " to +" + Fixed(high, 0) + " %",
                          Signed(here_low - 1) + " to " + Signed(here_high - 1),
                          Signed(band_low - 1) + " to " + Signed(band_high - 1),
                          "predicted from MTP-1 alone, at its throughput"});
  }
  for (const auto& [drafter, claim] :
       {std::pair<const char*, const char*>{"eagle3", "+26.7 to +30.9 %"},
        {"dflash", "+16.3 to +18.4 %"}}) {
    double low = 1e9, high = 0;
    for (const char* target : {"Qwen3-4B", "Qwen3-8B", "Qwen3-14B"}) {
      const double ratio = FindPaperLength(target, "dspark")->Mean("all") /
                           FindPaperLength(target, drafter)->Mean("all");
      low = std::min(low, ratio), high = std::max(high, ratio);
    }
    table.rows.push_back({std::string("accepted length over ") + drafter, claim,
                          Signed(low - 1, 1) + " to " + Signed(high - 1, 1), "",
                          "means over Table 1's nine data sets, Qwen3 targets"});
  }
  document.push_back(std::move(table));
}

void AddServing(const PublishedServing& serving, const ServingStudy& study, Document& document) {
  document.push_back(Heading{2, serving.name + ": fitted to the arm without speculation"});
  Say(document, "t0 " + Fixed(study.fit.pass.floor_ms, 2) + " ms, t_E " +
                    Fixed(study.fit.pass.experts_ms, 1) + " ms (" +
                    Fixed(100 * study.fit.efficiency, 0) + " % of the bandwidth), b " +
                    Fixed(study.fit.pass.token_ms, 4) + " ms/token, worst point " +
                    Fixed(100 * study.fit.worst, 1) + " %. Accepted lengths are inputs.");
  std::vector<double> loads;
  for (const ServingRow& row : study.rows) {
    if (std::find(loads.begin(), loads.end(), row.concurrency) == loads.end()) {
      loads.push_back(row.concurrency);
    }
  }
  Table table{{Left("error of tokens/s a user")}, {}};
  for (const double load : loads) {
    table.columns.push_back({.title = Fixed(load, 0) + " users", .left = false});
  }
  const auto add = [&](const std::vector<ServingRow>& rows, const std::string& note) {
    for (size_t i = 0; i < rows.size(); i += loads.size()) {
      std::vector<std::string> cells = {rows[i].arm + note};
      for (size_t k = 0; k < loads.size(); ++k) cells.push_back(Signed(rows[i + k].error()));
      table.rows.push_back(std::move(cells));
    }
  };
  add(study.rows, "");
  add(study.rows_without, ", coverage off");
  document.push_back(std::move(table));
  Say(document, "RMS " + Fixed(100 * RmsError(study.rows), 1) +
                    " %; without the expert-coverage "
                    "term " +
                    Fixed(100 * RmsError(study.rows_without), 1) + " %.");
}

void AddDisagreements(const PublishedProduction& published, Document& document) {
  document.push_back(Heading{2, "Where the paper's text and figures disagree"});
  Table table{{Left("what"), Left("text"), Left("figure")}, {}};
  for (const Disagreement& row : published.disagreements) {
    table.rows.push_back({row.what, row.text, row.figure});
  }
  document.push_back(std::move(table));
}

void AddLimits(Document& document) {
  document.push_back(Heading{2, "What this does not say"});
  for (const char* text :
       {"tokens/s of anybody's service from first principles: GPU type, parallel layout, context "
        "and "
        "prompt mix are not published, and t0 and b are fitted",
        "that +661 % or +406 % is reproduced, or that Figure 7 is a frontier of hardware",
        "that the constants carry over to another machine, engine or layout, or past the graph "
        "limit",
        "that output is lossless or good: tokens are not simulated, acceptance is an input",
        "time to first token, prefill or memory limits: none is in these figures"}) {
    Say(document, std::string("- ") + text);
  }
}

}  // namespace

std::string AmplificationText(double amplification) {
  return amplification > kWall ? "at the wall" : Fixed(amplification, 1);
}

Document PaperDocument(const PublishedProduction& published, const StudyOptions& options,
                       const std::vector<ModelStudy>& models, const PublishedServing& serving,
                       const ServingStudy& study) {
  Document document;
  document.push_back(Heading{1, "DSpark in production, from MTP-1 alone (clock virtual)"});
  Say(document, published.source);
  Say(document,
      "Inputs that the telemetry does not have: MTP-1 " + Fixed(options.inputs.mtp1_length, 2) +
          " and DSpark " + Fixed(options.inputs.accepted_length, 2) +
          " tokens a round (published for V4-Pro on other work), kd " +
          Fixed(options.inputs.draft_multiplier, 1) +
          " x the drafter's share of the layers. Bands: " + std::to_string(options.num_draws) +
          " draws.");
  for (const InputRange& range : InputRanges()) {
    Say(document, std::string("- ") + range.what + ": " + Fixed(range.low, 2) + " to " +
                      Fixed(range.high, 2));
  }
  AddSeeds(models, document);
  AddFits(models, document);
  for (const ModelStudy& model : models) {
    AddConcurrency(model, document);
    AddLevels(model, document);
  }
  AddServing(serving, study, document);
  AddDisagreements(published, document);
  AddLimits(document);
  return document;
}

}  // namespace dsb
