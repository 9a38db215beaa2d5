// The tables of a report, one function each. They read the model and hold no numbers of their own.
#pragma once

#include <string>
#include <vector>

#include "reports/document/document.h"
#include "reports/model/crosswalk.h"
#include "reports/model/model.h"
#include "reports/report/notes.h"

namespace dsb {

// Accepted length, user tokens/s, speed-up and its two factors, per domain and arm.
Table SpeedTable(const ReportSet& set);
std::vector<Gap> SpeedGaps(const ReportSet& set);  // why cells of it have no value
// Share of the steps' wall and CPU time per phase, and step time; no rows if no arm has phases.
Table PhaseTable(const ReportSet& set);
// Acceptance per position of one arm, with the confidence's quality if it has one.
Table PositionTable(const ReportArm& arm, const std::vector<std::string>& scopes);
bool HasConfidence(const ReportArm& arm);  // the table says how good it is
// What was counted and what was left out.
Table RequestTable(const ReportSet& set);

Table CrosswalkTable(const Crosswalk& crosswalk);
Table CrosswalkPositionTable(const Crosswalk& crosswalk);

}  // namespace dsb
