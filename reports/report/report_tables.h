// The tables of a report, one function each. They read the model and hold no numbers of their own.
#pragma once

#include <string>
#include <vector>

#include "reports/document/document.h"
#include "reports/model/crosswalk.h"
#include "reports/model/model.h"

namespace dsb {

// Accepted length, user tokens/s, speed-up and its two factors, per domain and arm.
Table SpeedTable(const ReportSet& set);
// Share of the steps' wall and CPU time per phase, and step time; no rows if no arm has phases.
Table PhaseTable(const ReportSet& set);
// Time to first token, end-to-end, slow users, stalls.
Table LatencyTable(const ReportSet& set);
// What an arm's drafts cost and give: budget, utilisation, waste.
Table DraftTable(const ReportSet& set);
// Acceptance per position of one arm, with the confidence's quality if it has one.
Table PositionTable(const ReportArm& arm, const std::vector<std::string>& scopes);
// What was counted and what was left out.
Table RequestTable(const ReportSet& set);

Table CrosswalkTable(const Crosswalk& crosswalk);
Table CrosswalkPositionTable(const Crosswalk& crosswalk);

}  // namespace dsb
