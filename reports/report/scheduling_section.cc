#include "reports/report/scheduling_section.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/counted.h"
#include "reports/text/number_text.h"
#include "results/metrics/scheduling.h"
#include "results/run_facts.h"

namespace dsb {
namespace {

constexpr const char* kSchedulingWords =
    "requests: in a step that decodes and prefills nothing. budget: drafts that its pass was "
    "allowed, a request. verified: drafts in it, a request. drafted: share of the steps that "
    "drafted. cut: rounds that verified fewer than were drafted. undrafted: rounds for which the "
    "policy had nothing drafted.";

std::string Share(int64_t part, int64_t whole) {
  return whole == 0 ? "n/a" : Percent(static_cast<double>(part) / static_cast<double>(whole));
}

void AddRows(const ReportArm& arm, const SchedulingSummary& summary, Table& table) {
  for (const SchedulingLoad& load : summary.loads) {
    const std::string requests = load.from == load.to
                                     ? std::to_string(load.from)
                                     : std::to_string(load.from) + "-" + std::to_string(load.to);
    table.rows.push_back({TimedName(arm), requests, std::to_string(load.steps),
                          Share(load.drafting_steps, load.steps), Fixed(load.budget, 2),
                          Fixed(load.verified, 2), Fixed(load.step_ns * 1e-6, 2)});
  }
}

// tau_b and tau_c over the pairs, none if one is missing.
std::optional<std::pair<double, double>> AcceptedLengths(const ArmComparison& comparison) {
  for (const ComparedMetric& metric : comparison.metrics) {
    if (metric.metric != "accepted_length" || !metric.baseline || !metric.candidate) continue;
    return std::pair(*metric.baseline, *metric.candidate);
  }
  return std::nullopt;
}

}  // namespace

const char* const kBreakEvenWords =
    "break-even: the accepted length at which the arm would decode as fast as its baseline with "
    "the step time that it has; accepted length: the one that it has, over the same pairs.";

std::vector<Block> SchedulingSection(const ReportSet& set) {
  std::vector<Block> blocks;
  Table table;
  table.columns = {{"arm", true},     {"requests", false}, {"steps", false},  {"drafted %", false},
                   {"budget", false}, {"verified", false}, {"ms/step", false}};
  std::vector<Line> lines;
  bool schedules = false;
  for (const ReportArm& arm : set.arms) {
    const std::optional<SchedulingSummary>& summary = arm.steps.scheduling;
    if (!summary) continue;
    schedules = schedules || IsScheduling(arm.data->run);
    AddRows(arm, *summary, table);
    lines.push_back({arm.name + ": " + Share(summary->cut, summary->rounds) + " % of " +
                         Counted(summary->rounds, "round") + " cut, " +
                         Share(summary->undrafted, summary->rounds) + " % undrafted.",
                     {arm.name}});
    const std::string& inert = arm.steps.policy_inert;
    if (!inert.empty()) {
      lines.push_back({"Note: " + arm.name + ": policy_inert: " + inert + ".", {arm.name}});
    }
  }
  if (!schedules || table.rows.empty()) return blocks;
  blocks.emplace_back(Heading{2, "What the policies did"});
  blocks.emplace_back(std::move(table));
  for (Line& line : lines) blocks.emplace_back(std::move(line));
  blocks.emplace_back(Line{kSchedulingWords});
  return blocks;
}

std::optional<Estimate> BreakEvenLength(const ArmComparison& comparison) {
  const auto lengths = AcceptedLengths(comparison);
  const Estimate& factor = comparison.factors.step_time_factor.ratio;
  if (!lengths || !factor.value || *factor.value <= 0) return std::nullopt;
  const auto inverse = [tau = lengths->first](const std::optional<double>& x) {
    return x && *x > 0 ? std::optional(tau / *x) : std::nullopt;
  };
  Estimate needed = factor;
  needed.value = inverse(factor.value);
  needed.lo = inverse(factor.hi);
  needed.hi = inverse(factor.lo);
  return needed;
}

Table BreakEvenTable(const std::vector<BreakEvenRow>& rows) {
  Table table;
  table.columns = {
      {"arm", true}, {"accepted length", false}, {"break-even", false}, {"of it", false}};
  for (const BreakEvenRow& row : rows) {
    const std::optional<Estimate> needed = BreakEvenLength(*row.comparison);
    if (!needed) continue;
    const double candidate = AcceptedLengths(*row.comparison)->second;
    table.rows.push_back({row.arm, Fixed(candidate, 3), WithInterval(*needed, 3),
                          Fixed(candidate / *needed->value, 3)});
  }
  return table;
}

Table BreakEvenTable(const ReportSet& set) {
  std::vector<BreakEvenRow> rows;
  for (const ReportComparison& comparison : set.comparisons) {
    const ArmComparison* const all = comparison.Find("all");
    if (all != nullptr) rows.push_back({TimedName(set.arms[comparison.candidate]), all});
  }
  return BreakEvenTable(rows);
}

}  // namespace dsb
