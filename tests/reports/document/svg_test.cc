// Charts as drawings: where marks lie, what they say, and that no data breaks them.
#include "reports/document/svg.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "reports/document/chart_table.h"
#include "reports/document/scale.h"
#include "reports/document/svg_plot.h"

namespace dsb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

Chart Forest() {
  Chart chart{.id = "forest",
              .title = "Speed-up",
              .x = {.title = "times", .log = true, .lo = 1, .hi = 1},
              .y = {.categories = {"a", "b"}}};
  chart.series.push_back({.name = "a",
                          .arm = 2,
                          .points = {{.x = {.value = 2, .lo = 1.5, .hi = 2.5},
                                      .y = {.value = 0},
                                      .figure = "7 speedup all"}}});
  chart.guides.push_back({.x = 1, .strong = true});
  return chart;
}

TEST(Svg, AMarkSaysItsFigureAndItsInterval) {
  const std::string svg = InlineSvg(Forest());
  EXPECT_THAT(svg, HasSubstr("<title>2 [1.5, 2.5]\na</title>"));
  EXPECT_THAT(svg, HasSubstr(" data-x=\"times\" data-y=\"\""));
  EXPECT_THAT(svg, HasSubstr("data-f=\"7 speedup all\""));
  EXPECT_THAT(svg, HasSubstr("<g class=\"s k2\" data-arm=\"2\" data-name=\"a\"><"));
  EXPECT_THAT(svg, HasSubstr("class=\"gs\""));
  EXPECT_THAT(StandaloneSvg(Forest()), HasSubstr("<title>a; times: 2 [1.5, 2.5]; a</title>"));
  EXPECT_EQ(ShortNumber(1234567.0), "1.23457e+06");
}

TEST(Svg, ALongNameOfARowTakesTwoLinesBeforeItIsCut) {
  EXPECT_THAT(RowNameLines("dspark fixed 7"), ElementsAre("dspark fixed 7"));
  EXPECT_THAT(RowNameLines("dspark threshold 0.5 7"), ElementsAre("dspark threshold", "0.5 7"));
  EXPECT_THAT(RowNameLines("first words and then more of them than two lines hold"),
              ElementsAre("first words and then", "more of them than t\u2026"));
  EXPECT_THAT(RowNameLines(std::string(30, 'w')), ElementsAre(std::string(19, 'w') + "\u2026"));
  Chart chart = Forest();
  chart.y.categories = {"dspark threshold 0.5 7", "b"};
  const std::string svg = InlineSvg(chart);
  EXPECT_THAT(svg, HasSubstr(" data-arm=\"2\">dspark threshold</text>"));
  EXPECT_THAT(svg, HasSubstr(" data-arm=\"2\">0.5 7</text>"));
}

TEST(Svg, AFileOfItsOwnHasItsColoursAndALegend) {
  Chart chart{.id = "c", .title = "C"};
  chart.series.push_back(
      {.name = "one", .arm = 0, .mark = ChartMark::kLine, .points = {{{1}, {2}}, {{2}, {3}}}});
  const std::string svg = StandaloneSvg(chart);
  EXPECT_THAT(svg, HasSubstr("xmlns=\"http://www.w3.org/2000/svg\""));
  EXPECT_THAT(svg, HasSubstr(">one</text>"));
  EXPECT_THAT(svg, HasSubstr("width=\"3.33in\""));
  EXPECT_THAT(svg, Not(HasSubstr("var(")));
  EXPECT_THAT(svg, Not(HasSubstr("href")));
  EXPECT_THAT(InlineSvg(chart), Not(HasSubstr(">one</text>")));  // the page's switches name it
}

// The marks' places are read off as the axis's ends are.
TEST(Svg, LogarithmicScalesPutEqualRatiosAtEqualDistances) {
  const Scale scale({.log = true, .lo = 1, .hi = 16}, {1, 16}, 0, 100);
  EXPECT_NEAR(scale.At(4) - scale.At(1), scale.At(16) - scale.At(4), 1e-9);
  EXPECT_FALSE(scale.Holds(0));
  EXPECT_FALSE(scale.Holds(-1));
}

TEST(Svg, TicksAreRoundInsideAndFew) {
  for (const bool log : {false, true}) {
    for (const double lo : {1e-6, 0.5, 0.93, 1.0, 17.0, 1e6}) {
      for (const double times : {1.001, 1.2, 2.0, 7.0, 1e3, 1e9}) {
        const Scale scale({.log = log}, {lo, lo * times}, 0, 300);
        const std::vector<Tick> ticks = scale.Ticks(7);
        EXPECT_LE(ticks.size(), 8u) << log << ' ' << lo << ' ' << times;
        for (const Tick& tick : ticks) EXPECT_TRUE(scale.Holds(tick.value)) << tick.text;
        EXPECT_GE(ticks.size(), log ? 0u : 2u) << lo << ' ' << times;
      }
    }
  }
  const Scale categories({.categories = {"x", "y"}}, {}, 0, 100);
  EXPECT_DOUBLE_EQ(categories.At(0), 25);
  EXPECT_DOUBLE_EQ(categories.At(1), 75);
}

TEST(Svg, WhatCannotBeDrawnIsLeftOut) {
  const double nan = std::nan(""), inf = std::numeric_limits<double>::infinity();
  for (const bool log : {false, true}) {
    for (const ChartMark mark : {ChartMark::kPoints, ChartMark::kLine, ChartMark::kSteps,
                                 ChartMark::kBars, ChartMark::kStack, ChartMark::kSpans}) {
      Chart chart{.id = "c", .title = "C", .x = {.log = log}, .y = {.log = log}};
      if (mark == ChartMark::kStack) chart.y.categories = {"row"};
      chart.series.push_back({.name = "s", .mark = mark});
      for (const double value : {nan, inf, -inf, 0.0, -1.0}) {
        chart.series.back().points.push_back({.x = {value, nan, inf}, .y = {value, nan, inf}});
      }
      const std::string svg = InlineSvg(chart);
      EXPECT_THAT(svg, Not(HasSubstr("nan"))) << static_cast<int>(mark) << log;
      EXPECT_THAT(svg, Not(HasSubstr("n/a")));
    }
  }
  EXPECT_THAT(InlineSvg({.id = "empty", .title = "nothing"}), HasSubstr("</svg>"));
}

TEST(Svg, StackedPartsBeginWhereTheLastEnded) {
  Chart chart{.id = "c", .title = "C", .x = {.lo = 0, .hi = 4}, .y = {.categories = {"row"}}};
  for (const double part : {1.0, 3.0}) {
    chart.series.push_back(
        {.name = "p", .mark = ChartMark::kStack, .points = {{.x = {part}, .y = {0}, .arm = 5}}});
  }
  const std::string svg = InlineSvg(chart);
  const auto number = [&](size_t from, const char* name) {
    const size_t at =
        svg.find(std::string(" ") + name + "=\"", from) + std::string(name).size() + 3;
    return std::stod(svg.substr(at));
  };
  const size_t first = svg.find("<rect"), second = svg.find("<rect", first + 1);
  EXPECT_NEAR(number(first, "x") + number(first, "width"), number(second, "x"), 0.02);
  EXPECT_NEAR(number(second, "width") / number(first, "width"), 3, 0.01);
  EXPECT_THAT(svg, HasSubstr("data-arm=\"5\""));
}

TEST(ChartTable, HasARowAPointWithItsArm) {
  const Table table = TableOf(Forest());
  ASSERT_EQ(table.rows.size(), 1u);
  EXPECT_EQ(table.rows[0], (std::vector<std::string>{"a", "2.00 [1.50, 2.50]"}));
  EXPECT_EQ(table.row_arms, (std::vector<std::optional<size_t>>{2}));
  const DataTable data = DataOf(Forest());
  EXPECT_EQ(std::get<double>(data.rows[0][4]), 1.5);
  EXPECT_EQ(std::get<std::string>(data.rows[0][6]), "a");
}

}  // namespace
}  // namespace dsb
