// A chart as data: points with intervals on two axes. Printers draw it (svg.h) or print it as a
// table (chart_table.h); nothing here knows colours, pixels or where the figures are from.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace dsb {

struct ChartValue {
  double value = 0;
  std::optional<double> lo = {}, hi = {};  // an interval, drawn as a whisker or a band
};

struct ChartPoint {
  ChartValue x, y;          // in the axes' units; on an axis of categories x or y is the index
  std::string label = {};   // what the point is, where its place does not say it: a prompt
  std::string figure = {};  // "RUN METRIC SCOPE" of a row of the metric table, if it is one
  std::optional<size_t> arm = {};  // whose it is, in a series that is no arm's
};

enum class ChartMark {
  kPoints,  // a marker each, with its intervals
  kLine,    // a line through the points, with a band where they have intervals
  kSteps,   // a staircase that rises at the points: a distribution
  kFront,   // a marker each, and the staircase below and left of those that none of them beats
  kBars,    // from 0, those of one place beside each other
  kStack,   // bars along x, each from where the series before it ended
  kSpans,   // from y.lo to y.hi, of rows from x.lo to x.hi: the bars of a waterfall
};

struct ChartSeries {
  std::string name = {};
  // Index of the arm in the page's list: its colour and marker, and what its switch hides. None:
  // not ours (published values) if `published`, else a part that is not an arm's (a phase).
  std::optional<size_t> arm = {};
  bool published = false;
  size_t part = 0;  // of a series that is no arm's: its place in the list of parts
  ChartMark mark = ChartMark::kPoints;
  std::vector<ChartPoint> points = {};
};

struct ChartAxis {
  std::string title = {};  // with its unit
  bool log = false;
  std::optional<double> lo = {}, hi = {};    // where the axis must reach; default: as the points do
  std::vector<std::string> categories = {};  // names instead of numbers
  int decimals = 2;                          // of tables
};

// A line to read the points against. Vertical at `x`, horizontal at `y`, else y = slope * x.
struct ChartGuide {
  std::optional<double> x = {}, y = {}, slope = {};
  std::string label = {};
  bool strong = false;  // the one that divides good from bad
};

struct Chart {
  std::string id;  // of a page's anchors and of files: lower case, digits, hyphens
  std::string title;
  std::string caption = {};  // how to read it, what it leaves out
  bool key = false;          // the one to look at first: a page gives it more room
  ChartAxis x = {}, y = {};
  std::vector<ChartSeries> series = {};
  std::vector<ChartGuide> guides = {};
};

}  // namespace dsb
