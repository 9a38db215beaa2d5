#include "reports/document/chart_table.h"

#include <algorithm>
#include <cmath>

#include "reports/text/number_text.h"

namespace dsb {
namespace {

std::string CellOf(const ChartAxis& axis, const ChartValue& value) {
  if (!axis.categories.empty()) {
    const auto index = static_cast<size_t>(std::max(0L, std::lround(value.value)));
    return index < axis.categories.size() ? axis.categories[index] : "";
  }
  return WithInterval(Estimate{.value = value.value, .lo = value.lo, .hi = value.hi},
                      axis.decimals);
}

}  // namespace

Table TableOf(const Chart& chart) {
  Table table;
  bool named = false, several = false;
  for (const ChartSeries& series : chart.series) {
    several = several || series.name != chart.series.front().name;
    for (const ChartPoint& point : series.points) named = named || !point.label.empty();
  }
  // A row's name on an axis says whose it is.
  const bool by_row = !chart.y.categories.empty();
  if (several && !(by_row && chart.y.title.empty() && chart.series.front().arm)) {
    table.columns.push_back({"series", true});
  }
  const bool with_series = !table.columns.empty();
  if (named) table.columns.push_back({"point", true});
  const auto add = [&](const ChartAxis& axis, const char* otherwise) {
    table.columns.push_back(
        {axis.title.empty() ? otherwise : axis.title, !axis.categories.empty()});
  };
  if (by_row) add(chart.y, "arm");
  add(chart.x, "x");
  if (!by_row) add(chart.y, "y");
  for (const ChartSeries& series : chart.series) {
    for (const ChartPoint& point : series.points) {
      std::vector<std::string>& row = table.rows.emplace_back();
      table.row_arms.push_back(point.arm ? point.arm : series.arm);
      if (with_series) row.push_back(series.name);
      if (named) row.push_back(point.label);
      if (by_row) row.push_back(CellOf(chart.y, point.y));
      row.push_back(CellOf(chart.x, point.x));
      if (!by_row) row.push_back(CellOf(chart.y, point.y));
    }
  }
  return table;
}

}  // namespace dsb
