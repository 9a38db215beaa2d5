// Our runs beside the paper's offline tables and figures: the same quantities, another target and
// other drafters, so ratios and shapes are what can be compared.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/document/document.h"
#include "reports/model/model.h"
#include "reports/paper/paper_values.h"

namespace dsb {

inline constexpr std::string_view kPaperTarget = "Qwen3-4B";  // the one that its figures show

// One drafting arm in one domain: Table 1's row of the same drafter, and DSpark over it, paired.
struct PaperLengthRow {
  std::string domain;  // math, code, chat, all
  const ReportArm* arm = nullptr;
  std::optional<double> paper, paper_ratio;   // empty where the paper has no such drafter
  const MetricRecord* here = nullptr;         // accepted_length
  std::optional<PairedEstimate> ratio;        // of accepted lengths; empty for DSpark itself
  std::optional<PairedEstimate> speed_ratio;  // of user_decode_tokens_per_s
};
std::vector<PaperLengthRow> PaperLengthRows(const ReportSet& set, const MetricOptions& options);
Table PaperLengthTable(const std::vector<PaperLengthRow>& rows);
// Position-wise conditional acceptance (Figure 2).
Table PaperPositionTable(const ReportSet& set);
// Depth and draft length (Figures 3 and 4): the paper's series, then each of our arms.
Table PaperSeriesTable(const ReportSet& set, std::span<const PaperSeriesPoint> series);

// Heading, tables and what to keep in mind; empty if the set has no drafting arm.
Document PaperSection(const ReportSet& set, const MetricOptions& options);

}  // namespace dsb
