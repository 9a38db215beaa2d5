#include "harness/prediction/whatif_command.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/json_fields.h"
#include "base/philox.h"
#include "base/text_file.h"
#include "engines/simulated/profile_cost.h"
#include "engines/simulated/smooth_cost.h"
#include "harness/backends/acceptance_spec.h"
#include "harness/machine/environment.h"
#include "harness/machine/paths.h"
#include "harness/prediction/whatif.h"
#include "reports/document/document.h"
#include "reports/text/estimate_json.h"
#include "reports/text/number_text.h"

namespace dsb {
namespace {

constexpr double kMost = 1e18;
constexpr double kLeastMultiplier = 1, kMostMultiplier = 3;  // kd of a block drafter

// The object of a list that has this name; kBadInput with all names there are.
JsonFields Named(const std::string& path, const char* list, const std::string& name,
                 const char* option) {
  const JsonFields json = JsonFields::Parse(ReadTextFile(path), path);
  std::string names;
  for (const JsonFields& row : json.Objects(list)) {
    if (row.Text("name") == name) return row;
    names += (names.empty() ? "" : ", ") + row.Text("name");
  }
  ThrowBadInput(std::string("--") + option + ": found '" + name + "', expected one of " + names);
}

struct Costs {
  std::function<std::shared_ptr<const StepCost>(int32_t, int32_t)> make;
  std::string what;  // for the heading
  int32_t most_drafts = 64;
};

Costs BoundCosts(const WhatifCommandOptions& options) {
  const JsonFields model =
      Named(PublishedPath(options.data, "models.json"), "models", options.model, "model");
  const JsonFields device =
      Named(PublishedPath(options.data, "hardware.json"), "devices", options.device, "device");
  ModelSize size;
  size.layers = static_cast<int32_t>(model.Integer("layers", 1, 10000));
  size.experts = static_cast<int32_t>(model.Integer("experts", 1, 100000));
  size.active_experts = static_cast<int32_t>(model.Integer("active_experts", 1, 100000));
  const double parts = options.devices;
  size.expert_bytes = model.Number("expert_bytes", 0, kMost) / parts;
  size.other_bytes = model.Number("other_bytes", 0, kMost) / parts;
  size.flop_per_token = model.Number("flop_per_token", 1, kMost) / parts;
  // Eight-bit weights where a model has experts (they are smaller still), else bf16.
  const bool eight_bit = size.experts > 1;
  const double tflops = device.Number(eight_bit ? "fp8_tflops" : "bf16_tflops", 0, 1e6);
  if (!(tflops > 0)) {
    ThrowBadInput("--device: " + options.device + " has no dense " + (eight_bit ? "FP8" : "bf16") +
                  " peak in hardware.json");
  }
  const SmoothPass pass =
      DataSheetBound({.memory_bytes_per_s = 1e9 * device.Number("memory_gb_per_s", 1, 1e9),
                      .flop_per_s = 1e12 * tflops},
                     size);
  const bool block = options.drafter == "dspark" || options.drafter == "dflash";
  const int32_t layers = options.draft_layers > 0 ? options.draft_layers
                         : !block                 ? 1
                         : size.experts > 1       ? 3
                                                  : 5;
  const std::string drafter = options.drafter;
  Costs costs;
  costs.what = options.model + " on " + std::to_string(options.devices) + " x " + options.device +
               ": BOUND of the data sheet, no engine is that fast";
  costs.make = [=](int32_t drafts, int32_t draw) {
    const double u = draw == kNamedCost ? 0
                                        : Uniform({.seed = 1,
                                                   .request = static_cast<uint64_t>(draw),
                                                   .purpose = RandomPurpose::kStatistics});
    const DraftShare share{
        .shape = drafts == 0           ? DraftShape::kNone
                 : drafter == "mtp1"   ? DraftShape::kMtp1
                 : drafter == "eagle3" ? DraftShape::kSerial
                                       : DraftShape::kBlock,
        .drafts = drafts,
        .layers = layers,
        .multiplier = kLeastMultiplier + u * (kMostMultiplier - kLeastMultiplier)};
    return std::shared_ptr<const StepCost>(MakeSmoothCost(pass, share, CostKind::kBound));
  };
  return costs;
}

Costs TableCosts(const WhatifCommandOptions& options) {
  const auto table = std::make_shared<const CostTable>(ReadCostTable(options.cost_table));
  if (table->conditions.drafter != options.drafter) {
    ThrowBadInput("--cost-table: " + options.cost_table + " is of drafter " +
                  table->conditions.drafter + ", expected " + options.drafter +
                  " (or name the other with --drafter)");
  }
  std::shared_ptr<const StepCost> cost = MakeProfileCost(table);
  Costs costs;
  costs.what = std::string(table->measured ? "measured: " : "published: ") +
               (table->origin.empty() ? options.cost_table : table->origin) + "; " +
               table->conditions.device_model;
  costs.most_drafts = static_cast<int32_t>(table->conditions.draft_length);
  costs.make = [cost = std::move(cost)](int32_t /*drafts*/, int32_t /*draw*/) { return cost; };
  return costs;
}

std::string Percentage(double ratio) {
  return (ratio >= 1 ? "+" : "") + Fixed(100 * (ratio - 1), 0) + " %";
}
std::string GainText(const Band& band) {
  return Percentage(band.p10) + " / " + Percentage(band.p50) + " / " + Percentage(band.p90);
}

nlohmann::ordered_json RowJson(const WhatifRow& row) {
  return {
      {"users", row.users},
      {"plain_user_tokens_per_s", row.plain},
      {"best_draft_length", row.best_drafts},
      {"best_user_tokens_per_s", row.best},
      {"best_gain", {row.best_gain.p10, row.best_gain.p50, row.best_gain.p90}},
      {"scheduled_user_tokens_per_s", row.scheduled},
      {"scheduled_gain", {row.scheduled_gain.p10, row.scheduled_gain.p50, row.scheduled_gain.p90}},
      {"verified", row.verified},
      {"accepted_length", row.accepted_length},
      {"break_even_accepted_length", row.break_even}};
}

// In words: up to which load it pays.
std::string Verdict(const std::vector<WhatifRow>& rows) {
  std::string loses;
  for (const WhatifRow& row : rows) {
    if (std::max(row.best, row.scheduled) <= row.plain * 1.0001) {
      loses += (loses.empty() ? "" : ", ") + std::to_string(row.users);
    }
  }
  return loses.empty() ? "It pays at every load of the table."
                       : "It does not pay at " + loses + " users.";
}

}  // namespace

std::string RunWhatif(const WhatifCommandOptions& options, const std::string& format, int columns) {
  const bool bound = !options.model.empty() || !options.device.empty();
  if (bound == !options.cost_table.empty()) {
    ThrowBadInput("whatif: expected --cost-table FILE, or --model NAME with --device NAME");
  }
  const Costs costs = bound ? BoundCosts(options) : TableCosts(options);
  WhatifInput input;
  input.acceptance = ParseAcceptance(options.acceptance, options.drafter).model;
  const int32_t known = std::min(input.acceptance->draft_length(), costs.most_drafts);
  const int32_t usual = options.drafter == "mtp1" ? 1 : 7;
  input.most_drafts = options.most_drafts > 0 ? options.most_drafts : std::min(known, usual);
  if (input.most_drafts > known) {
    ThrowBadInput("--most-drafts: found " + std::to_string(input.most_drafts) +
                  ", expected at most " + std::to_string(known) +
                  ", what the rounds and the costs tell of");
  }
  input.cost = costs.make;
  input.users = options.users;
  input.num_draws = options.draws;
  ThreadPool pool(ThreadsFor(options.threads));
  const std::vector<WhatifRow> rows = StudyWhatif(input, pool);
  if (format == "json") {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const WhatifRow& row : rows) list.push_back(RowJson(row));
    return Dump(nlohmann::ordered_json{{"format", "dsbench whatif"},
                                       {"format_version", 1},
                                       {"clock", "virtual"},
                                       {"costs", costs.what},
                                       {"acceptance", input.acceptance->Description()},
                                       {"rows", list}});
  }
  Document document;
  document.push_back(Heading{1, "What if: " + options.drafter + " (clock virtual)"});
  document.push_back(Line{"Costs: " + costs.what + "."});
  document.push_back(Line{"Rounds: " + input.acceptance->Description() + ", " + options.acceptance +
                          "; " + Verdict(rows)});
  Table fixed{{{.title = "users"},
               {.title = "plain"},
               {.title = "best length"},
               {.title = "tokens/s"},
               {.title = "gain p10 / p50 / p90"},
               {.title = "accepted"},
               {.title = "break-even"}},
              {}};
  Table lagged{{{.title = "users"},
                {.title = "tokens/s, lagged budget of " + std::to_string(input.most_drafts)},
                {.title = "gain p10 / p50 / p90"},
                {.title = "verified"}},
               {}};
  for (const WhatifRow& row : rows) {
    fixed.rows.push_back({std::to_string(row.users), Fixed(row.plain, 1),
                          row.best_drafts == 0 ? "none" : std::to_string(row.best_drafts),
                          Fixed(row.best, 1), GainText(row.best_gain),
                          Fixed(row.accepted_length, 2), Fixed(row.break_even, 2)});
    if (!(row.scheduled > 0)) continue;
    lagged.rows.push_back({std::to_string(row.users), Fixed(row.scheduled, 1),
                           GainText(row.scheduled_gain), Fixed(row.verified, 2)});
  }
  document.push_back(std::move(fixed));
  if (!lagged.rows.empty()) document.push_back(std::move(lagged));
  document.push_back(Line{
      "plain, tokens/s: of a user. best length: whole blocks of so many drafts. accepted: tokens a "
      "round there; break-even: the accepted length at which they are as fast as plain decoding. "
      "verified: tokens a request and step, anchor included. Bands: " +
      std::to_string(options.draws) + " draws of the rounds" +
      (bound ? ", each with drafting at 1 to 3 times its share of the layers" : "") + "."});
  document.push_back(Line{"Prefill, queues and memory are not in it."});
  return format == "markdown" ? PrintMarkdown(document) : PrintTerminal(document, columns);
}

}  // namespace dsb
