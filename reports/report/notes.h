// What a reader should doubt, and why a figure is missing: each said once, whatever number of arms,
// domains and metrics it concerns.
#pragma once

#include <string>
#include <vector>

#include "reports/document/document.h"
#include "reports/model/model.h"

namespace dsb {

// "a, b and c".
std::string Enumerated(const std::vector<std::string>& names);

// What was noted on these metrics of the shown scopes; device metrics from the watched twins.
std::vector<Line> NotesOn(const ReportSet& set, const std::vector<std::string>& metrics);
// Sentences about the headline figures of a set.
std::vector<Line> SetNotes(const ReportSet& set);

// A cell without a value.
struct Gap {
  std::string row, title, why;  // `row`: an arm
};
// Why the arm has no value of a metric in a scope.
std::string WhyMissing(const ReportArm& arm, const std::string& metric, const std::string& scope);
// "n/a: TITLES of ROWS: WHY." for each reason; all of `num_rows` are "all arms".
std::vector<std::string> GapLines(const std::vector<Gap>& gaps, size_t num_rows);

}  // namespace dsb
