#include <cmath>

#include "reports/document/svg_plot.h"

namespace dsb {
namespace {

bool Fits(const ChartAxis& axis, double value) {
  return std::isfinite(value) && (!axis.log || value > 0);
}

void Clean(const ChartAxis& axis, ChartValue* value) {
  for (std::optional<double>* end : {&value->lo, &value->hi}) {
    if (*end && !Fits(axis, **end)) end->reset();
  }
}

bool CanBeDrawn(const Chart& chart, ChartMark mark, const ChartPoint& point) {
  if (!Fits(chart.x, point.x.value) || !Fits(chart.y, point.y.value)) return false;
  if (mark == ChartMark::kStack) return point.x.value >= 0;
  const ChartValue& span = chart.y.categories.empty() ? point.y : point.x;
  return mark != ChartMark::kSpans || (span.lo && span.hi);
}

}  // namespace

Chart DrawableOf(Chart chart) {
  for (ChartSeries& series : chart.series) {
    for (ChartPoint& point : series.points) {
      Clean(chart.x, &point.x);
      Clean(chart.y, &point.y);
    }
    std::erase_if(series.points,
                  [&](const ChartPoint& point) { return !CanBeDrawn(chart, series.mark, point); });
  }
  return chart;
}

}  // namespace dsb
