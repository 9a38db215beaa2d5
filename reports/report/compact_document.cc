#include "reports/report/compact_document.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/counted.h"
#include "reports/report/conclusion.h"
#include "reports/report/depth_section.h"
#include "reports/report/load_section.h"
#include "reports/report/report_document.h"
#include "reports/text/number_text.h"
#include "results/run_facts.h"

namespace dsb {
namespace {

std::vector<double> AcceptanceByPosition(const ReportArm& arm) {
  std::vector<double> shares;
  for (int64_t k = 1;; ++k) {
    const std::optional<double> share =
        arm.ValueOf("conditional_acceptance", PositionScope("all", k));
    if (!share) return shares;
    shares.push_back(*share);
  }
}

// Narrow enough for 60 columns.
Table ArmTable(const ReportSet& set) {
  Table table;
  table.columns = {
      {"arm", true}, {"length", false}, {"tokens/s", false}, {"speed-up", false}, {"drafts", true}};
  for (size_t i = 0; i < set.arms.size(); ++i) {
    const ReportArm& arm = set.arms[i];
    const ReportComparison* const comparison = set.ComparisonOf(i);
    const ArmComparison* const all = comparison == nullptr ? nullptr : comparison->Find("all");
    table.rows.push_back({TimedName(arm), FixedOr(arm.ValueOf("accepted_length", "all"), 2),
                          FixedOr(arm.ValueOf("user_decode_tokens_per_s", "all"), 1),
                          all != nullptr              ? WithInterval(all->factors.speedup.ratio, 2)
                          : IsBaseline(arm.data->run) ? "1"
                                                      : "n/a",
                          Sparkline(AcceptanceByPosition(arm))});
  }
  return table;
}

}  // namespace

std::string Sparkline(const std::vector<double>& shares) {
  constexpr std::array<const char*, 8> kHeights = {"\u2581", "\u2582", "\u2583", "\u2584",
                                                   "\u2585", "\u2586", "\u2587", "\u2588"};
  std::string line;
  for (const double share : shares) {
    line += kHeights[static_cast<size_t>(std::lround(std::clamp(share, 0.0, 1.0) * 7))];
  }
  return line;
}

Document MakeCompactDocument(const ReportModel& model) {
  Document document;
  if (model.sets.empty()) return MakeDocument(model, {});
  for (const ReportSet& set : model.sets) {
    document.emplace_back(Heading{1, TitleOf(set)});
    document.emplace_back(ArmTable(set));
    for (LabelledLine& statement : Conclude(set, model.options)) {
      document.emplace_back(std::move(statement));
    }
    for (Block& block : LoadSection(set)) document.push_back(std::move(block));
    for (Block& block : DepthSection(set)) document.push_back(std::move(block));
    document.emplace_back(Line{""});
  }
  document.emplace_back(Line{
      "length: tokens a round. tokens/s: of a user while decoding. speed-up: over plain decoding, "
      "paired by prompt. drafts: acceptance by position given all before, from 0 (\u2581) to 1 "
      "(\u2588)."});
  document.emplace_back(Line{StatisticsLine(model.options)});
  for (const std::string& run : model.left_out) {
    document.emplace_back(Line{"Left out, because this build cannot read it: " + run + "."});
  }
  if (model.num_empty_runs > 0) {
    document.emplace_back(
        Line{Counted(model.num_empty_runs, "more run") + " without a finished request left out."});
  }
  return document;
}

}  // namespace dsb
