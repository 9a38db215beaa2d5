// The plot of one chart while it is drawn: where its axes lie. Only for the files that draw.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/document/chart.h"
#include "reports/document/scale.h"

namespace dsb {

constexpr double kCharacter = 7.5;  // as wide as a digit of the axes' text in a wide font

struct Plot {
  const Chart& chart;
  bool in_page = false;             // which holds the markers, and says names and axes once
  double left, top, right, bottom;  // of the area of the marks, user units
  Scale x, y;
};

// Without the points that have no place on the axes, and without ends of intervals that have none:
// what is no number, and what a logarithmic axis cannot show.
Chart DrawableOf(Chart chart);

// Lines, ticks and names of both axes.
std::string DrawAxes(const Plot& plot);
// A row's name in one or two lines; what is longer ends with an ellipsis.
std::vector<std::string> RowNameLines(const std::string& name);
// All series: lines and bands first, markers above them.
std::string DrawMarks(const Plot& plot);
// "k3" of an arm, "q2" of a part, "pub" of what is published.
std::string ColourClass(const ChartSeries& series, const ChartPoint* point = nullptr);
// What opens a group or an element of an arm: ` data-arm="3"`; empty of what is no arm's.
std::string ArmAttribute(const ChartSeries& series, const ChartPoint* point = nullptr);
// The start of a marker's element around (x, y): without its end.
std::string MarkerStart(std::string_view look, size_t shape, double x, double y, bool in_page);
// `arm`: whose switch hides it.
std::string DrawText(double x, double y, const std::string& look, const std::string& text,
                     const std::optional<size_t>& arm = std::nullopt);
std::string Attribute(std::string_view name, double units);  // ` name="12.5"`
// At most `most` characters, the last of them an ellipsis if something is cut.
std::string CutText(const std::string& text, size_t most);

}  // namespace dsb
