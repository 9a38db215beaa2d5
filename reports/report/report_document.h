// The report's text: which tables, in which order, with the lines that a reader needs to judge
// them.
#pragma once

#include "reports/document/document.h"
#include "reports/model/model.h"
#include "reports/report/report.h"

namespace dsb {

Document MakeDocument(const ReportModel& model, const ReportSections& sections);

// "nightly: greedy, up to 64 tokens, 1 user"; `with_load`: the users too.
std::string TitleOf(const ReportSet& set, bool with_load = true);
// Machine, build, files with their hashes, requests, and the command of each run.
Document ProvenanceOf(const ReportSet& set);
// How the intervals were made, in one line.
std::string StatisticsLine(const MetricOptions& options);
// "pairs 180 of 180 prompts ...": what was paired, dropped and gained by pairing.
std::string PairingLine(const std::string& candidate, const std::string& baseline,
                        const ArmComparison& comparison);
// Empty unless delivered and committed tokens differ.
std::string ResidualLine(const ArmComparison& comparison);

}  // namespace dsb
