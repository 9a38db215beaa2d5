#include "reports/model/model.h"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <functional>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/thread_pool.h"
#include "results/invariants.h"
#include "results/metrics/paired_table.h"
#include "results/run_facts.h"

namespace dsb {
namespace {

// The baseline of a candidate: of its session, else the nearest by id, the earlier one in a tie.
// None: no value.
std::optional<size_t> BaselineFor(const ReportSet& set, size_t candidate) {
  const RunRecord& run = set.arms[candidate].data->run;
  const std::string session = ConfigOf(run).session;
  std::optional<size_t> best;
  std::pair<bool, int64_t> best_distance;
  for (size_t i = 0; i < set.arms.size(); ++i) {
    const RunRecord& other = set.arms[i].data->run;
    if (!IsBaseline(other)) continue;
    const bool elsewhere = session.empty() || ConfigOf(other).session != session;
    const std::pair<bool, int64_t> distance{elsewhere, std::llabs(other.id - run.id)};
    if (!best || distance < best_distance) best = i, best_distance = distance;
  }
  return best;
}

// Calls `job` for 0 .. count - 1, on all processors; what one throws is thrown when all have ended.
void ForAll(size_t count, const std::function<void(size_t)>& job) {
  const size_t processors = std::clamp<size_t>(std::thread::hardware_concurrency(), 1, 8);
  ThreadPool pool(static_cast<int>(std::clamp<size_t>(count, 1, processors)));
  std::vector<std::exception_ptr> failures(count);
  pool.ParallelFor(static_cast<int64_t>(count), 1, [&](int64_t first, int64_t last, int) {
    for (int64_t i = first; i < last; ++i) {
      const auto place = static_cast<size_t>(i);
      try {
        job(place);
      } catch (...) {
        failures[place] = std::current_exception();
      }
    }
  });
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

// The resampling is what a large file's report waits for; each comparison is a pure function of its
// two runs.
void Compare(const MetricOptions& options, ReportSet* set) {
  std::vector<std::pair<size_t, size_t>> jobs;  // comparison, scope
  for (size_t i = 0; i < set->arms.size(); ++i) {
    if (IsBaseline(set->arms[i].data->run)) continue;
    const std::optional<size_t> baseline = BaselineFor(*set, i);
    if (!baseline) continue;
    ReportComparison comparison{.candidate = i, .baseline = *baseline, .scopes = {}};
    comparison.scopes.resize(set->arms[i].scopes.size());
    for (size_t s = 0; s < comparison.scopes.size(); ++s)
      jobs.push_back({set->comparisons.size(), s});
    set->comparisons.push_back(std::move(comparison));
  }
  ForAll(jobs.size(), [&](size_t job) {
    const auto [place, s] = jobs[job];
    ReportComparison& comparison = set->comparisons[place];
    const ReportArm& candidate = set->arms[comparison.candidate];
    comparison.scopes[s] = CompareArms(set->arms[comparison.baseline].data, candidate.data,
                                       candidate.scopes[s], options);
  });
}

// Takes the observed runs out of the arms, each to the arm of its session that it is the twin of.
// One without a twin stays an arm.
void SeparateObserved(const MetricOptions& options, ReportSet* set) {
  std::vector<ReportArm> arms, observed;
  for (ReportArm& arm : set->arms) {
    (IsObserved(arm.data->run) ? observed : arms).push_back(std::move(arm));
  }
  std::vector<ReportArm> alone;
  for (ReportArm& twin : observed) {
    const RunRecord& run = twin.data->run;
    const auto found = std::find_if(arms.begin(), arms.end(), [&](const ReportArm& arm) {
      return arm.name == twin.name && ConfigOf(arm.data->run).session == ConfigOf(run).session;
    });
    if (found == arms.end()) {
      twin.name += " (observed)";
      alone.push_back(std::move(twin));
      continue;
    }
    MetricRecord overhead = ObserverOverhead(found->data, twin.data, options);
    set->observers.push_back(
        {static_cast<size_t>(found - arms.begin()), std::move(twin), std::move(overhead)});
  }
  std::move(alone.begin(), alone.end(), std::back_inserter(arms));
  set->arms = std::move(arms);
}

// Arms of one name in one set are told apart by their run.
void NameApart(ReportSet* set) {
  std::map<std::string, int> uses;
  for (const ReportArm& arm : set->arms) ++uses[arm.name];
  for (ReportArm& arm : set->arms) {
    if (uses[arm.name] > 1) arm.name += " #" + std::to_string(arm.data->run.id);
  }
}

}  // namespace

std::string ContentionOf(const RunData& data) {
  const auto found = data.flags.find("contended");
  return found == data.flags.end() ? "" : found->second;
}

std::string TimedName(const ReportArm& arm) {
  return arm.name + (arm.data->flags.contains("contended") ? " !" : "");
}

const ArmComparison* ReportComparison::Find(const std::string& scope) const {
  for (const ArmComparison& comparison : scopes) {
    if (comparison.scope == scope) return &comparison;
  }
  return nullptr;
}

const ReportObserver* ReportSet::ObserverOf(size_t arm) const {
  for (const ReportObserver& observer : observers) {
    if (observer.arm == arm) return &observer;
  }
  return nullptr;
}

const ReportArm& ReportSet::TimesOf(size_t arm) const {
  const ReportObserver* observer = ObserverOf(arm);
  return observer == nullptr ? arms[arm] : observer->observed;
}

MetricRecord ObserverOverhead(const CheckedRun& unobserved, const CheckedRun& observed,
                              const MetricOptions& options) {
  Estimate overhead =
      PairedTable(unobserved, observed, "all", options.bootstrap).Ratio("e2e").ratio;
  for (std::optional<double>* part : {&overhead.value, &overhead.lo, &overhead.hi}) {
    if (*part) **part -= 1;
  }
  return {.run_id = observed->run.id,
          .metric = "observer_overhead",
          .scope = "all",
          .unit = std::string(DefinitionOf("observer_overhead").unit),
          .estimate = std::move(overhead)};
}

const ReportComparison* ReportSet::ComparisonOf(size_t candidate) const {
  for (const ReportComparison& comparison : comparisons) {
    if (comparison.candidate == candidate) return &comparison;
  }
  return nullptr;
}

ReportArm MakeArm(CheckedRun data, const MetricOptions& options) {
  ReportArm arm{.data = std::move(data)};
  arm.name = ArmName(arm.data->run);
  arm.counts = Select(arm.data).counts;
  arm.scopes = ScopesOf(arm.data);
  arm.metrics = ComputeMetrics(arm.data, options, &arm.notes);
  const std::vector<BrokenInvariant> broken = CheckInvariants(arm.data);
  if (!broken.empty()) arm.broken = MessageOf(broken.front());
  if (broken.size() > 1) arm.broken += " and " + std::to_string(broken.size() - 1) + " more";
  arm.steps = {.phases = SummarisePhases(arm.data),
               .device = SummariseDevice(arm.data),
               .scheduling = SummariseScheduling(arm.data),
               .policy_inert = PolicyInertDetail(arm.data),
               .depths = FiguresByDepth(arm.data, options.bootstrap)};
  arm.data = WithoutSteps(std::move(arm.data));
  return arm;
}

ReportModel BuildModel(std::vector<CheckedRun> runs, const MetricOptions& options) {
  return BuildModel(
      runs.size(), [&](size_t i) { return std::move(runs[i]); }, options);
}

ReportModel BuildModel(size_t num_runs, const std::function<CheckedRun(size_t)>& read,
                       const MetricOptions& options) {
  ReportModel model;
  model.options = options;
  std::vector<std::optional<ReportArm>> arms(num_runs);
  std::mutex reading;
  ForAll(num_runs, [&](size_t i) {
    std::unique_lock lock(reading);
    CheckedRun run = read(i);
    lock.unlock();
    if (!Select(run).acceptance.empty()) arms[i] = MakeArm(std::move(run), options);
  });
  std::vector<std::string> keys;
  for (std::optional<ReportArm>& arm : arms) {
    ++model.num_runs;
    if (!arm) {
      ++model.num_empty_runs;
      continue;
    }
    const std::string key = SetKey(arm->data);
    const auto found = std::find(keys.begin(), keys.end(), key);
    const auto place = static_cast<size_t>(found - keys.begin());
    if (found == keys.end()) {
      keys.push_back(key);
      model.sets.emplace_back();
    }
    model.sets[place].arms.push_back(std::move(*arm));
  }
  for (ReportSet& set : model.sets) {
    std::stable_partition(set.arms.begin(), set.arms.end(),
                          [](const ReportArm& arm) { return IsBaseline(arm.data->run); });
    SeparateObserved(options, &set);
    NameApart(&set);
    Compare(options, &set);
  }
  return model;
}

}  // namespace dsb
