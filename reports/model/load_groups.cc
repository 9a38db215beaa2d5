#include "reports/model/load_groups.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "results/run_facts.h"

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

}  // namespace dsb
