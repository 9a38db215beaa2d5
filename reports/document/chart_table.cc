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

DataTable DataOf(const Chart& chart) {
  DataTable data;
  data.columns = {"series", "published", "point", "x",    "x_lo",
                  "x_hi",   "y",         "y_lo",  "y_hi", "figure"};
  const auto optional_cell = [](const std::optional<double>& value) {
    DataCell cell;
    if (value) cell = *value;
    return cell;
  };
  for (const ChartSeries& series : chart.series) {
    for (const ChartPoint& point : series.points) {
      std::vector<DataCell>& row = data.rows.emplace_back();
      row.emplace_back(series.name);
      row.emplace_back(static_cast<int64_t>(series.published));
      row.emplace_back(point.label);
      for (const auto& [axis, value] :
           {std::pair{&chart.x, &point.x}, std::pair{&chart.y, &point.y}}) {
        if (axis->categories.empty()) {
          row.emplace_back(value->value);
        } else {
          row.emplace_back(CellOf(*axis, *value));
        }
        row.push_back(optional_cell(value->lo));
        row.push_back(optional_cell(value->hi));
      }
      row.emplace_back(point.figure);
    }
  }
  return data;
}

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
