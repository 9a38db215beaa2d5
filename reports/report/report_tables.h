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
// Acceptance per position of one arm, with the confidence's quality if it has one. Survival is a
// share of the rounds that verified so many drafts, which a policy may let shrink with the
// position: their number stands beside it, and the share of all rounds, which cannot rise.
inline constexpr const char* kPositionLine =
    "verified: rounds that verified k drafts or more. of rounds: of all rounds, those that "
    "accepted "
    "k or more. survival: of the verified ones; it may rise with k where fewer rounds verify as "
    "many.";
Table PositionTable(const ReportArm& arm, const std::vector<std::string>& scopes);
// What was counted and what was left out.
Table RequestTable(const ReportSet& set);

Table CrosswalkTable(const Crosswalk& crosswalk);
Table CrosswalkPositionTable(const Crosswalk& crosswalk);

}  // namespace dsb
