#include "reports/charts/charts.h"
#include "reports/paper/paper_curves.h"
#include "reports/paper/paper_values.h"
#include "results/run_facts.h"

namespace dsb {
namespace {

constexpr const char* kDomains[] = {"math", "code", "chat"};
constexpr const char* kElsewhere =
    " Dashed: the paper. It differs in target (Qwen3-4B), drafters, prompts and machine: compare "
    "shapes and ratios, not heights.";

ChartSeries Published(std::string name, size_t place) {
  return {.name = std::move(name) + ", paper",
          .published = true,
          .part = place,
          .mark = ChartMark::kLine};
}

void AddCurves(int figure, std::string_view panel, Chart* chart) {
  size_t place = 0;
  for (const PaperCurve& curve : PaperCurves()) {
    if (curve.figure != figure || curve.panel != panel) continue;
    ChartSeries series = Published(std::string(curve.series), ++place);
    for (const PaperPoint& point : curve.points) {
      series.points.push_back({.x = {.value = point.x}, .y = {.value = point.y}});
    }
    chart->series.push_back(std::move(series));
  }
}

// The arms that have `metric` in `scope`, each at its own x.
template <typename XOf>
void AddArms(const ReportSet& set, const ArmList& arms, const std::string& metric,
             const std::string& scope, double scale, XOf x_of, Chart* chart) {
  for (const ReportArm& arm : set.arms) {
    const MetricRecord* const record = arm.Find(metric, scope);
    const std::optional<double> x = x_of(arm);
    if (!x || record == nullptr || !record->estimate.value) continue;
    ChartSeries series{.name = arm.name, .arm = arms.IndexOf(arm.name)};
    series.points.push_back({.x = {.value = *x}, .y = ValueOf(record->estimate, scale)});
    if (scale == 1) series.points.back().figure = FigureKey(arm, metric, scope);
    chart->series.push_back(std::move(series));
  }
}

std::optional<double> DraftLengthOf(const ReportArm& arm) {
  if (IsBaseline(arm.data->run)) return std::nullopt;
  return static_cast<double>(arm.data->run.draft_length);
}

// Table 1 and Figure 3: accepted length, a place a domain.
template <typename Rows, typename NameOf, typename ValueIn>
Chart ByDomain(const ReportSet& set, const ArmList& arms, Chart chart, const Rows& rows,
               NameOf name_of, ValueIn value_in) {
  chart.x.categories.assign(std::begin(kDomains), std::end(kDomains));
  chart.y = {.title = "tokens a round", .lo = 1, .decimals = 3};
  size_t place = 0;
  for (const auto& row : rows) {
    const std::string name = name_of(row);
    if (name.empty()) continue;
    ChartSeries series = Published(name, ++place);
    for (size_t d = 0; d < 3; ++d) {
      series.points.push_back(
          {.x = {.value = static_cast<double>(d)}, .y = {.value = value_in(row, d)}});
    }
    chart.series.push_back(std::move(series));
  }
  for (const ReportArm& arm : set.arms) {
    if (IsBaseline(arm.data->run)) continue;
    ChartSeries series{.name = arm.name, .arm = arms.IndexOf(arm.name)};
    for (size_t d = 0; d < 3; ++d) {
      const std::string scope = std::string("domain:") + kDomains[d];
      const MetricRecord* const metric = arm.Find("accepted_length", scope);
      if (metric == nullptr || !metric->estimate.value) continue;
      series.points.push_back({.x = {.value = static_cast<double>(d)},
                               .y = ValueOf(metric->estimate),
                               .figure = FigureKey(arm, "accepted_length", scope)});
    }
    if (!series.points.empty()) chart.series.push_back(std::move(series));
  }
  chart.caption += kElsewhere;
  return chart;
}

Charts DraftLengthCharts(const ReportSet& set, const ArmList& arms) {
  Charts charts;
  for (size_t d = 0; d < 3; ++d) {
    const std::string domain = kDomains[d];
    Chart chart{
        .id = "paper-figure-4-" + domain,
        .title = "Figure 4: draft length, " + domain,
        .caption = "Accepted length. The paper's axis counts the anchor, this one does not.",
        .x = {.title = "drafts a block", .decimals = 0},
        .y = {.title = "tokens a round", .decimals = 3}};
    size_t place = 0;
    for (const PaperSeriesPoint& point : PaperFigure4()) {
      const std::string name = std::string(point.series) + ", paper";
      if (chart.series.empty() || chart.series.back().name != name) {
        chart.series.push_back(Published(std::string(point.series), ++place));
      }
      chart.series.back().points.push_back({.x = {.value = static_cast<double>(point.draft_length)},
                                            .y = {.value = point.accepted_length[d]}});
    }
    AddArms(set, arms, "accepted_length", "domain:" + domain, 1, DraftLengthOf, &chart);
    chart.caption += kElsewhere;
    charts.push_back(std::move(chart));
  }
  Chart latency{
      .id = "paper-figure-4-latency",
      .title = "Figure 4: time of a round",
      .caption = "The paper: 128 users on a GPU, context averaged over 512 to 4096 tokens.",
      .x = {.title = "drafts a block", .decimals = 0},
      .y = {.title = "ms/round", .log = true, .decimals = 3}};
  AddCurves(4, "latency", &latency);
  AddArms(set, arms, "step_time", "all", 1e-6, DraftLengthOf, &latency);
  latency.caption += kElsewhere;
  charts.push_back(std::move(latency));
  return charts;
}

Charts ThresholdCharts(const ReportSet& set, const ArmList& arms) {
  Charts charts;
  const auto threshold = [](const ReportArm& arm) { return ConfigOf(arm.data->run).threshold; };
  for (const char* domain : kDomains) {
    Chart chart{
        .id = std::string("paper-figure-5-") + domain,
        .title = std::string("Figure 5: confidence threshold, ") + domain,
        .caption = "Tokens verified and accepted a step; arms of a threshold policy at theirs.",
        .x = {.title = "threshold", .lo = 0, .hi = 1},
        .y = {.title = "tokens a step", .lo = 0, .decimals = 3}};
    AddCurves(5, domain, &chart);
    for (const char* metric : {"budget", "accepted_length"}) {
      AddArms(set, arms, metric, std::string("domain:") + domain, 1, threshold, &chart);
    }
    chart.caption += kElsewhere;
    charts.push_back(std::move(chart));
  }
  return charts;
}

}  // namespace

Charts PaperCharts(const ReportSet& set, const ArmList& arms) {
  Charts charts;
  charts.push_back(ByDomain(
      set, arms,
      {.id = "paper-table-1",
       .title = "Table 1: accepted length",
       .caption = "Means over a domain's data sets, drafts of 7, temperature 1."},
      PaperTable1(),
      [](const PaperAcceptedLength& row) {
        return row.target == "Qwen3-4B" ? std::string(row.drafter) : std::string();
      },
      [](const PaperAcceptedLength& row, size_t d) { return row.Mean(kDomains[d]); }));
  charts.push_back(ByDomain(
      set, arms,
      {.id = "paper-figure-3",
       .title = "Figure 3: depth of the drafter",
       .caption = "Drafts of 7, temperature 1."},
      PaperFigure3(), [](const PaperSeriesPoint& row) { return std::string(row.series); },
      [](const PaperSeriesPoint& row, size_t d) { return row.accepted_length[d]; }));
  for (Chart& chart : DraftLengthCharts(set, arms)) charts.push_back(std::move(chart));
  for (Chart& chart : ThresholdCharts(set, arms)) charts.push_back(std::move(chart));
  for (Chart& chart : ReliabilityCharts(set, arms)) {
    const std::string position = chart.title.substr(chart.title.find("position"));
    Chart beside{
        .id = "paper-figure-6-" + position.substr(9),
        .title = "Figure 6: reliability, " + position,
        .caption = "The paper's before and after sequential temperature scaling, on Alpaca.",
        .x = chart.x,
        .y = chart.y,
        .guides = chart.guides};
    AddCurves(6, position, &beside);
    for (ChartSeries& series : chart.series) beside.series.push_back(std::move(series));
    beside.caption += kElsewhere;
    charts.push_back(std::move(beside));
  }
  return charts;
}

Charts PaperLoadCharts(const Charts& own) {
  Charts charts;
  for (const std::string target : {"V4-Flash", "V4-Pro"}) {
    const std::string at =
        "The paper: DeepSeek-" + target +
        " on its servers under live traffic, drafts of 5 against MTP-1; fitted lines.";
    const auto add = [&](std::string id, std::string title, int figure, const std::string& panel,
                         ChartAxis x, ChartAxis y, size_t ours) {
      Chart chart{.id = id + (target == "V4-Pro" ? "-pro" : "-flash"),
                  .title = title + ", " + target,
                  .caption = at,
                  .x = std::move(x),
                  .y = std::move(y)};
      AddCurves(figure, panel, &chart);
      if (ours < own.size()) {
        for (const ChartSeries& series : own[ours].series) {
          chart.series.push_back(series);
          chart.series.back().mark = ChartMark::kPoints;
        }
        chart.caption += kElsewhere;
      }
      charts.push_back(std::move(chart));
    };
    const ChartAxis throughput{.title = "tokens/s of a device", .log = true, .decimals = 1};
    const ChartAxis in_flight{.title = "requests at once", .lo = 0, .decimals = 1};
    add("paper-figure-7", "Figure 7: throughput against speed", 7, target,
        {.title = "tokens/s of a user", .decimals = 1}, throughput, 0);
    add("paper-figure-8-throughput", "Figure 8: throughput", 8, target + " throughput", in_flight,
        throughput, 1);
    add("paper-figure-8-budget", "Figure 8: budget", 8, target + " budget", in_flight,
        {.title = "tokens verified a round", .lo = 1}, 2);
  }
  return charts;
}

}  // namespace dsb
