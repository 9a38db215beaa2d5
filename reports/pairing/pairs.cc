#include "reports/pairing/pairs.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "results/metrics/selection.h"
#include "results/run_facts.h"
#include "results/store/checked_reader.h"

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

ComparedPair ComparePair(CheckedRun baseline, CheckedRun candidate, const CompareOptions& options) {
  ComparedPair pair{.baseline = std::move(baseline), .candidate = std::move(candidate)};
  const std::vector<Fact> before = ComparableFacts(pair.baseline),
                          after = ComparableFacts(pair.candidate);
  for (const std::string& field : options.across) {
    const bool known = std::any_of(before.begin(), before.end(),
                                   [&](const Fact& fact) { return fact.field == field; });
    if (known) continue;
    ThrowBadInput("--across " + field + ": expected one of " + FieldList(before));
  }
  pair.unknown = UnknownFields(before, after);
  std::string differing;
  for (const Difference& difference : Differences(before, after)) {
    if (std::count(options.across.begin(), options.across.end(), difference.field) > 0) {
      pair.across.push_back(difference.field);
      continue;
    }
    differing +=
        (differing.empty() ? "" : "; ") + DifferenceText(difference, {"baseline", "candidate"});
  }
  if (!differing.empty()) {
    ThrowBadInput("runs " + std::to_string(pair.baseline->run.id) + " and " +
                  std::to_string(pair.candidate->run.id) + " cannot be compared: " + differing +
                  " (--across FIELD allows one)");
  }
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

std::optional<CheckedRun> ReadTimesOf(const Store& store, const RunRecord& run) {
  const RunConfig config = ConfigOf(run);
  if (config.observers != "off") return std::nullopt;
  for (const RunRecord& other : ReadRuns(store)) {
    if (!IsObserved(other) || ArmName(other) != ArmName(run)) continue;
    if (ConfigOf(other).session == config.session) return ReadCheckedRun(store, other.id, {});
  }
  return std::nullopt;
}

}  // namespace dsb
