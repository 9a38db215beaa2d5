#include "reports/pareto/pareto.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "base/counted.h"
#include "reports/text/number_text.h"
#include "results/metrics/metrics.h"
#include "results/run_facts.h"
#include "results/statistics/student.h"

namespace dsb {
namespace {

constexpr const char* kParetoWords =
    "output tokens/s: of all users; user tokens/s: of one, from first to last token. Means over "
    "runs "
    "(geometric), [brackets]: 95 % t intervals over runs; x plain: paired by pass with the plain "
    "arm "
    "at the same load. dominated: another point has no less of both and more of one.";
// Fewer pairs of runs decide nothing (measurement.md 7).
constexpr int64_t kLeastPairs = 5;

using ByPass = std::map<int64_t, double>;

struct Group {
  std::string load, arm;  // the load with all that tells it from another
  const RunRecord* first = nullptr;
  std::vector<int64_t> runs = {};
  ByPass output = {}, user = {}, accepted = {}, concurrency = {}, budget = {};
  std::set<std::string> flags = {};
};

void Take(const PointRun& run, const char* metric, ByPass& values) {
  const MetricRecord* const record = FindMetric(run.metrics, metric, "all");
  if (record == nullptr || !record->estimate.value || *record->estimate.value <= 0) return;
  values[run.pass] = *record->estimate.value;
}

std::string LoadOf(const RunRecord& run) {
  std::string load;
  for (const Fact& fact : LoadFacts(run)) load += fact.value + '\n';
  return load;
}

std::vector<Group> GroupsOf(const std::vector<PointRun>& runs) {
  std::vector<Group> groups;
  for (const PointRun& run : runs) {
    const std::string load = LoadOf(run.run), arm = run.arm.empty() ? ArmName(run.run) : run.arm;
    auto found = std::find_if(groups.begin(), groups.end(), [&](const Group& group) {
      return group.load == load && group.arm == arm;
    });
    if (found == groups.end()) {
      found = groups.insert(groups.end(), {.load = load, .arm = arm, .first = &run.run});
    }
    found->runs.push_back(run.run.id);
    Take(run, "output_tokens_per_s", found->output);
    Take(run, "user_decode_tokens_per_s", found->user);
    Take(run, "accepted_length", found->accepted);
    Take(run, "mean_decode_concurrency", found->concurrency);
    Take(run, "budget", found->budget);
    found->flags.insert(run.flags.begin(), run.flags.end());
  }
  std::vector<std::string> loads;
  for (const Group& group : groups) {
    if (std::find(loads.begin(), loads.end(), group.load) == loads.end()) {
      loads.push_back(group.load);
    }
  }
  std::stable_sort(groups.begin(), groups.end(), [&](const Group& a, const Group& b) {
    return std::find(loads.begin(), loads.end(), a.load) <
           std::find(loads.begin(), loads.end(), b.load);
  });
  return groups;
}

Estimate Mean(const ByPass& values, double level) {
  std::vector<double> logs;
  for (const auto& [pass, value] : values) logs.push_back(std::log(value));
  Estimate mean = GeometricMean(logs, level);
  if (values.size() == 1) mean.value = values.begin()->second;  // to the last bit
  return mean;
}

Estimate Ratio(const ByPass& values, const ByPass& plain, double level) {
  std::vector<double> logs;
  for (const auto& [pass, value] : values) {
    const auto other = plain.find(pass);
    if (other != plain.end()) logs.push_back(std::log(value / other->second));
  }
  return GeometricMean(logs, level);
}

bool Beats(const ParetoPoint& a, const ParetoPoint& b) {
  const std::optional<double>&a_all = a.output_tokens_per_s.value,
        &a_one = a.user_tokens_per_s.value, &b_all = b.output_tokens_per_s.value,
        &b_one = b.user_tokens_per_s.value;
  if (!a_all || !a_one || !b_all || !b_one) return false;
  return *a_all >= *b_all && *a_one >= *b_one && (*a_all > *b_all || *a_one > *b_one);
}

std::string Interval(const Estimate& estimate, int decimals) {
  std::string text = FixedOr(estimate.value, decimals);
  if (estimate.lo && estimate.hi) {
    text += " [" + Fixed(*estimate.lo, decimals) + ", " + Fixed(*estimate.hi, decimals) + "]";
  }
  return text;
}

}  // namespace

std::string LoadName(const RunRecord& run) {
  if (run.users) return "users " + std::to_string(*run.users);
  if (run.offered_rate_per_s) {
    return Shortest(*run.offered_rate_per_s) + "/s " + run.arrival.value_or("");
  }
  if (run.rate_scale) return "trace x " + Shortest(*run.rate_scale);
  return run.load_mode;
}

std::vector<ParetoPoint> ParetoPoints(const std::vector<PointRun>& runs, double level) {
  const std::vector<Group> groups = GroupsOf(runs);
  std::vector<ParetoPoint> points;
  for (const Group& group : groups) {
    ParetoPoint& point = points.emplace_back();
    point.load = LoadName(*group.first);
    point.arm = group.arm;
    point.runs = group.runs;
    point.output_tokens_per_s = Mean(group.output, level);
    point.user_tokens_per_s = Mean(group.user, level);
    point.decode_concurrency = Mean(group.concurrency, level);
    point.budget = Mean(group.budget, level);
    point.flags.assign(group.flags.begin(), group.flags.end());
    if (!group.accepted.empty()) {
      double sum = 0;
      for (const auto& [pass, value] : group.accepted) sum += value;
      point.accepted_length = sum / static_cast<double>(group.accepted.size());
    }
    if (IsBaseline(*group.first)) continue;
    ByPass user, output;  // of the plain arms at this load: one a pass
    for (const Group& plain : groups) {
      if (!IsBaseline(*plain.first) || plain.load != group.load) continue;
      user.insert(plain.user.begin(), plain.user.end());
      output.insert(plain.output.begin(), plain.output.end());
    }
    point.user_speedup = Ratio(group.user, user, level);
    point.output_gain = Ratio(group.output, output, level);
  }
  for (ParetoPoint& point : points) {
    point.dominated = std::any_of(points.begin(), points.end(),
                                  [&](const ParetoPoint& other) { return Beats(other, point); });
  }
  return points;
}

Document ParetoDocument(const std::vector<ParetoPoint>& points) {
  Table table;
  table.columns = {
      {"load", true},           {"arm", true},      {"runs", false},     {"output tokens/s", false},
      {"user tokens/s", false}, {"x plain", false}, {"accepted", false}, {"", true}};
  int64_t fewest = INT64_MAX;
  for (const ParetoPoint& point : points) {
    std::string marks = point.dominated ? "dominated" : "";
    for (const std::string& flag : point.flags) marks += (marks.empty() ? "" : ", ") + flag;
    const bool compared = point.user_speedup.value.has_value();
    if (compared) fewest = std::min(fewest, point.user_speedup.n);
    table.rows.push_back({point.load, point.arm, std::to_string(point.user_tokens_per_s.n),
                          Interval(point.output_tokens_per_s, 1),
                          Interval(point.user_tokens_per_s, 1),
                          compared ? Interval(point.user_speedup, 3) : "-",
                          point.accepted_length ? Fixed(*point.accepted_length, 2) : "-", marks});
  }
  Document document;
  document.emplace_back(Heading{1, "Load points"});
  document.emplace_back(std::move(table));
  document.emplace_back(Line{kParetoWords});
  if (fewest < kLeastPairs) {
    document.emplace_back(Line{"Note: a comparison rests on " + Counted(fewest, "pair") +
                               " of runs, expected " + std::to_string(kLeastPairs) +
                               " at least before anything is concluded."});
  }
  return document;
}

}  // namespace dsb
