#include "reports/report/figures.h"

#include "reports/text/number_text.h"
#include "results/run_facts.h"

namespace dsb {
namespace {

constexpr double kMs = 1e-6, kPercent = 100;

constexpr Figure kLatency[] = {
    {"TTFT p50", "ttft_p50", 1, kMs},
    {"TTFT p90", "ttft_p90", 1, kMs},
    {"E2E p50", "e2e_p50", 1, kMs},
    {"E2E p90", "e2e_p90", 1, kMs},
    {"slow tokens/s", "slow_user_tokens_per_s", 1},
    {"stall 10/s %", "stall_fraction_10", 1, kPercent},
    {"stall 30/s %", "stall_fraction_30", 1, kPercent},
};

constexpr Figure kDrafts[] = {
    {"verified/round", "budget", 2},
    {"drafts used %", "draft_utilisation", 1, kPercent, true},
    {"wasted %", "wasted_verify", 1, kPercent},
    {"ms/round", "step_time", 2, kMs},
    {"CPU busy %", "parallel_efficiency", 1, kPercent, false, true},
    {"decoding users", "mean_decode_concurrency", 2},
};

const ReportArm& ArmOf(const ReportSet& set, size_t i, const Figure& figure) {
  return figure.of_watched ? set.TimesOf(i) : set.arms[i];
}

}  // namespace

Table FigureTable(const ReportSet& set, std::span<const Figure> figures) {
  Table table;
  table.columns = {{"arm", true}};
  for (const Figure& figure : figures) table.columns.push_back({figure.title, false});
  for (size_t i = 0; i < set.arms.size(); ++i) {
    std::vector<std::string> row{TimedName(set.arms[i])};
    for (const Figure& figure : figures) {
      const auto value = ArmOf(set, i, figure).ValueOf(figure.metric, "all");
      const bool idle = !value && figure.of_drafts && IsBaseline(set.arms[i].data->run);
      row.push_back(idle ? "-" : FixedOr(value, figure.decimals, figure.scale));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

std::vector<Gap> GapsOf(const ReportSet& set, std::span<const Figure> figures) {
  std::vector<Gap> gaps;
  for (size_t i = 0; i < set.arms.size(); ++i) {
    for (const Figure& figure : figures) {
      const ReportArm& arm = ArmOf(set, i, figure);
      if (arm.ValueOf(figure.metric, "all")) continue;
      if (figure.of_drafts && IsBaseline(set.arms[i].data->run)) continue;
      gaps.push_back({set.arms[i].name, figure.title, WhyMissing(arm, figure.metric, "all")});
    }
  }
  return gaps;
}

std::span<const Figure> LatencyFigures() { return kLatency; }
std::span<const Figure> DraftFigures() { return kDrafts; }

}  // namespace dsb
