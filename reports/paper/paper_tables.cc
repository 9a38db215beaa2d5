#include "reports/paper/paper_tables.h"

#include <algorithm>
#include <string>

#include "reports/model/scopes.h"
#include "reports/text/number_text.h"
#include "results/metrics/paired_table.h"
#include "results/run_facts.h"

namespace dsb {
namespace {

constexpr std::array<const char*, 4> kScopes = {"domain:math", "domain:code", "domain:chat", "all"};

std::vector<const ReportArm*> DraftingArms(const ReportSet& set) {
  std::vector<const ReportArm*> arms;
  for (const ReportArm& arm : set.arms) {
    if (!IsBaseline(arm.data->run)) arms.push_back(&arm);
  }
  return arms;
}

const ReportArm* FirstDSpark(const std::vector<const ReportArm*>& arms) {
  const auto found = std::find_if(arms.begin(), arms.end(), [](const ReportArm* arm) {
    return arm->data->run.drafter == "dspark";
  });
  return found == arms.end() ? nullptr : *found;
}

bool HasScope(const ReportSet& set, const std::string& scope) {
  return std::any_of(set.arms.begin(), set.arms.end(), [&scope](const ReportArm& arm) {
    return std::find(arm.scopes.begin(), arm.scopes.end(), scope) != arm.scopes.end();
  });
}

std::string Conditional(const ReportArm& arm, const std::string& scope, int64_t k) {
  const MetricRecord* record = arm.Find("conditional_acceptance", PositionScope(scope, k));
  return record == nullptr ? "" : FixedOr(record->estimate.value, 3);
}

}  // namespace

std::vector<PaperLengthRow> PaperLengthRows(const ReportSet& set, const MetricOptions& options) {
  std::vector<PaperLengthRow> rows;
  const std::vector<const ReportArm*> arms = DraftingArms(set);
  const ReportArm* dspark = FirstDSpark(arms);
  const PaperAcceptedLength* paper_dspark = FindPaperLength(kPaperTarget, "dspark");
  for (const char* scope : kScopes) {
    if (!HasScope(set, scope)) continue;
    for (const ReportArm* arm : arms) {
      PaperLengthRow& row = rows.emplace_back();
      row.domain = ScopeTitle(scope);
      row.arm = arm;
      row.here = arm->Find("accepted_length", scope);
      if (const auto* paper = FindPaperLength(kPaperTarget, arm->data->run.drafter)) {
        row.paper = paper->Mean(row.domain);
        if (paper != paper_dspark) row.paper_ratio = paper_dspark->Mean(row.domain) / *row.paper;
      }
      if (dspark == nullptr || arm == dspark) continue;
      const PairedTable pairs(arm->data, dspark->data, scope, options.bootstrap);
      row.ratio = pairs.Ratio("accepted_length");
      row.speed_ratio = pairs.Ratio("user_decode_tokens_per_s");
    }
  }
  return rows;
}

Table PaperLengthTable(const std::vector<PaperLengthRow>& rows) {
  Table table{.columns = {{"domain", true},
                          {"drafter", true},
                          {"paper, 7 drafts"},
                          {"DSpark / it"},
                          {"here"},
                          {"DSpark / it"},
                          {"in tokens/s"}},
              .rows = {}};
  for (const PaperLengthRow& row : rows) {
    const auto ratio = [](const std::optional<PairedEstimate>& estimate) {
      return estimate ? WithInterval(estimate->ratio, 3) : "";
    };
    table.rows.push_back({row.domain, row.arm->name, row.paper ? Fixed(*row.paper, 2) : "",
                          row.paper_ratio ? Fixed(*row.paper_ratio, 3) : "",
                          WithInterval(row.here, 2), ratio(row.ratio), ratio(row.speed_ratio)});
  }
  return table;
}

Table PaperPositionTable(const ReportSet& set) {
  Table table{.columns = {{"domain", true}, {"drafter", true}, {"from", true}}, .rows = {}};
  for (int k = 1; k <= 7; ++k) table.columns.push_back({std::to_string(k)});
  for (const char* scope : kScopes) {
    if (!HasScope(set, scope)) continue;
    const std::string domain = ScopeTitle(scope);
    for (const ReportArm* arm : DraftingArms(set)) {
      for (const PaperConditional& paper : PaperFigure2()) {
        if (paper.domain != domain || paper.drafter != arm->data->run.drafter) continue;
        std::vector<std::string> row = {domain, std::string(paper.drafter), "paper"};
        for (const double value : paper.by_position) row.push_back(Fixed(value, 3));
        table.rows.push_back(std::move(row));
      }
      std::vector<std::string> row = {domain, arm->name, "here"};
      for (int64_t k = 1; k <= 7; ++k) row.push_back(Conditional(*arm, scope, k));
      table.rows.push_back(std::move(row));
    }
  }
  return table;
}

Table PaperSeriesTable(const ReportSet& set, std::span<const PaperSeriesPoint> series) {
  Table table{
      .columns = {{"from", true}, {"series", true}, {"drafts"}, {"math"}, {"code"}, {"chat"}},
      .rows = {}};
  for (const PaperSeriesPoint& point : series) {
    std::vector<std::string> row = {"paper", std::string(point.series),
                                    std::to_string(point.draft_length)};
    for (const double value : point.accepted_length) row.push_back(Fixed(value, 2));
    table.rows.push_back(std::move(row));
  }
  for (const ReportArm* arm : DraftingArms(set)) {
    std::string name = arm->name;
    const auto file = arm->data->artifacts.find("drafter");
    if (file != arm->data->artifacts.end()) name += " (" + file->second.name + ")";
    std::vector<std::string> row = {"here", name, std::to_string(arm->data->run.draft_length)};
    for (size_t i = 0; i < 3; ++i) {
      row.push_back(WithInterval(arm->Find("accepted_length", kScopes[i]), 2));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

Document PaperSection(const ReportSet& set, const MetricOptions& options) {
  if (DraftingArms(set).empty()) return {};
  Document section;
  section.emplace_back(Heading{2, "Beside the paper"});
  section.emplace_back(
      Line{"The paper's figures are of " + std::string(kPaperTarget) +
           ", temperature 1, blocks of 7, 5-layer DSpark and DFlash, 1-layer Eagle3, trained on "
           "1.3 M samples. Targets, drafters and prompts differ here: compare ratios and "
           "shapes. Accepted length counts the bonus token."});
  section.emplace_back(
      Line{"Table 1: mean over the three data sets of a domain. DSpark / it: paired by prompt."});
  section.emplace_back(PaperLengthTable(PaperLengthRows(set, options)));
  section.emplace_back(Line{"Figure 2: acceptance at position k given that k - 1 were accepted."});
  section.emplace_back(PaperPositionTable(set));
  section.emplace_back(Line{"Figure 3: depth."});
  section.emplace_back(PaperSeriesTable(set, PaperFigure3()));
  section.emplace_back(
      Line{"Figure 4: draft length (the paper's axis counts the anchor, this column does not)."});
  section.emplace_back(PaperSeriesTable(set, PaperFigure4()));
  return section;
}

}  // namespace dsb
