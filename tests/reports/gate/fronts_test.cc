// What continuous integration shows of a verdict, and the bounds that no baseline excuses.
#include "reports/report/gate_fronts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "reports/gate/floors.h"
#include "reports/report/gate_report.h"
#include "tests/reports/hostile_text.h"
#include "tests/results/metrics/metrics_test_data.h"

namespace dsb {
namespace {

using testing::Count;
using testing::ExpectInert;
using ::testing::HasSubstr;
using testing::kHostile;
using testing::SyntheticArm;
using testing::SyntheticRun;

GateVerdict Failed() {
  GateVerdict verdict;
  verdict.state = GateState::kFail;
  verdict.reasons = {"dspark: accepted_length: loss 5 %\nsecond line"};
  verdict.warnings = {"flagged <dirty>"};
  verdict.arms.emplace_back().name = "dspark";
  verdict.rules = {{"dspark", "a rule", GateRule::Outcome::kBroken, "\"]]>\x1b"},
                   {"dspark", "another", GateRule::Outcome::kNotChecked, "sampled"},
                   {"dspark", "a third", GateRule::Outcome::kHolds, ""}};
  GateTest test;
  test.arm = "dspark", test.against = "baseline";
  test.metric = "accepted_length", test.scope = "all", test.margin = 0.02;
  test.loss = 0.05, test.lo = 0.03, test.hi = 0.07;
  test.state = GateState::kFail;
  test.reason = "loss 5 %";
  verdict.tests.push_back(test);
  test.state = GateState::kInconclusive;
  test.scope = "domain:math";
  verdict.tests.push_back(test);
  test.state = GateState::kPass;
  test.scope = "domain:code";
  verdict.tests.push_back(test);
  return verdict;
}

TEST(GateFronts, JunitCountsFailuresErrorsAndSkips) {
  const std::string xml = GateJunit(Failed());
  EXPECT_THAT(xml, HasSubstr("tests=\"6\" failures=\"2\" errors=\"1\" skipped=\"1\""));
  EXPECT_THAT(xml, HasSubstr("<failure type=\"rule\" message=\"&quot;]]&gt;\\x1b\"/>"));
  EXPECT_THAT(
      xml,
      HasSubstr("name=\"accepted_length against baseline, math\"><error type=\"inconclusive\""));
  EXPECT_THAT(xml, HasSubstr("name=\"accepted_length against baseline, code\"/>"));
  EXPECT_THAT(xml, HasSubstr("<skipped message=\"sampled\"/>"));
}

TEST(GateFronts, AnnotationsAreALineEach) {
  const std::string lines = GateAnnotations(Failed());
  EXPECT_EQ(lines,
            "::error title=dsbench gate::fail: dspark: accepted_length: loss 5 %25 second line\n"
            "::warning title=dsbench gate::flagged <dirty>\n");
  GateVerdict passed;
  passed.state = GateState::kPass;
  EXPECT_EQ(GateAnnotations(passed), "::notice title=dsbench gate::pass\n");
}

GateVerdict Saying(const std::string& text) {
  GateVerdict verdict = Failed();
  verdict.reasons = verdict.warnings = {text};
  verdict.across = text;
  verdict.rules = {{text, text, GateRule::Outcome::kBroken, text}};
  for (GateTest& test : verdict.tests) {
    test.arm = test.reason = text;
    if (test.scope != "all") test.scope = "domain:" + text;
  }
  verdict.differences = {{.arm = text, .what = {.field = text, .before = text, .after = text}}};
  verdict.secondary.emplace_back().arm = text;
  return verdict;
}

// A long name takes two elements where a short one takes one: those that hold no tag are left out.
std::string WithoutRowNames(std::string html) {
  const std::string start = "<text class=\"tx e at\"", end = "</text>";
  for (size_t at = 0; (at = html.find(start, at)) != std::string::npos;) {
    const size_t inside = html.find('>', at) + 1, tag = html.find('<', inside);
    if (html.compare(tag, end.size(), end) == 0) {
      html.erase(at, tag + end.size() - at);
    } else {
      at = inside;
    }
  }
  return html;
}

TEST(GateFronts, AnyTextStaysText) {
  for (const std::string& text : kHostile) {
    ExpectInert(GateJunit(Saying(text)), GateJunit(Saying("name")));
    const auto page = [](const std::string& shown) {
      std::string html = WithoutRowNames(PrintHtml(GatePage(Saying(shown))));
      const std::string wide = "<td class=\"x\">";  // of a cell of over 40 characters
      for (size_t at = 0; (at = html.find(wide, at)) != std::string::npos;) {
        html.replace(at, wide.size(), "<td>");
      }
      return html;
    };
    ExpectInert(page(text), page("name"));
    const std::string lines = GateAnnotations(Saying(text));
    EXPECT_EQ(Count(lines, "\n"), 2u);
    EXPECT_EQ(lines.find('\x1b'), std::string::npos);
    EXPECT_EQ(lines.find('\0'), std::string::npos);
    const std::string summary = PrintMarkdown(MakeGateDocument(Saying(text)));
    EXPECT_EQ(Count(summary, "<script"), Count(summary, "\\<script"));
    EXPECT_EQ(Count(summary, "\n"), Count(PrintMarkdown(MakeGateDocument(Saying("name"))), "\n"));
  }
}

TEST(GateFronts, NoTextInTheLogIsACommand) {
  EXPECT_EQ(
      WithoutCommands("a ::error::x\n::stop-commands::x\n  ::add-mask::1 ::b\n##[group]y\n", false),
      "a ::error::x\n\\::stop-commands::x\n  \\::add-mask::1 ::b\n##\\[group]y\n");
  const std::string json = WithoutCommands(R"({"a": "::x ##[error]y"})", true);
  EXPECT_EQ(json, R"({"a": "::x ##\u005berror]y"})");
  EXPECT_EQ(nlohmann::json::parse(json)["a"], "::x ##[error]y");
}

TEST(GateFronts, ThePageDrawsEachLossAgainstItsMargin) {
  const Page page = GatePage(Failed());
  size_t charts = 0;
  for (const Block& block : page.body) {
    const auto* const chart = std::get_if<Chart>(&block);
    if (chart == nullptr) continue;
    ++charts;
    EXPECT_DOUBLE_EQ(*chart->guides.front().x, 2);
    ASSERT_FALSE(chart->series.empty());
    EXPECT_DOUBLE_EQ(chart->series[0].points[0].x.value, 5);
    EXPECT_DOUBLE_EQ(*chart->series[0].points[0].x.lo, 3);
  }
  EXPECT_EQ(charts, 1u);
  EXPECT_THAT(PrintHtml(page), HasSubstr("Gate: FAIL"));
}

TEST(GateFloors, ReadsBoundsAndRefusesTheRest) {
  const GateFloor floor = ParseFloor("accepted_length>=1.5");
  EXPECT_EQ(floor.metric, "accepted_length");
  EXPECT_TRUE(floor.at_least);
  EXPECT_EQ(floor.bound, 1.5);
  EXPECT_FALSE(ParseFloor("ttft_p90<=2e8").at_least);
  for (const char* text : {"", "accepted_length", "accepted_length>1.5",
                           "accepted_length>=", "accepted_length>=x", "accepted_length>=1.5 ",
                           "accepted_length>=nan", "nothing>=1", ">=1", "accepted_length=>1"}) {
    EXPECT_THROW(ParseFloor(text), Error) << text;
  }
}

TEST(GateFloors, HoldBothSidesToThem) {
  SyntheticArm bad;
  bad.acceptance = 0.05;
  const GatePair pair{.baseline = CheckRun(SyntheticRun(bad)),
                      .candidate = CheckRun(SyntheticRun({}))};
  const auto rules =
      CheckFloors(pair, {ParseFloor("accepted_length>=1.5")}, {.num_resamples = 200});
  ASSERT_EQ(rules.size(), 2u);
  EXPECT_EQ(rules[0].outcome, GateRule::Outcome::kBroken);
  EXPECT_EQ(rules[0].rule, "accepted_length>=1.5, baseline");
  EXPECT_EQ(rules[1].outcome, GateRule::Outcome::kHolds);
  // A figure that the run does not have is no figure that keeps a bound.
  const auto missing = CheckFloors(pair, {ParseFloor("device_overlap>=0")}, {.num_resamples = 200});
  EXPECT_EQ(missing[0].outcome, GateRule::Outcome::kBroken);
}

}  // namespace
}  // namespace dsb
