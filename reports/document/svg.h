// A chart as SVG: inside a page, whose style gives the colours, or as a file of its own.
#pragma once

#include <string>

#include "reports/document/chart.h"

namespace dsb {

// For a page: no colours of its own, but the classes of palette.h, and markers by reference to the
// page's (#m0, ...). Each mark has a <title> of lines: its label, if it has one, and its x and y to
// 6 significant digits; the names of series and axes are said once, in data-name of the group and
// data-x and data-y of the drawing. data-f is the figure of the metric table that a mark shows;
// what is an arm's has data-arm, its index.
std::string InlineSvg(const Chart& chart);

// A file: as wide as a column of a two-column paper (3.33 inches), text of 7 to 8 points, black on
// white, with a legend. No script, no reference to anything outside.
std::string StandaloneSvg(const Chart& chart);

// What pointing at a point says: "dspark fixed 3, gsm8k-12; position: 2; conditional acceptance:
// 0.6123 [0.58, 0.64]".
std::string PointText(const Chart& chart, const ChartSeries& series, const ChartPoint& point);

// 6 significant digits.
std::string ShortNumber(double value);

}  // namespace dsb
