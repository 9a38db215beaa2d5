#include "reports/report/report_tables.h"

#include <algorithm>
#include <string_view>

#include "reports/model/scopes.h"
#include "reports/text/number_text.h"
#include "results/phases.h"
#include "results/run_facts.h"

namespace dsb {
namespace {

constexpr const char* kNoPlainArm = "no plain arm to compare with";

std::string ReasonOf(const Estimate& estimate) {
  const std::string& note = estimate.note;
  if (note.empty()) return "nothing to compare";
  return note.starts_with("n/a: ") ? note.substr(5) : note;
}

// Of the rounds that its acceptance is from.
RoundCounts CountsOf(const ReportArm& arm) {
  RoundCounts counts;
  for (const RequestRow* row : Select(arm.data).acceptance) {
    for (const RoundRecord& round : row->request.rounds) counts.Add(round);
  }
  return counts;
}

// Positions count from 1.
int64_t At(const std::vector<int64_t>& counts, int64_t position) {
  const auto k = static_cast<size_t>(position);
  return k <= counts.size() ? counts[k - 1] : 0;
}

std::optional<double> ShareOf(int64_t part, int64_t whole) {
  if (whole == 0) return std::nullopt;
  return static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

Table SpeedTable(const ReportSet& set) {
  Table table;
  table.columns = {{"domain", true},    {"arm", true},       {"accepted length", false},
                   {"tokens/s", false}, {"speed-up", false}, {"= length", false},
                   {"x step", false}};
  for (const std::string& scope : ShownScopes(set)) {
    for (size_t i = 0; i < set.arms.size(); ++i) {
      const ReportArm& arm = set.arms[i];
      std::vector<std::string> row{ScopeTitle(scope), TimedName(arm),
                                   WithInterval(arm.Find("accepted_length", scope), 3),
                                   FixedOr(arm.ValueOf("user_decode_tokens_per_s", scope), 1)};
      const ReportComparison* comparison = set.ComparisonOf(i);
      const ArmComparison* compared = comparison == nullptr ? nullptr : comparison->Find(scope);
      if (compared == nullptr) {
        row.insert(row.end(), {IsBaseline(arm.data->run) ? "1" : "n/a", "", ""});
      } else {
        const SpeedupFactors& factors = compared->factors;
        row.push_back(WithInterval(factors.speedup.ratio, 3));
        row.push_back(FixedOr(factors.accepted_length_factor.ratio.value, 3));
        row.push_back(FixedOr(factors.step_time_factor.ratio.value, 3));
      }
      table.rows.push_back(std::move(row));
    }
  }
  return table;
}

std::vector<Gap> SpeedGaps(const ReportSet& set) {
  std::vector<Gap> gaps;
  for (const std::string& scope : ShownScopes(set)) {
    for (size_t i = 0; i < set.arms.size(); ++i) {
      const ReportArm& arm = set.arms[i];
      for (const auto& [title, metric] :
           {std::pair<const char*, const char*>{"accepted length", "accepted_length"},
            {"tokens/s", "user_decode_tokens_per_s"}}) {
        if (arm.ValueOf(metric, scope)) continue;
        gaps.push_back({arm.name, title, WhyMissing(arm, metric, scope)});
      }
      if (IsBaseline(arm.data->run)) continue;
      const ReportComparison* const comparison = set.ComparisonOf(i);
      const ArmComparison* const compared =
          comparison == nullptr ? nullptr : comparison->Find(scope);
      const auto add = [&](const char* title, const PairedEstimate& estimate) {
        if (!estimate.ratio.value) gaps.push_back({arm.name, title, ReasonOf(estimate.ratio)});
      };
      if (compared == nullptr) {
        gaps.push_back({arm.name, "speed-up", kNoPlainArm});
      } else {
        add("speed-up", compared->factors.speedup);
        add("= length", compared->factors.accepted_length_factor);
        add("x step", compared->factors.step_time_factor);
      }
    }
  }
  return gaps;
}

Table PhaseTable(const ReportSet& set) {
  Table table;
  std::vector<std::string> shown;
  for (const std::string_view phase : kPhaseNames) {
    const std::string name(phase);
    for (size_t i = 0; i < set.arms.size(); ++i) {
      if (set.TimesOf(i).Find("phase_wall_share_" + name, "all") == nullptr) continue;
      shown.push_back(name);
      break;
    }
  }
  if (shown.empty()) return table;
  table.columns = {{"arm", true}, {"% of", true}};
  for (const std::string& phase : shown) table.columns.push_back({phase, false});
  table.columns.push_back({"ms/step", false});
  for (size_t i = 0; i < set.arms.size(); ++i) {
    const ReportArm& times = set.TimesOf(i);
    for (const auto& [title, metric] :
         {std::pair<std::string, std::string>{"wall", "phase_wall_share_"},
          {"CPU", "phase_cpu_share_"}}) {
      std::vector<std::string> row{TimedName(set.arms[i]), title};
      for (const std::string& phase : shown) {
        const MetricRecord* record = times.Find(metric + phase, "all");
        row.push_back(record == nullptr ? "-" : Percent(record->estimate.value));
      }
      row.push_back(title == "wall" ? FixedOr(times.ValueOf("step_wall", "all"), 2, 1e-6) : "");
      table.rows.push_back(std::move(row));
    }
  }
  return table;
}

bool HasConfidence(const ReportArm& arm) {
  return arm.Find("confidence_ece", "position:1") != nullptr;
}

Table PositionTable(const ReportArm& arm, const std::vector<std::string>& scopes) {
  Table table;
  table.columns = {{"k", false},
                   {"verified", false},
                   {"of rounds", false},
                   {"survival", false},
                   {"conditional acceptance", false}};
  std::vector<std::string> domains;
  for (const std::string& scope : scopes) {
    if (scope != "all" && domains.size() < 4) domains.push_back(scope);
  }
  for (const std::string& scope : domains) table.columns.push_back({ScopeTitle(scope), false});
  const bool confident = HasConfidence(arm);
  if (confident) {
    for (const char* title : {"ECE %", "AUC", "Brier"}) table.columns.push_back({title, false});
  }
  const RoundCounts counts = CountsOf(arm);
  for (int64_t k = 1; arm.Find("survival", PositionScope("all", k)) != nullptr; ++k) {
    const std::string place = PositionScope("all", k);
    std::vector<std::string> row{
        std::to_string(k), std::to_string(At(counts.verified_at_least, k)),
        FixedOr(ShareOf(At(counts.accepted_at_least, k), counts.rounds), 3),
        FixedOr(arm.ValueOf("survival", place), 3),
        WithInterval(arm.Find("conditional_acceptance", place), 3)};
    for (const std::string& scope : domains) {
      row.push_back(FixedOr(arm.ValueOf("conditional_acceptance", PositionScope(scope, k)), 3));
    }
    if (confident) {
      row.push_back(Percent(arm.ValueOf("confidence_ece", place)));
      row.push_back(FixedOr(arm.ValueOf("confidence_auc", place), 3));
      row.push_back(FixedOr(arm.ValueOf("confidence_brier", place), 3));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table RequestTable(const ReportSet& set) {
  Table table;
  table.columns = {{"arm", true},        {"run", false},       {"state", true},
                   {"measured", false},  {"warm-up", false},   {"failed", false},
                   {"cancelled", false}, {"no decode", false}, {"flags", true}};
  for (const ReportArm& arm : set.arms) {
    const RequestCounts& counts = arm.counts;
    std::string flags;
    for (const auto& [flag, detail] : arm.data->flags) flags += (flags.empty() ? "" : " ") + flag;
    table.rows.push_back({arm.name, std::to_string(arm.data->run.id), arm.data->run.state,
                          std::to_string(counts.measured), std::to_string(counts.warmup),
                          std::to_string(counts.failed), std::to_string(counts.cancelled),
                          std::to_string(counts.no_decode), flags.empty() ? "-" : flags});
  }
  return table;
}

Table CrosswalkTable(const Crosswalk& crosswalk) {
  Table table;
  table.columns = {{"tool", true}, {"figure", true}, {"value", false}, {"definition", true}};
  for (const CrosswalkRow& row : crosswalk.rows) {
    table.rows.push_back({row.tool, row.name, FixedOr(row.value, row.decimals), row.definition});
  }
  return table;
}

Table CrosswalkPositionTable(const Crosswalk& crosswalk) {
  Table table;
  table.columns = {{"k", false},         {"#(v >= k)", false},
                   {"#(a >= k)", false}, {"#(a >= k-1, v >= k)", false},
                   {"survival", false},  {"conditional", false},
                   {"DeepSpec", false},  {"vLLM", false}};
  for (const CrosswalkPosition& position : crosswalk.positions) {
    table.rows.push_back(
        {std::to_string(position.position), std::to_string(position.verified_at_least),
         std::to_string(position.accepted_at_least), std::to_string(position.reached),
         FixedOr(position.survival, 4), FixedOr(position.conditional_acceptance, 4),
         FixedOr(position.deepspec_accept_rate, 4), FixedOr(position.vllm_position_rate, 4)});
  }
  return table;
}

}  // namespace dsb
