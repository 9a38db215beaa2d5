// Tables with one row an arm and one metric a column, over all requests: what to show, and why a
// cell is empty.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "reports/document/document.h"
#include "reports/model/model.h"
#include "reports/report/notes.h"

namespace dsb {

struct Figure {
  const char* title;
  const char* metric;
  int decimals;
  double scale = 1;         // from the metric's unit to the title's
  bool of_drafts = false;   // means nothing for an arm without a drafter
  bool of_watched = false;  // from the watched twin, where there is one
};

Table FigureTable(const ReportSet& set, std::span<const Figure> figures);
std::vector<Gap> GapsOf(const ReportSet& set, std::span<const Figure> figures);

// Time to first token, end-to-end, slow users, stalls.
std::span<const Figure> LatencyFigures();
// What an arm's drafts cost and give: budget, utilisation, waste.
std::span<const Figure> DraftFigures();

}  // namespace dsb
