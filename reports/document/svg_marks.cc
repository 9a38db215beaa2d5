#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <optional>

#include "reports/document/markup.h"
#include "reports/document/palette.h"
#include "reports/document/svg.h"
#include "reports/document/svg_plot.h"

namespace dsb {
namespace {

constexpr size_t kMostMarkers = 80;  // on one line; beyond that it is smooth enough to be read
constexpr double kGroupWidth = 0.8;  // of the room of one category, filled by its bars

std::string At(double x, double y) { return Length(x) + " " + Length(y); }

std::string ValueText(const ChartAxis& axis, const ChartValue& value) {
  if (!axis.categories.empty()) {
    const auto index = static_cast<size_t>(std::max(0L, std::lround(value.value)));
    return index < axis.categories.size() ? axis.categories[index] : "";
  }
  std::string text = ShortNumber(value.value);
  if (value.lo || value.hi) {
    text += " [" + (value.lo ? ShortNumber(*value.lo) : "?") + ", " +
            (value.hi ? ShortNumber(*value.hi) : "?") + "]";
  }
  return text;
}

// What every mark ends with: its figure and its text.
std::string Tail(const Plot& plot, const ChartSeries& series, const ChartPoint& point,
                 std::string_view element) {
  std::string out = ArmAttribute(series, &point);
  if (!point.figure.empty()) out += " data-f=\"" + Markup(point.figure) + "\"";
  out += "><title>";
  if (plot.in_page) {
    if (!point.label.empty()) out += Markup(point.label) + "\n";
    out += Markup(ValueText(plot.chart.x, point.x)) + "\n";
    out += Markup(ValueText(plot.chart.y, point.y));
  } else {
    out += Markup(PointText(plot.chart, series, point));
  }
  return out + "</title></" + std::string(element) + ">";
}

std::string Marker(const Plot& plot, const ChartSeries& series, const ChartPoint& point,
                   bool hidden) {
  const double x = plot.x.At(point.x.value), y = plot.y.At(point.y.value);
  const size_t shape = hidden ? 0 : MarkerOf(point.arm.value_or(series.arm.value_or(series.part)));
  return MarkerStart(hidden ? "m h" : "m", shape, x, y, plot.in_page) +
         Tail(plot, series, point, plot.in_page ? "use" : "path");
}

// A line between the ends of an interval, of one side where the other is open.
std::string Whisker(const Plot& plot, const ChartPoint& point, bool along_x) {
  const ChartValue& value = along_x ? point.x : point.y;
  const Scale& scale = along_x ? plot.x : plot.y;
  if (!value.lo && !value.hi) return "";
  const double lo = value.lo.value_or(value.value), hi = value.hi.value_or(value.value);
  if (!scale.Holds(lo) || !scale.Holds(hi)) return "";
  const double x = plot.x.At(point.x.value), y = plot.y.At(point.y.value);
  std::string d = along_x ? "M" + At(scale.At(lo), y) + "H" + Length(scale.At(hi))
                          : "M" + At(x, scale.At(lo)) + "V" + Length(scale.At(hi));
  return "<path class=\"w\" d=\"" + d + "\"/>";
}

std::string Band(const Plot& plot, const std::vector<const ChartPoint*>& points) {
  std::string upper, lower;
  size_t bounded = 0;
  for (const ChartPoint* point : points) {
    if (!point->y.lo || !point->y.hi) continue;
    const double x = plot.x.At(point->x.value);
    upper += (upper.empty() ? "M" : "L") + At(x, plot.y.At(*point->y.hi));
    lower = "L" + At(x, plot.y.At(*point->y.lo)) + lower;
    ++bounded;
  }
  return bounded < 2 ? "" : "<path class=\"bd\" d=\"" + upper + lower + "Z\"/>";
}

std::string Path(const Plot& plot, const std::vector<const ChartPoint*>& points, bool steps) {
  std::string d;
  for (const ChartPoint* point : points) {
    const double x = plot.x.At(point->x.value), y = plot.y.At(point->y.value);
    if (d.empty()) {
      d = "M" + At(x, y);
    } else {
      d += steps ? "H" + Length(x) + "V" + Length(y) : "L" + At(x, y);
    }
  }
  return points.size() < 2 ? "" : "<path class=\"l\" d=\"" + d + "\"/>";
}

// From the point that lies furthest right, each that lies higher than all before it.
std::string FrontPath(const Plot& plot, std::vector<const ChartPoint*> points) {
  std::stable_sort(points.begin(), points.end(), [](const ChartPoint* a, const ChartPoint* b) {
    return a->x.value != b->x.value ? a->x.value > b->x.value : a->y.value > b->y.value;
  });
  std::string d;
  std::optional<double> highest;
  for (const ChartPoint* point : points) {
    if (highest && point->y.value <= *highest) continue;
    const double x = plot.x.At(point->x.value), y = plot.y.At(point->y.value);
    d += highest ? "H" + Length(x) + "V" + Length(y) : "M" + At(x, y);
    highest = point->y.value;
  }
  return points.size() < 2 ? "" : "<path class=\"l\" d=\"" + d + "\"/>";
}

std::string Rectangle(const Plot& plot, const ChartSeries& series, const ChartPoint& point,
                      const char* look, double x0, double y0, double x1, double y1) {
  std::string out = "<rect class=\"m " + std::string(look) + "\"";
  out += Attribute("x", std::min(x0, x1)) + Attribute("y", std::min(y0, y1));
  out += Attribute("width", std::abs(x1 - x0)) + Attribute("height", std::abs(y1 - y0));
  return out + Tail(plot, series, point, "rect");
}

// Bars and stacks know what is beside and before them.
class Bars {
 public:
  explicit Bars(const Plot& plot) : plot_(plot) {
    for (const ChartSeries& series : plot.chart.series) {
      if (series.mark == ChartMark::kBars) ++num_groups_;
    }
  }

  std::string Bar(const ChartSeries& series, const ChartPoint& point, size_t place) const {
    const double width = kGroupWidth / static_cast<double>(std::max<size_t>(num_groups_, 1));
    const double from = point.x.value - kGroupWidth / 2 + width * static_cast<double>(place);
    const double gap = num_groups_ > 1 ? 0.08 * width : 0;
    return Rectangle(plot_, series, point, "b", plot_.x.At(from + gap), plot_.y.At(0),
                     plot_.x.At(from + width - gap), plot_.y.At(point.y.value));
  }
  std::string Stacked(const ChartSeries& series, const ChartPoint& point) {
    double& reached = reached_[point.y.value];
    const double from = reached;
    reached += point.x.value;
    return Rectangle(plot_, series, point, "st", plot_.x.At(from), plot_.y.At(point.y.value - 0.34),
                     plot_.x.At(reached), plot_.y.At(point.y.value + 0.34));
  }
  std::string Span(const ChartSeries& series, const ChartPoint& point) const {
    if (!plot_.chart.y.categories.empty()) {
      return Rectangle(plot_, series, point, "b", plot_.x.At(point.x.lo.value_or(point.x.value)),
                       plot_.y.At(point.y.value - 0.34),
                       plot_.x.At(point.x.hi.value_or(point.x.value)),
                       plot_.y.At(point.y.value + 0.34));
    }
    return Rectangle(plot_, series, point, "b", plot_.x.At(point.x.value - 0.36),
                     plot_.y.At(point.y.lo.value_or(0)), plot_.x.At(point.x.value + 0.36),
                     plot_.y.At(point.y.hi.value_or(point.y.value)));
  }

 private:
  const Plot& plot_;
  size_t num_groups_ = 0;
  std::map<double, double> reached_;
};

std::string DrawSeries(const Plot& plot, const ChartSeries& series, size_t bar_place, Bars* bars) {
  std::vector<const ChartPoint*> points;
  for (const ChartPoint& point : series.points) points.push_back(&point);
  std::string out;
  const bool is_line = series.mark == ChartMark::kLine || series.mark == ChartMark::kSteps;
  if (is_line) out += Band(plot, points) + Path(plot, points, series.mark == ChartMark::kSteps);
  if (series.mark == ChartMark::kFront) out += FrontPath(plot, points);
  for (const ChartPoint* point : points) {
    switch (series.mark) {
      case ChartMark::kPoints:
      case ChartMark::kFront:
        out += Whisker(plot, *point, true) + Whisker(plot, *point, false);
        out += Marker(plot, series, *point, false);
        break;
      case ChartMark::kLine:
      case ChartMark::kSteps:
        out += Marker(plot, series, *point,
                      series.mark == ChartMark::kSteps || points.size() > kMostMarkers);
        break;
      case ChartMark::kBars:
        out += bars->Bar(series, *point, bar_place);
        break;
      case ChartMark::kStack:
        out += bars->Stacked(series, *point);
        break;
      case ChartMark::kSpans:
        out += bars->Span(series, *point);
        break;
    }
  }
  return out;
}

}  // namespace

std::string ShortNumber(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

std::string PointText(const Chart& chart, const ChartSeries& series, const ChartPoint& point) {
  std::string text = series.name;
  if (!point.label.empty()) text += (text.empty() ? "" : ", ") + point.label;
  const auto add = [&](const ChartAxis& axis, const ChartValue& value) {
    text += (text.empty() ? "" : "; ") + (axis.title.empty() ? "" : axis.title + ": ") +
            ValueText(axis, value);
  };
  add(chart.x, point.x);
  add(chart.y, point.y);
  return text;
}

std::string DrawMarks(const Plot& plot) {
  std::string out;
  Bars bars(plot);
  size_t bar_place = 0;
  for (const ChartSeries& series : plot.chart.series) {
    const std::string drawn = DrawSeries(plot, series, bar_place, &bars);
    if (series.mark == ChartMark::kBars) ++bar_place;
    if (drawn.empty()) continue;
    const bool many = series.mark == ChartMark::kPoints && series.points.size() > 24;
    out +=
        "<g class=\"s " + ColourClass(series) + (many ? " f" : "") + "\"" + ArmAttribute(series) +
        (plot.in_page ? " data-name=\"" + Markup(series.name) + "\"" : "") + ">" + drawn + "</g>";
  }
  return out;
}

}  // namespace dsb
