#include "reports/report/gate_fronts.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "base/quoted.h"
#include "reports/document/markup.h"
#include "reports/model/scopes.h"
#include "reports/report/gate_report.h"
#include "reports/text/number_text.h"

namespace dsb {
namespace {

struct Case {
  std::string arm, name;
  const char* element = nullptr;  // failure, error, skipped; null: passed
  std::string type, message;
};

std::vector<Case> CasesOf(const GateVerdict& verdict) {
  std::vector<Case> cases;
  for (const GateRule& rule : verdict.rules) {
    const bool broken = rule.outcome == GateRule::Outcome::kBroken;
    const bool skipped = rule.outcome == GateRule::Outcome::kNotChecked;
    cases.push_back({rule.arm, rule.rule,
                     broken    ? "failure"
                     : skipped ? "skipped"
                               : nullptr,
                     broken ? "rule" : "", rule.detail});
  }
  for (const GateTest& test : verdict.tests) {
    std::string name = test.metric + " against " + test.against;
    if (test.scope != "all") name += ", " + ScopeTitle(test.scope);
    const bool decided = test.state == GateState::kPass || test.state == GateState::kFail;
    cases.push_back({test.arm, name,
                     test.state == GateState::kPass ? nullptr
                     : decided                      ? "failure"
                                                    : "error",
                     GateStateName(test.state), test.reason});
  }
  for (const GateDifference& difference : verdict.differences) {
    cases.push_back({difference.arm, "comparable: " + difference.what.field, "error",
                     "not_comparable", DifferenceText(difference.what, {"baseline", "candidate"})});
  }
  return cases;
}

// For a workflow command: its own marks as %XX.
std::string Command(const std::string& kind, const std::string& text) {
  std::string line = "::" + kind + " title=dsbench gate::";
  for (const char c : Shown(text)) line += c == '%' ? "%25" : std::string(1, c);
  return line + "\n";
}

Chart LossChart(const std::string& title, size_t number, double margin) {
  Chart chart{.id = "loss-" + std::to_string(number),
              .title = title,
              .caption =
                  "Loss with its 95 % interval. Left of the line, all of it: pass. Right of it, "
                  "all of it: fail. Across it: undecided.",
              .x = {.title = "loss, %", .lo = 0, .hi = margin * 100}};
  chart.guides.push_back({.x = margin * 100, .label = "margin", .strong = true});
  return chart;
}

void AddLoss(const GateTest& test, Chart* chart) {
  constexpr size_t kPassed = 4, kFailed = 5, kOpen = 6;  // parts of the palette
  const auto percent = [](const std::optional<double>& loss) {
    return loss ? std::optional(*loss * 100) : std::nullopt;
  };
  const auto row = static_cast<double>(chart->y.categories.size());
  chart->y.categories.push_back(test.arm +
                                (test.scope == "all" ? "" : ", " + ScopeTitle(test.scope)));
  chart->series.push_back(
      {.name = "",
       .part = test.state == GateState::kPass   ? kPassed
               : test.state == GateState::kFail ? kFailed
                                                : kOpen,
       .points = {{.x = {*percent(test.loss), percent(test.lo), percent(test.hi)},
                   .y = {.value = row},
                   .label = GateStateName(test.state)}}});
}

}  // namespace

std::string GateJunit(const GateVerdict& verdict) {
  const std::vector<Case> cases = CasesOf(verdict);
  size_t failures = 0, errors = 0, skipped = 0;
  std::string body;
  for (const Case& one : cases) {
    const std::string_view element = one.element == nullptr ? "" : one.element;
    failures += element == "failure";
    errors += element == "error";
    skipped += element == "skipped";
    body += "    <testcase classname=\"" + Markup(one.arm) + "\" name=\"" + Markup(one.name) + "\"";
    if (element.empty()) {
      body += "/>\n";
    } else {
      const std::string type = one.type.empty() ? "" : " type=\"" + Markup(one.type) + "\"";
      body += "><" + std::string(element) + type + " message=\"" + Markup(one.message) +
              "\"/></testcase>\n";
    }
  }
  const std::string counts = " tests=\"" + std::to_string(cases.size()) + "\" failures=\"" +
                             std::to_string(failures) + "\" errors=\"" + std::to_string(errors) +
                             "\" skipped=\"" + std::to_string(skipped) + "\"";
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"dsbench gate: " +
         std::string(GateStateName(verdict.state)) + "\">\n  <testsuite name=\"dsbench gate\"" +
         counts + ">\n" + body + "  </testsuite>\n</testsuites>\n";
}

std::string GateAnnotations(const GateVerdict& verdict) {
  std::string out;
  if (verdict.state == GateState::kPass) out += Command("notice", "pass");
  const std::string state = std::string(GateStateName(verdict.state)) + ": ";
  for (const std::string& reason : verdict.reasons) out += Command("error", state + reason);
  for (const std::string& warning : verdict.warnings) out += Command("warning", warning);
  return out;
}

std::string WithoutCommands(std::string_view printed, bool is_json) {
  constexpr std::string_view kInside = "##[", kFirst = "::";
  std::string out;
  bool at_start = true;  // of a line, but for blanks
  while (!printed.empty()) {
    if (printed.starts_with(kInside)) {
      out += is_json ? "##\\u005b" : "##\\[";
      printed.remove_prefix(kInside.size());
      at_start = false;
      continue;
    }
    if (at_start && printed.starts_with(kFirst)) out += '\\';
    const char c = printed.front();
    at_start = c == '\n' || (at_start && c == ' ');
    out += c;
    printed.remove_prefix(1);
  }
  return out;
}

Page GatePage(const GateVerdict& verdict) {
  Page page{.title = std::string("Gate: ") + GateStateName(verdict.state),
            .body = MakeGateDocument(verdict)};
  std::vector<Chart> charts;
  for (const GateTest& test : verdict.tests) {
    if (!test.loss || test.margin <= 0) continue;
    const std::string title = test.metric + " against " + test.against;
    auto chart = std::find_if(charts.begin(), charts.end(),
                              [&](const Chart& made) { return made.title == title; });
    if (chart == charts.end()) {
      chart = charts.insert(charts.end(), LossChart(title, charts.size() + 1, test.margin));
    }
    AddLoss(test, &*chart);
  }
  // After the reasons, before the tables.
  auto place = page.body.begin();
  while (place != page.body.end() && !std::holds_alternative<Table>(*place) &&
         (place == page.body.begin() || !std::holds_alternative<Heading>(*place))) {
    ++place;
  }
  page.body.insert(place, charts.begin(), charts.end());
  return page;
}

}  // namespace dsb
