#include <algorithm>
#include <map>

#include "base/counted.h"
#include "reports/charts/charts.h"
#include "results/metrics/selection.h"
#include "results/metrics/speed.h"
#include "results/run_facts.h"

namespace dsb {
namespace {

constexpr size_t kMostPoints =
    1200;  // of one chart: more are a blot, and a file that nobody can mail

std::string NameOf(const RequestRow& row) {
  std::string name = row.prompt.item_key;
  if (row.prompt.turn > 0) name += " turn " + std::to_string(row.prompt.turn + 1);
  if (row.request.repeat > 0) name += " repeat " + std::to_string(row.request.repeat + 1);
  return name;
}

struct Timed {
  const RequestRow* row;
  RequestTiming timing;
  double tokens_per_s() const {
    return static_cast<double>(timing.decode_tokens) / static_cast<double>(timing.decode_ns) * 1e9;
  }
};

std::vector<Timed> TimedRequests(const ReportArm& arm) {
  std::vector<Timed> timed;
  for (const RequestRow* row : Select(arm.data).timing) {
    const std::optional<RequestTiming> timing = TimingOf(row->request);
    if (timing && timing->decode_ns > 0) timed.push_back({row, *timing});
  }
  return timed;
}

// Every how many points one is drawn, so that all series together have at most kMostPoints.
size_t Every(size_t num_points) { return (num_points + kMostPoints - 1) / kMostPoints; }

std::string ThinnedWords(size_t every) {
  return every <= 1 ? "" : " Drawn: one of " + std::to_string(every) + " requests.";
}

}  // namespace

Charts ProgressionChart(const ReportSet& set, const ArmList& arms) {
  Chart chart{.id = "progression",
              .title = "Speed in the order of the run",
              .x = {.title = "request, in the order of finishing", .decimals = 0},
              .y = {.title = "tokens/s of the request"}};
  chart.y.decimals = 1;
  std::vector<std::vector<Timed>> by_arm;
  std::vector<int64_t> ids;
  for (const ReportArm& arm : set.arms) {
    by_arm.push_back(TimedRequests(arm));
    for (const Timed& timed : by_arm.back()) ids.push_back(timed.row->id);
  }
  std::sort(ids.begin(), ids.end());
  const size_t every = Every(ids.size());
  for (size_t i = 0; i < by_arm.size(); ++i) {
    ChartSeries series{.name = set.arms[i].name, .arm = arms.IndexOf(set.arms[i].name)};
    for (size_t r = 0; r < by_arm[i].size(); r += every) {
      const Timed& timed = by_arm[i][r];
      const auto place = std::lower_bound(ids.begin(), ids.end(), timed.row->id) - ids.begin();
      series.points.push_back({.x = {.value = static_cast<double>(place + 1)},
                               .y = {.value = timed.tokens_per_s()},
                               .label = NameOf(*timed.row)});
    }
    if (!series.points.empty()) chart.series.push_back(std::move(series));
  }
  chart.caption =
      "Arms are interleaved, so a machine that slows down bends all of them at one place; an arm "
      "that bends alone is not to be trusted." +
      ThinnedWords(every);
  return chart.series.empty() ? Charts{} : Charts{chart};
}

Charts PromptChart(const ReportSet& set, const ArmList& arms) {
  Chart chart{.id = "prompts",
              .title = "Each prompt, plain against the arm",
              .x = {.title = "plain decoding, tokens/s"},
              .y = {.title = "the arm, tokens/s"}};
  chart.x.decimals = chart.y.decimals = 1;
  chart.guides.push_back({.slope = 1, .label = "1\u00d7", .strong = true});
  for (const double slope : {0.5, 1.5, 2.0, 3.0}) {
    char text[16];
    std::snprintf(text, sizeof text, "%g\u00d7", slope);
    chart.guides.push_back({.slope = slope, .label = text});
  }
  using Key = std::tuple<std::string, int64_t, int64_t>;
  const auto key = [](const RequestRow& row) {
    return Key{row.prompt.item_key, row.prompt.turn, row.request.repeat};
  };
  std::map<size_t, std::map<Key, double>> plain;
  size_t num_points = 0;
  for (const ReportComparison& comparison : set.comparisons) {
    auto& speeds = plain[comparison.baseline];
    if (speeds.empty()) {
      for (const Timed& timed : TimedRequests(set.arms[comparison.baseline])) {
        speeds[key(*timed.row)] = timed.tokens_per_s();
      }
    }
    num_points += speeds.size();
  }
  const size_t every = Every(num_points);
  for (const ReportComparison& comparison : set.comparisons) {
    const ReportArm& arm = set.arms[comparison.candidate];
    const auto& speeds = plain[comparison.baseline];
    ChartSeries series{.name = arm.name, .arm = arms.IndexOf(arm.name)};
    size_t count = 0;
    for (const Timed& timed : TimedRequests(arm)) {
      const auto found = speeds.find(key(*timed.row));
      if (found == speeds.end() || count++ % every != 0) continue;
      series.points.push_back({.x = {.value = found->second},
                               .y = {.value = timed.tokens_per_s()},
                               .label = NameOf(*timed.row)});
    }
    if (!series.points.empty()) chart.series.push_back(std::move(series));
  }
  chart.caption =
      "A point a prompt and arm; above the dark ray the arm was faster." + ThinnedWords(every);
  return chart.series.empty() ? Charts{} : Charts{chart};
}

namespace {

Chart Distribution(const ReportSet& set, const ArmList& arms, Chart chart,
                   std::optional<double> (*value)(const RequestTiming&)) {
  constexpr size_t kMostSteps = 200;
  chart.y = {.title = "% of the requests", .lo = 0, .hi = 100, .decimals = 0};
  for (const ReportArm& arm : set.arms) {
    std::vector<double> values;
    for (const RequestRow* row : Select(arm.data).timing) {
      const std::optional<RequestTiming> timing = TimingOf(row->request);
      if (!timing) continue;
      if (const std::optional<double> ms = value(*timing); ms) values.push_back(*ms);
    }
    std::sort(values.begin(), values.end());
    const size_t every = (values.size() + kMostSteps - 1) / kMostSteps;
    ChartSeries series{.name = arm.name, .arm = arms.IndexOf(arm.name), .mark = ChartMark::kSteps};
    for (size_t i = 0; i < values.size(); ++i) {
      if ((i + 1) % every != 0 && i + 1 != values.size()) continue;
      const double share = 100 * static_cast<double>(i + 1) / static_cast<double>(values.size());
      series.points.push_back({.x = {.value = values[i]}, .y = {.value = share}});
    }
    if (!series.points.empty()) chart.series.push_back(std::move(series));
  }
  return chart;
}

}  // namespace

Charts LatencyCharts(const ReportSet& set, const ArmList& arms) {
  Charts charts{
      Distribution(set, arms,
                   {.id = "ttft",
                    .title = "Time to the first token",
                    .caption = "Share of the requests that had their first token by then.",
                    .x = {.title = "ms", .log = true}},
                   [](const RequestTiming& timing) {
                     return std::optional(static_cast<double>(timing.ttft_ns) * 1e-6);
                   }),
      Distribution(set, arms,
                   {.id = "tpot",
                    .title = "Time per token after the first",
                    .caption = "Share of the requests whose tokens came at least that fast.",
                    .x = {.title = "ms/token", .log = true}},
                   [](const RequestTiming& timing) -> std::optional<double> {
                     const std::optional<double> tpot = timing.tpot();
                     return tpot ? std::optional(*tpot * 1e-6) : std::nullopt;
                   })};
  std::erase_if(charts, [](const Chart& chart) { return chart.series.empty(); });
  return charts;
}

}  // namespace dsb
