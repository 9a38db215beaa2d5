#include "reports/model/load_groups.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "results/run_facts.h"
#include "results/statistics/student.h"

namespace dsb {
namespace {

std::string LoadOf(const RunRecord& run) {
  std::string load;
  for (const Fact& fact : LoadFacts(run)) load += fact.value + '\n';
  return load;
}

// Everything that must be equal but for the load and the label, which counts passes.
std::string QuestionOf(const RunData& data) {
  const RunConfig config = ConfigOf(data.run);
  std::string key = data.run.load_mode + '\n' + config.weights + '\n' + config.device + '\n' +
                    std::to_string(data.run.threads);
  for (const Fact& fact : ComparableFacts(data)) key += '\n' + fact.value;
  return key;
}

}  // namespace

std::vector<LoadGroup> LoadGroupsOf(const ReportModel& model) {
  std::vector<std::pair<std::string, LoadGroup>> groups;
  for (const ReportSet& set : model.sets) {
    const RunData& data = set.arms.front().data;
    if (!data.run.arrival) continue;
    const std::string question = QuestionOf(data);
    auto found = std::find_if(groups.begin(), groups.end(),
                              [&](const auto& group) { return group.first == question; });
    if (found == groups.end()) found = groups.insert(groups.end(), {question, {}});
    found->second.sets.push_back(&set);
  }
  std::vector<LoadGroup> all;
  for (auto& [question, group] : groups) {
    std::set<std::string> loads;
    for (const ReportSet* set : group.sets) loads.insert(LoadOf(set->arms.front().data->run));
    if (loads.size() > 1) all.push_back(std::move(group));
  }
  return all;
}

std::vector<LoadPoint> LoadPointsOf(const LoadGroup& group) {
  std::vector<LoadPoint> points;
  for (const ReportSet* set : group.sets) {
    for (const ReportArm& arm : set->arms) {
      const std::string load = LoadOf(arm.data->run);
      auto found = std::find_if(points.begin(), points.end(), [&](const LoadPoint& point) {
        return point.arm == arm.name && point.load == load;
      });
      if (found == points.end()) found = points.insert(points.end(), {arm.name, load});
      found->runs.push_back(&arm);
    }
  }
  std::stable_sort(points.begin(), points.end(),
                   [](const LoadPoint& a, const LoadPoint& b) { return a.arm < b.arm; });
  return points;
}

Estimate MeanOverRuns(const LoadPoint& point, const std::string& metric, double level) {
  std::vector<double> logs;
  for (const ReportArm* arm : point.runs) {
    const std::optional<double> value = arm->ValueOf(metric, "all");
    if (!value || *value <= 0) return {};
    if (point.runs.size() == 1) return {.value = value, .n = 1};
    logs.push_back(std::log(*value));
  }
  return logs.empty() ? Estimate{} : GeometricMean(logs, level);
}

}  // namespace dsb
