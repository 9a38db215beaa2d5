#include "reports/model.h"

#include <algorithm>
#include <cstdlib>
#include <map>

#include "reports/run_facts.h"

namespace dsb {
namespace {

// The baseline of a candidate: of its session, else the nearest by id, the earlier one in a tie.
// None: no value.
std::optional<size_t> BaselineFor(const ReportSet& set, size_t candidate) {
  const RunRecord& run = set.arms[candidate].data.run;
  const std::string session = ConfigText(run, "session");
  std::optional<size_t> best;
  std::pair<bool, int64_t> best_distance;
  for (size_t i = 0; i < set.arms.size(); ++i) {
    const RunRecord& other = set.arms[i].data.run;
    if (!IsBaseline(other)) continue;
    const bool elsewhere = session.empty() || ConfigText(other, "session") != session;
    const std::pair<bool, int64_t> distance{elsewhere, std::llabs(other.id - run.id)};
    if (!best || distance < best_distance) best = i, best_distance = distance;
  }
  return best;
}

void Compare(const MetricOptions& options, ReportSet* set) {
  for (size_t i = 0; i < set->arms.size(); ++i) {
    if (IsBaseline(set->arms[i].data.run)) continue;
    const std::optional<size_t> baseline = BaselineFor(*set, i);
    if (!baseline) continue;
    ReportComparison comparison{.candidate = i, .baseline = *baseline, .scopes = {}};
    for (const std::string& scope : set->arms[i].scopes) {
      comparison.scopes.push_back(
          CompareArms(set->arms[*baseline].data, set->arms[i].data, scope, options));
    }
    set->comparisons.push_back(std::move(comparison));
  }
}

// Arms of one name in one set are told apart by their run.
void NameApart(ReportSet* set) {
  std::map<std::string, int> uses;
  for (const ReportArm& arm : set->arms) ++uses[arm.name];
  for (ReportArm& arm : set->arms) {
    if (uses[arm.name] > 1) arm.name += " #" + std::to_string(arm.data.run.id);
  }
}

}  // namespace

const ArmComparison* ReportComparison::Find(const std::string& scope) const {
  for (const ArmComparison& comparison : scopes) {
    if (comparison.scope == scope) return &comparison;
  }
  return nullptr;
}

const ReportComparison* ReportSet::ComparisonOf(size_t candidate) const {
  for (const ReportComparison& comparison : comparisons) {
    if (comparison.candidate == candidate) return &comparison;
  }
  return nullptr;
}

ReportArm MakeArm(RunData data, const MetricOptions& options) {
  ReportArm arm;
  arm.name = ArmName(data.run);
  arm.counts = Select(data).counts;
  arm.scopes = ScopesOf(data);
  arm.metrics = ComputeMetrics(data, options, &arm.notes);
  arm.data = std::move(data);
  return arm;
}

ReportModel BuildModel(std::vector<RunData> runs, const MetricOptions& options) {
  ReportModel model;
  model.options = options;
  std::vector<std::string> keys;
  for (RunData& data : runs) {
    ++model.num_runs;
    if (Select(data).acceptance.empty()) {
      ++model.num_empty_runs;
      continue;
    }
    const std::string key = SetKey(data);
    const auto found = std::find(keys.begin(), keys.end(), key);
    const auto place = static_cast<size_t>(found - keys.begin());
    if (found == keys.end()) {
      keys.push_back(key);
      model.sets.emplace_back();
    }
    model.sets[place].arms.push_back(MakeArm(std::move(data), options));
  }
  for (ReportSet& set : model.sets) {
    std::stable_partition(set.arms.begin(), set.arms.end(),
                          [](const ReportArm& arm) { return IsBaseline(arm.data.run); });
    NameApart(&set);
    Compare(options, &set);
  }
  return model;
}

}  // namespace dsb
