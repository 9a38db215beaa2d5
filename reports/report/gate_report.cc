#include "reports/report/gate_report.h"

#include "reports/model/scopes.h"
#include "reports/report/report_tables.h"
#include "reports/text/number_text.h"

namespace dsb {
namespace {

std::string Share(const std::optional<double>& share) {
  return share ? Fixed(*share * 100, 2) + " %" : "n/a";
}

std::string Loss(const GateTest& test) {
  if (!test.lo || !test.hi || *test.lo == *test.hi) return Share(test.loss);
  return Fixed(*test.loss * 100, 2) + " [" + Fixed(*test.lo * 100, 2) + ", " +
         Fixed(*test.hi * 100, 2) + "] %";
}

std::string Title(GateState state) {
  switch (state) {
    case GateState::kPass:
      return "Gate: pass";
    case GateState::kFail:
      return "Gate: FAIL";
    case GateState::kInconclusive:
      return "Gate: inconclusive";
    case GateState::kNotComparable:
      break;
  }
  return "Gate: not comparable";
}

Table TestTable(const std::vector<GateTest>& tests) {
  Table table;
  table.columns = {{"arm", true},       {"metric", true},   {"against", true},
                   {"data set", true},  {"loss", false},    {"margin", false},
                   {"p (Holm)", false}, {"prompts", false}, {"state", true}};
  for (const GateTest& test : tests) {
    table.rows.push_back({test.arm, test.metric, test.against, ScopeTitle(test.scope), Loss(test),
                          Share(test.margin), FixedOr(test.p_holm, 4), std::to_string(test.ratio.n),
                          GateStateName(test.state)});
  }
  return table;
}

Table RuleTable(const std::vector<GateRule>& rules) {
  Table table;
  table.columns = {{"arm", true}, {"rule", true}, {"outcome", true}, {"detail", true}};
  for (const GateRule& rule : rules) {
    const char* outcome = rule.outcome == GateRule::Outcome::kHolds    ? "holds"
                          : rule.outcome == GateRule::Outcome::kBroken ? "BROKEN"
                                                                       : "not checked";
    table.rows.push_back({rule.arm, rule.rule, outcome, rule.detail});
  }
  return table;
}

Table SecondaryTable(const std::vector<GateSecondary>& rows) {
  Table table;
  table.columns = {{"arm", true}, {"metric", true}, {"ratio", false}, {"q", false}};
  for (const GateSecondary& row : rows) {
    table.rows.push_back({row.arm, row.metric, WithInterval(row.ratio, 3), FixedOr(row.q, 4)});
  }
  return table;
}

Table DifferenceTable(const std::vector<GateDifference>& differences) {
  Table table;
  table.columns = {{"arm", true}, {"field", true}, {"baseline", true}, {"candidate", true}};
  for (const GateDifference& difference : differences) {
    table.rows.push_back(
        {difference.arm, difference.what.field, difference.what.before, difference.what.after});
  }
  return table;
}

}  // namespace

Document MakeGateDocument(const GateVerdict& verdict) {
  Document document;
  document.emplace_back(Heading{1, Title(verdict.state)});
  for (const std::string& reason : verdict.reasons) document.emplace_back(Line{reason});
  for (const std::string& warning : verdict.warnings) {
    document.emplace_back(Line{"Warning: " + warning + "."});
  }
  if (!verdict.across.empty()) {
    document.emplace_back(Line{"Note: " + verdict.across + " was allowed to differ."});
  }
  if (!verdict.differences.empty()) document.emplace_back(DifferenceTable(verdict.differences));
  if (!verdict.tests.empty()) {
    document.emplace_back(Heading{2, "Primary metrics"});
    document.emplace_back(TestTable(verdict.tests));
    document.emplace_back(
        Line{"Loss: relative change in the bad direction, 95 % interval by resampling prompts (" +
             std::to_string(verdict.bootstrap.num_resamples) + " resamples, seed " +
             std::to_string(verdict.bootstrap.statistics_seed) +
             "). Pass: its upper end is at most the margin. Fail: its lower end is above it, after "
             "Holm's correction. Anchor margins are 1.5 times the policy's."});
  }
  if (!verdict.rules.empty()) {
    document.emplace_back(Heading{2, "Rules"});
    document.emplace_back(RuleTable(verdict.rules));
  }
  if (!verdict.secondary.empty()) {
    document.emplace_back(Heading{2, "Secondary metrics (shown, never decide)"});
    document.emplace_back(SecondaryTable(verdict.secondary));
    document.emplace_back(
        Line{"Ratio: candidate / baseline. q: false discovery rate (Benjamini-Hochberg)."});
  }
  return document;
}

Document MakeNoiseDocument(const std::vector<NoiseFloorRecord>& records) {
  Document document;
  document.emplace_back(Heading{1, "Noise floor: equal runs against each other"});
  Table table;
  table.columns = {
      {"metric", true}, {"pairs", false}, {"95th percentile", false}, {"false alarms", false}};
  for (const NoiseFloorRecord& record : records) {
    table.rows.push_back({record.metric, std::to_string(record.pairs),
                          Share(record.p95_abs_log_ratio), Share(record.false_alarm_rate)});
  }
  document.emplace_back(std::move(table));
  document.emplace_back(
      Line{"95th percentile of |log ratio| over the pairs. A margin should be at "
           "least twice that."});
  return document;
}

}  // namespace dsb
