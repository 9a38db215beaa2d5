#include "reports/compare.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "reports/device_table.h"
#include "reports/number_text.h"
#include "reports/report_document.h"
#include "reports/report_tables.h"
#include "reports/run_facts.h"

namespace dsb {
namespace {

std::string ListOf(const std::vector<RunRecord>& runs) {
  std::string list;
  for (const RunRecord& run : runs) {
    list += (list.empty() ? "" : ", ") + std::to_string(run.id) + " (" + ArmName(run) + ")";
  }
  return list.empty() ? "no runs" : list;
}

// The newest run that is complete, or else the newest.
const RunRecord* Newest(const std::vector<const RunRecord*>& runs) {
  const RunRecord* best = nullptr;
  for (const RunRecord* run : runs) {
    const bool better = best == nullptr || run->state == "complete" || best->state != "complete";
    if (better) best = run;
  }
  return best;
}

// Newest run of each arm.
std::vector<const RunRecord*> NewestByArm(const std::vector<RunRecord>& runs) {
  std::vector<std::string> names;
  std::vector<std::vector<const RunRecord*>> groups;
  for (const RunRecord& run : runs) {
    const auto found = std::find(names.begin(), names.end(), ArmName(run));
    if (found == names.end()) {
      names.push_back(ArmName(run));
      groups.push_back({&run});
    } else {
      groups[static_cast<size_t>(found - names.begin())].push_back(&run);
    }
  }
  std::vector<const RunRecord*> newest;
  newest.reserve(groups.size());
  for (const auto& group : groups) newest.push_back(Newest(group));
  return newest;
}

// Significant digits for figures of any size and unit.
std::string Figure(const std::optional<double>& value, const std::string& metric) {
  const std::string_view unit = DefinitionOf(metric).unit;
  if (unit == "ns" || unit == "ns/round" || unit == "ns/token") {
    return FixedOr(value, 3, 1e-6) + (value ? " ms" : "");
  }
  return FixedOr(value, 3);
}

std::string Verdict(const PairedEstimate& estimate, int better) {
  const Estimate& ratio = estimate.ratio;
  if (better == 0 || !ratio.lo || !ratio.hi) return "";
  if (*ratio.lo <= 1 && *ratio.hi >= 1) return "no difference shown";
  return (*ratio.lo > 1) == (better > 0) ? "better" : "worse";
}

Table MetricTable(const ArmComparison& comparison) {
  Table table;
  table.columns = {
      {"metric", true}, {"baseline", false}, {"candidate", false}, {"ratio", false}, {"", true}};
  for (const ComparedMetric& metric : comparison.metrics) {
    table.rows.push_back({metric.metric, Figure(metric.baseline, metric.metric),
                          Figure(metric.candidate, metric.metric),
                          WithInterval(metric.ratio.ratio, 3),
                          Verdict(metric.ratio, DefinitionOf(metric.metric).better)});
  }
  return table;
}

Table FactorTable(const std::vector<ArmComparison>& scopes) {
  Table table;
  table.columns = {{"domain", true},
                   {"prompts", false},
                   {"speed-up", false},
                   {"= length factor", false},
                   {"x step-time factor", false}};
  for (const ArmComparison& comparison : scopes) {
    if (comparison.scope.starts_with("dataset:")) continue;
    const SpeedupFactors& factors = comparison.factors;
    table.rows.push_back({ScopeTitle(comparison.scope), std::to_string(comparison.prompts),
                          WithInterval(factors.speedup.ratio, 3),
                          WithInterval(factors.accepted_length_factor.ratio, 3),
                          WithInterval(factors.step_time_factor.ratio, 3)});
  }
  return table;
}

}  // namespace

const RunRecord& FindRun(const std::vector<RunRecord>& runs, const std::string& selector,
                         const char* side) {
  std::vector<const RunRecord*> found;
  std::set<std::string> names;
  for (const RunRecord& run : runs) {
    const std::string name = ArmName(run);
    if (selector == std::to_string(run.id)) return run;
    if (selector.empty() || selector == run.drafter || selector == name) {
      found.push_back(&run);
      names.insert(name);
    }
  }
  if (found.empty()) {
    ThrowBadInput(std::string(side) + " run '" + selector + "': not in the file; it has " +
                  ListOf(runs));
  }
  if (selector.empty() && names.size() > 1) {
    ThrowBadInput(std::string(side) + " run: name one, the file has " + ListOf(runs));
  }
  return *Newest(found);
}

ComparedPair ComparePair(RunData baseline, RunData candidate, const CompareOptions& options) {
  ComparedPair pair;
  const std::vector<Fact> before = ComparableFacts(baseline), after = ComparableFacts(candidate);
  for (const std::string& field : options.across) {
    const bool known = std::any_of(before.begin(), before.end(),
                                   [&](const Fact& fact) { return fact.field == field; });
    if (known) continue;
    std::string names;
    for (const Fact& fact : before) names += (names.empty() ? "" : ", ") + fact.field;
    ThrowBadInput("--across " + field + ": expected one of " + names);
  }
  std::string differing;
  for (size_t i = 0; i < before.size(); ++i) {
    if (before[i].value == after[i].value) continue;
    if (std::count(options.across.begin(), options.across.end(), before[i].field) > 0) {
      pair.across.push_back(before[i].field);
      continue;
    }
    const auto shown = [](const std::string& value) { return value.empty() ? "none" : value; };
    differing += (differing.empty() ? "" : "; ") + before[i].field + ": baseline " +
                 shown(before[i].value) + ", candidate " + shown(after[i].value);
  }
  if (!differing.empty()) {
    ThrowBadInput("runs " + std::to_string(baseline.run.id) + " and " +
                  std::to_string(candidate.run.id) + " cannot be compared: " + differing +
                  " (--across FIELD allows one)");
  }
  pair.baseline = std::move(baseline);
  pair.candidate = std::move(candidate);
  for (const std::string& scope : ScopesOf(pair.baseline)) {
    pair.scopes.push_back(CompareArms(pair.baseline, pair.candidate, scope, options.metrics));
  }
  return pair;
}

std::vector<std::pair<int64_t, int64_t>> ChoosePairs(const std::vector<RunRecord>& baseline,
                                                     const std::vector<RunRecord>& candidate,
                                                     bool same_store,
                                                     const CompareOptions& options) {
  if (!options.baseline_run.empty() || !options.candidate_run.empty()) {
    return {{FindRun(baseline, options.baseline_run, "baseline").id,
             FindRun(candidate, options.candidate_run, "candidate").id}};
  }
  std::vector<std::pair<int64_t, int64_t>> pairs;
  for (const RunRecord* before : NewestByArm(baseline)) {
    for (const RunRecord* after : NewestByArm(candidate)) {
      const bool wanted = same_store ? IsBaseline(*before) && !IsBaseline(*after)
                                     : ArmName(*before) == ArmName(*after);
      if (wanted) pairs.emplace_back(before->id, after->id);
    }
  }
  if (pairs.empty()) {
    ThrowBadInput("the files have no arm in common: baseline " + ListOf(baseline) + "; candidate " +
                  ListOf(candidate));
  }
  return pairs;
}

std::optional<RunData> ReadTimesOf(const Store& store, const RunRecord& run) {
  const std::string session = ConfigText(run, "session");
  if (ConfigText(run, "observers") != "off") return std::nullopt;
  for (const RunRecord& other : ReadRuns(store)) {
    if (!IsObserved(other) || ArmName(other) != ArmName(run)) continue;
    if (ConfigText(other, "session") == session) return ReadRun(store, other.id, {});
  }
  return std::nullopt;
}

namespace {

void AddDeviceTimes(const ComparedPair& pair, Document* document) {
  std::vector<DeviceRow> rows;
  const auto add = [&rows](const char* name, const RunData& run,
                           const std::optional<RunData>& times) {
    std::optional<DeviceSummary> summary = SummariseDevice(times ? *times : run);
    if (summary) rows.push_back({name, std::move(*summary)});
  };
  add("baseline", pair.baseline, pair.baseline_times);
  add("candidate", pair.candidate, pair.candidate_times);
  if (rows.empty()) return;
  document->emplace_back(Heading{2, "Device time per delivered token"});
  document->emplace_back(DeviceTable(rows));
  document->emplace_back(DevicePhaseTable(rows));
  for (std::string& line : DeviceLines(rows)) document->emplace_back(Line{std::move(line)});
}

}  // namespace

Document MakeCompareDocument(const std::vector<ComparedPair>& pairs, const MetricOptions& options) {
  Document document;
  for (const ComparedPair& pair : pairs) {
    const std::string before =
        ArmName(pair.baseline.run) + " #" + std::to_string(pair.baseline.run.id);
    const std::string after =
        ArmName(pair.candidate.run) + " #" + std::to_string(pair.candidate.run.id);
    document.emplace_back(Heading{1, "Baseline " + before + ", candidate " + after});
    const ArmComparison& all = pair.scopes.front();
    document.emplace_back(Line{PairingLine("Candidate", "baseline", all)});
    for (const std::string& field : pair.across) {
      document.emplace_back(Line{"Note: compared across a different " + field + "."});
    }
    const std::vector<Fact> first = SideFacts(pair.baseline), second = SideFacts(pair.candidate);
    for (size_t i = 0; i < first.size(); ++i) {
      if (first[i].value == second[i].value) continue;
      document.emplace_back(Line{"Note: " + first[i].field + " differs: baseline " +
                                 first[i].value + "; candidate " + second[i].value + "."});
    }
    document.emplace_back(FactorTable(pair.scopes));
    const std::string residual = ResidualLine(all);
    if (!residual.empty()) document.emplace_back(Line{residual});
    document.emplace_back(MetricTable(all));
    document.emplace_back(Line{StatisticsLine(options)});
    AddDeviceTimes(pair, &document);
  }
  return document;
}

}  // namespace dsb
