// What the arms' policies did, by load, and the accepted length that each arm would have needed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/document/document.h"
#include "reports/model/model.h"

namespace dsb {

// Arms with a drafter: rounds cut and undrafted, then budget, verified drafts and step time by the
// number of requests in a step. Empty if no arm schedules.
std::vector<Block> SchedulingSection(const ReportSet& set);

// The accepted length at which an arm equals its baseline with the step time that it has:
// tau_baseline x step_time / step_time_baseline, with its interval. None without both.
std::optional<Estimate> BreakEvenLength(const ArmComparison& comparison);

// That beside the accepted length that the arm has; no rows without one.
struct BreakEvenRow {
  std::string arm;
  const ArmComparison* comparison = nullptr;
};
Table BreakEvenTable(const std::vector<BreakEvenRow>& rows);
Table BreakEvenTable(const ReportSet& set);
extern const char* const kBreakEvenWords;

}  // namespace dsb
