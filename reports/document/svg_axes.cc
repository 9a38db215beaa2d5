#include <algorithm>
#include <cmath>
#include <optional>

#include "reports/document/markup.h"
#include "reports/document/svg_plot.h"
#include "reports/document/wrap.h"

namespace dsb {
namespace {

constexpr size_t kLongestName = 20;  // of one line
constexpr double kNameLine = 13;     // from one line of a row's name to its next

// Whose a row is, if all of its marks are one arm's.
std::optional<size_t> ArmOfRow(const Chart& chart, double row) {
  std::optional<size_t> arm;
  for (const ChartSeries& series : chart.series) {
    for (const ChartPoint& point : series.points) {
      if (std::lround(point.y.value) != std::lround(row)) continue;
      const std::optional<size_t> whose = point.arm ? point.arm : series.arm;
      if (!whose || (arm && arm != whose)) return std::nullopt;
      arm = whose;
    }
  }
  return arm;
}

std::string DrawRowName(const Plot& plot, const Tick& tick) {
  const std::vector<std::string> lines = RowNameLines(tick.text);
  const std::optional<size_t> arm = ArmOfRow(plot.chart, tick.value);
  double y = plot.y.At(tick.value) + 4 - kNameLine / 2 * static_cast<double>(lines.size() - 1);
  std::string out;
  for (const std::string& line : lines) {
    out += DrawText(plot.left - 7, y, "e at", line, arm);
    y += kNameLine;
  }
  return out;
}

// As many as fit side by side.
std::vector<Tick> TicksBelow(const Plot& plot) {
  std::vector<Tick> ticks;
  for (int most = 7; most >= 2; --most) {
    ticks = plot.x.Ticks(most);
    double reached = 0;
    bool fits = true;
    for (const Tick& tick : ticks) {
      const double half = kCharacter / 2 * static_cast<double>(WidthOf(tick.text)) + 2,
                   x = plot.x.At(tick.value);
      fits = fits && x - half >= reached;
      reached = x + half;
    }
    if (fits || !plot.chart.x.categories.empty()) break;
  }
  return ticks;
}

}  // namespace

std::string DrawText(double x, double y, const std::string& look, const std::string& text,
                     const std::optional<size_t>& arm) {
  return "<text class=\"tx" + (look.empty() ? "" : " " + look) + "\"" + Attribute("x", x) +
         Attribute("y", y) + (arm ? " data-arm=\"" + std::to_string(*arm) + "\"" : "") + ">" +
         Markup(text) + "</text>";
}

std::vector<std::string> RowNameLines(const std::string& name) {
  if (WidthOf(name) <= kLongestName) return {name};
  const std::string first = Wrap(name, kLongestName).front();
  if (name.size() <= first.size() + 1 || name[first.size()] != ' ') {
    return {CutText(name, kLongestName)};  // one long word
  }
  return {first, CutText(name.substr(first.size() + 1), kLongestName)};
}

std::string DrawAxes(const Plot& plot) {
  std::string out;
  const Chart& chart = plot.chart;
  const bool names_below = !chart.x.categories.empty(), rows = !chart.y.categories.empty();
  const double width = plot.right - plot.left;
  for (const Tick& tick : TicksBelow(plot)) {
    const double x = plot.x.At(tick.value);
    if (!names_below) {
      out += "<path class=\"gr\" d=\"M" + Length(x) + " " + Length(plot.top) + "V" +
             Length(plot.bottom) + "\"/>";
    }
    const double room = width / static_cast<double>(std::max<size_t>(chart.x.categories.size(), 1));
    const size_t longest =
        names_below ? std::max<size_t>(2, static_cast<size_t>(room / kCharacter)) : 12;
    out += DrawText(x, plot.bottom + 16, "mi", CutText(tick.text, longest));
  }
  for (const Tick& tick : plot.y.Ticks(6)) {
    if (rows) {
      out += DrawRowName(plot, tick);
      continue;
    }
    const double y = plot.y.At(tick.value);
    out += "<path class=\"gr\" d=\"M" + Length(plot.left) + " " + Length(y) + "H" +
           Length(plot.right) + "\"/>" + DrawText(plot.left - 7, y + 4, "e", tick.text);
  }
  out += "<path class=\"ax\" d=\"M" + Length(plot.left) + " " + Length(plot.bottom) + "H" +
         Length(plot.right) + "\"/>";
  out += DrawText((plot.left + plot.right) / 2, plot.bottom + 34, "mi at", chart.x.title);
  if (!rows && !chart.y.title.empty()) {
    out += "<text class=\"tx mi at\" transform=\"translate(12 " +
           Length((plot.top + plot.bottom) / 2) + ") rotate(-90)\">" + Markup(chart.y.title) +
           "</text>";
  }
  return out;
}

}  // namespace dsb
