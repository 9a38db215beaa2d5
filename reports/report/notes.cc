#include "reports/report/notes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "reports/model/scopes.h"
#include "reports/text/number_text.h"

namespace dsb {
namespace {

using Names = std::vector<std::string>;

// One statement about every combination of its parts.
struct Statement {
  std::string what;
  std::array<Names, 3> parts;
};

void AddNew(const Names& more, Names& names) {
  for (const std::string& name : more) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
}

// Joins statements that differ in one part only, for each part in turn.
std::vector<Statement> Joined(std::vector<Statement> statements) {
  for (size_t part = 0; part < statements.front().parts.size(); ++part) {
    std::vector<Statement> joined;
    for (Statement& statement : statements) {
      const auto same = std::find_if(joined.begin(), joined.end(), [&](const Statement& other) {
        if (other.what != statement.what) return false;
        for (size_t i = 0; i < other.parts.size(); ++i) {
          if (i != part && other.parts[i] != statement.parts[i]) return false;
        }
        return true;
      });
      if (same == joined.end()) {
        joined.push_back(std::move(statement));
      } else {
        AddNew(statement.parts[part], same->parts[part]);
      }
    }
    statements = std::move(joined);
  }
  return statements;
}

// As the tables call it.
std::string TitleOf(const std::string& metric) {
  if (metric == "accepted_length") return "accepted length";
  if (metric == "user_decode_tokens_per_s") return "tokens/s";
  if (metric == "device_time_per_token") return "device ms/token";
  if (metric == "device_busy_share") return "busy %";
  return metric;
}

bool IsAll(const Names& arms, size_t num_arms) { return arms.size() == num_arms && num_arms > 1; }

std::string ArmsText(const Names& arms, size_t num_arms) {
  return IsAll(arms, num_arms) ? "all arms" : Enumerated(arms);
}

// Two ways to sum up one quantity that give figures more than 2 % apart.
void AddDiffering(const ReportSet& set, const char* pooled, const char* mean, const char* what,
                  std::vector<Line>& notes) {
  Names arms, figures;
  for (const ReportArm& arm : set.arms) {
    const std::optional<double> first = arm.ValueOf(pooled, "all"),
                                second = arm.ValueOf(mean, "all");
    if (!first || !second || std::abs(*second / *first - 1) <= 0.02) continue;
    arms.push_back(arm.name);
    figures.push_back(arm.name + " " + Fixed(*second, 3) + " (" + Fixed(*first, 3) + ")");
  }
  if (arms.empty()) return;
  notes.push_back({std::string(what) +
                       " (beside it the pooled figure of the table): " + Enumerated(figures) + ".",
                   std::move(arms)});
}

}  // namespace

std::string Enumerated(const Names& names) {
  std::string list;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0) list += i + 1 < names.size() ? ", " : " and ";
    list += names[i];
  }
  return list;
}

std::vector<Line> NotesOn(const ReportSet& set, const Names& metrics) {
  std::vector<Statement> statements;
  for (const std::string& scope : ShownScopes(set)) {
    for (size_t i = 0; i < set.arms.size(); ++i) {
      const bool is_device = metrics.front().starts_with("device_");
      for (const MetricNote& note : (is_device ? set.TimesOf(i) : set.arms[i]).notes) {
        if (note.scope != scope || std::count(metrics.begin(), metrics.end(), note.metric) == 0) {
          continue;
        }
        statements.push_back(
            {note.note, {Names{set.arms[i].name}, {ScopeTitle(scope)}, {TitleOf(note.metric)}}});
      }
    }
  }
  if (statements.empty()) return {};
  std::vector<Line> notes;
  for (const Statement& statement : Joined(std::move(statements))) {
    const auto& [arms, scopes, titles] = statement.parts;
    const bool of_all = IsAll(arms, set.arms.size());
    notes.push_back({Enumerated(titles) + " of " + ArmsText(arms, set.arms.size()) +
                         (scopes == Names{"all"} ? "" : "; " + Enumerated(scopes)) + ": " +
                         statement.what + ".",
                     of_all ? Names{} : arms});
  }
  return notes;
}

std::vector<Line> SetNotes(const ReportSet& set) {
  std::vector<Line> notes;
  for (const ReportArm& arm : set.arms) {
    if (const std::string what = ContentionOf(arm.data); !what.empty()) {
      notes.push_back(
          {"! the times of " + arm.name + " were disturbed: " + what + ".", {arm.name}});
    }
    if (!arm.broken.empty())
      notes.push_back({arm.name + " breaks an invariant: " + arm.broken + ".", {arm.name}});
  }
  const std::vector<Line> doubts =
      NotesOn(set, {"accepted_length", "user_decode_tokens_per_s", "phase_wall"});
  notes.insert(notes.end(), doubts.begin(), doubts.end());
  AddDiffering(set, "accepted_length", "accepted_length_per_request",
               "accepted length as a mean over requests", notes);
  AddDiffering(set, "user_decode_tokens_per_s", "mean_decode_rate",
               "tokens/s as a mean over requests", notes);
  for (const ReportArm& arm : set.arms) {
    if (arm.data->num_segments > 1) {
      const auto flag = arm.data->flags.find("resumed");
      const bool changed = flag != arm.data->flags.end() && !flag->second.empty();
      notes.push_back({arm.name + " was resumed" + (changed ? " with " + flag->second : "") +
                           ": the requests' times are of all " +
                           std::to_string(arm.data->num_segments) +
                           " segments, steps, phases and throughput of one.",
                       {arm.name}});
    }
  }
  return notes;
}

std::string WhyMissing(const ReportArm& arm, const std::string& metric, const std::string& scope) {
  const MetricRecord* const record = arm.Find(metric, scope);
  if (record == nullptr) return "not measured in this run";
  std::string why = record->estimate.note;
  for (const MetricNote& note : arm.notes) {
    if (note.metric == metric && note.scope == scope) why = note.note;
  }
  if (why.starts_with("n/a: ")) why.erase(0, 5);
  return why.empty() ? "nothing to count" : why;
}

Names GapLines(const std::vector<Gap>& gaps, size_t num_rows) {
  if (gaps.empty()) return {};
  std::vector<Statement> statements;
  for (const Gap& gap : gaps) statements.push_back({gap.why, {Names{gap.row}, {gap.title}, {}}});
  Names lines;
  for (const Statement& statement : Joined(std::move(statements))) {
    lines.push_back("n/a: " + Enumerated(statement.parts[1]) + " of " +
                    ArmsText(statement.parts[0], num_rows) + ": " + statement.what + ".");
  }
  return lines;
}

}  // namespace dsb
