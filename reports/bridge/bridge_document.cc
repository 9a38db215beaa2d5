#include "reports/bridge/bridge_document.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "reports/text/estimate_json.h"
#include "reports/text/number_text.h"

namespace dsb {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kDecimals = 3;

std::string Interval(double value, const std::optional<double>& lo,
                     const std::optional<double>& hi) {
  std::string text = Fixed(value, kDecimals);
  if (lo && hi) text += " [" + Fixed(*lo, kDecimals) + ", " + Fixed(*hi, kDecimals) + "]";
  return text;
}

Json OneJson(const Bridge& bridge) {
  const auto& [text, waterfall] = bridge;
  Json factors = Json::array();
  for (const BridgeFactor& factor : waterfall.factors) {
    factors.push_back({{"name", factor.name},
                       {"counterfactual", factor.counterfactual},
                       {"value", factor.value},
                       {"lo", OrNull<Json>(factor.lo)},
                       {"hi", OrNull<Json>(factor.hi)},
                       {"cumulative", factor.cumulative},
                       {"share", OrNull<Json>(factor.share)}});
  }
  return {{"title", text.title},
          {"facts", text.facts},
          {"factors", factors},
          {"total", waterfall.total},
          {"lo", OrNull<Json>(waterfall.lo)},
          {"hi", OrNull<Json>(waterfall.hi)},
          {"notes", text.notes}};
}

}  // namespace

Document BridgeDocument(const Bridge& bridge) {
  const auto& [text, waterfall] = bridge;
  Document document;
  document.push_back(Heading{1, text.title});
  for (const std::string& fact : text.facts) document.push_back(Line{fact});
  Table table{{{.title = "step", .left = true},
               {.title = "factor"},
               {.title = "so far"},
               {.title = "% of the total"}},
              {}};
  for (const BridgeFactor& factor : waterfall.factors) {
    table.rows.push_back({factor.name, Interval(factor.value, factor.lo, factor.hi),
                          Fixed(factor.cumulative, kDecimals),
                          factor.share ? Fixed(100 * *factor.share, 0) : "n/a"});
  }
  table.rows.push_back({"total", Interval(waterfall.total, waterfall.lo, waterfall.hi),
                        Fixed(waterfall.total, kDecimals), "100"});
  document.push_back(std::move(table));
  document.push_back(Line{
      "factor: candidate over baseline in this world, divided by the same in the world before it; "
      "the factors multiply to the total exactly. % of the total: of its logarithm."});
  for (const BridgeFactor& factor : waterfall.factors) {
    document.push_back(Line{"- " + factor.name + ": " + factor.counterfactual});
  }
  for (const std::string& note : text.notes) document.push_back(Line{"Note: " + note});
  return document;
}

Chart BridgeChart(const Waterfall& waterfall, const std::string& id) {
  Chart chart{
      .id = id,
      .title = "From accepted length to a user's speed",
      .caption =
          "Each bar goes from the ratio before its step to the ratio with it; equal lengths "
          "are equal factors.",
      .x = {.title = "candidate / baseline", .log = true, .lo = 1, .hi = 1, .decimals = kDecimals}};
  chart.guides.push_back({.x = 1, .strong = true});
  ChartSeries steps{.name = "step", .part = 1, .mark = ChartMark::kSpans};
  ChartSeries total{.name = "total", .part = 4, .mark = ChartMark::kSpans};
  const auto add = [&](const std::string& name, double from, double to, const std::string& said,
                       ChartSeries* series) {
    const auto row = static_cast<double>(chart.y.categories.size());
    chart.y.categories.push_back(name);
    series->points.push_back(
        {.x = {.value = to, .lo = std::min(from, to), .hi = std::max(from, to)},
         .y = {.value = row},
         .label = said});
  };
  double before = 1;
  for (const BridgeFactor& factor : waterfall.factors) {
    add(factor.name, before, factor.cumulative,
        "factor " + Interval(factor.value, factor.lo, factor.hi), &steps);
    before = factor.cumulative;
  }
  add("total", 1, waterfall.total, Interval(waterfall.total, waterfall.lo, waterfall.hi), &total);
  chart.series = {std::move(steps), std::move(total)};
  return chart;
}

std::string BridgesJson(std::span<const Bridge> bridges) {
  Json list = Json::array();
  for (const Bridge& bridge : bridges) list.push_back(OneJson(bridge));
  return Dump(Json{{"format", "dsbench bridge"}, {"format_version", 2}, {"bridges", list}});
}

}  // namespace dsb
