#include "reports/document/svg.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "reports/document/markup.h"
#include "reports/document/palette.h"
#include "reports/document/svg_plot.h"
#include "reports/document/wrap.h"

namespace dsb {
namespace {

constexpr double kWidth = 400, kHeight = 290, kRowHeight = 27;

double D(size_t count) { return static_cast<double>(count); }

// Everything that an axis must reach.
std::vector<double> Extent(const Chart& chart, bool along_x) {
  std::vector<double> values;
  std::vector<double> reached;
  bool from_zero = false;
  for (const ChartSeries& series : chart.series) {
    const bool stack = series.mark == ChartMark::kStack;
    from_zero = from_zero || stack == along_x;
    if (series.mark != ChartMark::kBars && !stack) from_zero = false;
    for (const ChartPoint& point : series.points) {
      const ChartValue& value = along_x ? point.x : point.y;
      if (stack && along_x) {
        const auto row = static_cast<size_t>(std::max(0.0, point.y.value));
        if (row >= reached.size()) reached.resize(row + 1);
        reached[row] += value.value;
        values.push_back(reached[row]);
        continue;
      }
      values.push_back(value.value);
      if (value.lo) values.push_back(*value.lo);
      if (value.hi) values.push_back(*value.hi);
    }
  }
  if (from_zero) values.push_back(0);
  return values;
}

struct LegendEntry {
  const ChartSeries* series;
  double x, y;
};

// Names in rows above the plot: what is no arm's, and the arms too where no page names them.
std::vector<LegendEntry> Legend(const Chart& chart, bool with_arms, double left) {
  std::vector<LegendEntry> entries;
  double x = left, y = 14;
  for (const ChartSeries& series : chart.series) {
    const bool is_arms = series.arm.has_value();
    const bool named_by_axis = is_arms && !chart.y.categories.empty();
    if (series.name.empty() || (is_arms && !with_arms) || named_by_axis) continue;
    const double width = 18 + kCharacter * D(std::min(WidthOf(series.name), size_t{34})) + 8;
    if (x > left && x + width > kWidth) x = left, y += 17;
    entries.push_back({&series, x, y});
    x += width;
  }
  return entries;
}

std::string DrawLegend(const std::vector<LegendEntry>& entries, bool in_page) {
  std::string out;
  for (const LegendEntry& entry : entries) {
    const ChartSeries& series = *entry.series;
    const bool is_bar = series.mark == ChartMark::kStack || series.mark == ChartMark::kBars ||
                        series.mark == ChartMark::kSpans;
    const size_t shape = is_bar ? 1 : MarkerOf(series.arm.value_or(series.part));
    out += "<g class=\"" + ColourClass(series) + "\">" +
           MarkerStart(is_bar ? "b" : "m", shape, entry.x + 6, entry.y - 4, in_page) + "/>" +
           DrawText(entry.x + 15, entry.y, "", CutText(series.name, 34)) + "</g>";
  }
  return out;
}

std::string DrawGuides(const Plot& plot) {
  std::string out;
  for (const ChartGuide& guide : plot.chart.guides) {
    const std::string look = guide.strong ? "gs" : "gd";
    double x0 = plot.left, y0 = plot.top, x1 = plot.right, y1 = plot.bottom;
    double text_x = plot.right - 3, text_y = plot.top + 11;
    if (guide.x) {
      if (!plot.x.Holds(*guide.x)) continue;
      x0 = x1 = plot.x.At(*guide.x);
      text_x = x0 + 4;
    } else if (guide.y) {
      if (!plot.y.Holds(*guide.y)) continue;
      y0 = y1 = plot.y.At(*guide.y);
      text_y = y0 - 4;
    } else if (guide.slope) {
      // Where y = slope * x enters and leaves the plot; both axes linear, or both logarithmic.
      const bool log = plot.chart.x.log;
      const auto value = [&](double end) { return log ? std::exp(end) : end; };
      const double from = std::max(value(plot.x.lo()), value(plot.y.lo()) / *guide.slope);
      const double to = std::min(value(plot.x.hi()), value(plot.y.hi()) / *guide.slope);
      if (!(from < to)) continue;
      x0 = plot.x.At(from), y0 = plot.y.At(from * *guide.slope);
      x1 = plot.x.At(to), y1 = plot.y.At(to * *guide.slope);
      const bool at_top = y1 < plot.top + 2;
      text_x = at_top ? x1 - 3 : plot.right - 3;
      text_y = at_top ? plot.top + 11 : y1 - 4;
    }
    out += "<path class=\"" + look + "\" d=\"M" + Length(x0) + " " + Length(y0) + "L" + Length(x1) +
           " " + Length(y1) + "\"/>";
    if (!guide.label.empty()) {
      out += DrawText(text_x, text_y, guide.x ? "gt" : "gt e", guide.label);
    }
  }
  return out;
}

struct Drawing {
  std::string inside;
  double height = 0;
};

Drawing Draw(const Chart& given, bool in_page) {
  const Chart chart = DrawableOf(given);
  const std::vector<double> xs = Extent(chart, true), ys = Extent(chart, false);
  const bool rows = !chart.y.categories.empty();
  size_t longest = 1;
  for (const Tick& tick : Scale(chart.y, ys, 1, 0).Ticks(6)) {
    if (!rows) longest = std::max(longest, WidthOf(tick.text));
  }
  for (const std::string& name : chart.y.categories) {
    for (const std::string& line : RowNameLines(name)) longest = std::max(longest, WidthOf(line));
  }
  const double left = 10 + kCharacter * D(longest) + (rows ? 2 : 20);
  const std::vector<LegendEntry> legend = Legend(chart, !in_page, 4);
  const double top = legend.empty() ? 8 : legend.back().y + 12;
  const double body = rows ? kRowHeight * D(chart.y.categories.size()) : kHeight - 52;
  const double bottom = top + body, right = kWidth - 10;
  const Plot plot{.chart = chart,
                  .in_page = in_page,
                  .left = left,
                  .top = top,
                  .right = right,
                  .bottom = bottom,
                  .x = Scale(chart.x, xs, left, right),
                  .y = Scale(chart.y, ys, rows ? top : bottom, rows ? bottom : top)};
  return {DrawLegend(legend, in_page) + DrawAxes(plot) + DrawGuides(plot) + DrawMarks(plot),
          bottom + 42};
}

std::string ViewBox(const Drawing& drawing) {
  return " viewBox=\"0 0 " + Length(kWidth) + " " + Length(drawing.height) + "\"";
}

}  // namespace

std::string ColourClass(const ChartSeries& series, const ChartPoint* point) {
  const std::optional<size_t> arm = point != nullptr && point->arm ? point->arm : series.arm;
  if (series.published) return "pub";
  if (series.arm) return "k" + std::to_string(ColourOf(*arm));
  return "q" + std::to_string(series.part % kNumColours);
}

std::string ArmAttribute(const ChartSeries& series, const ChartPoint* point) {
  if (point == nullptr && series.arm) return " data-arm=\"" + std::to_string(*series.arm) + "\"";
  if (point != nullptr && point->arm) return " data-arm=\"" + std::to_string(*point->arm) + "\"";
  return "";
}

std::string MarkerStart(std::string_view look, size_t shape, double x, double y, bool in_page) {
  const std::string start = in_page ? "<use" : "<path";
  const std::string drawn =
      in_page ? " href=\"#m" + std::to_string(shape) + "\"" + Attribute("x", x) + Attribute("y", y)
              : " d=\"" + MarkerPath(shape) + "\" transform=\"translate(" + Length(x) + " " +
                    Length(y) + ")\"";
  return start + " class=\"" + std::string(look) + "\"" + drawn;
}

std::string Attribute(std::string_view name, double units) {
  return " " + std::string(name) + "=\"" + Length(units) + "\"";
}

std::string CutText(const std::string& text, size_t most) {
  if (WidthOf(text) <= most) return text;
  size_t at = 0;
  for (size_t left = most; at < text.size(); ++at) {  // a character begins where no 10xxxxxx is
    if ((static_cast<unsigned char>(text[at]) & 0xC0) != 0x80 && --left == 0) break;
  }
  return text.substr(0, at) + "\u2026";
}

std::string InlineSvg(const Chart& chart) {
  const Drawing drawing = Draw(chart, true);
  return "<svg role=\"img\" tabindex=\"0\" aria-label=\"" + Markup(chart.title) + "\" data-x=\"" +
         Markup(chart.x.title) + "\" data-y=\"" + Markup(chart.y.title) + "\"" + ViewBox(drawing) +
         ">" + drawing.inside + "</svg>";
}

std::string StandaloneSvg(const Chart& chart) {
  const Drawing drawing = Draw(chart, false);
  const double inches = 3.33;
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- dsbench -->\n<svg "
         "xmlns=\"http://www.w3.org/2000/svg\"" +
         ViewBox(drawing) + " width=\"" + Length(inches) + "in\" height=\"" +
         Length(inches * drawing.height / kWidth) + "in\"><title>" + Markup(chart.title) +
         "</title><style>" + PlainDrawingStyle() + "</style>" +
         "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>" + drawing.inside + "</svg>\n";
}

}  // namespace dsb
