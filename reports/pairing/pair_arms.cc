#include "reports/pairing/pair_arms.h"

#include <algorithm>

#include "reports/pairing/find_run.h"
#include "results/run_facts.h"

namespace dsb {
namespace {

// Runs that repeat each other.
struct Group {
  std::string arm, question;
  std::vector<const RunRecord*> runs;
  bool paired = false;
  const RunRecord& newest() const { return *NewestOf(runs); }
};

// In the order of their first runs.
std::vector<Group> GroupsOf(const std::vector<RunRecord>& runs) {
  std::vector<Group> groups;
  for (const RunRecord& run : runs) {
    if (!ConfigProblem(run).empty()) continue;  // has no arm's name
    const std::string arm = ArmName(run), question = QuestionOf(run);
    const auto same = std::find_if(groups.begin(), groups.end(), [&](const Group& group) {
      return group.arm == arm && group.question == question;
    });
    if (same == groups.end()) {
      groups.push_back({arm, question, {&run}});
    } else {
      same->runs.push_back(&run);
    }
  }
  return groups;
}

// The unpaired group of the arm, if there is one only.
Group* OnlyUnpaired(std::vector<Group>& groups, const std::string& arm) {
  Group* found = nullptr;
  for (Group& group : groups) {
    if (group.paired || group.arm != arm) continue;
    if (found != nullptr) return nullptr;
    found = &group;
  }
  return found;
}

void AddPair(Group& baseline, Group& candidate, ArmPairs* result) {
  baseline.paired = candidate.paired = true;
  const RunRecord& taken = candidate.newest();
  result->pairs.emplace_back(baseline.newest().id, taken.id);
  const RunRecord& last = *candidate.runs.back();
  if (last.id != taken.id) result->passed_over.emplace_back(last.id, taken.id);
}

}  // namespace

std::string QuestionOf(const RunRecord& run) {
  std::string key;
  for (const Fact& fact : AskedFacts(run)) key += fact.value + '\n';
  for (const Fact& fact : LoadFacts(run)) key += fact.value + '\n';
  return key;
}

ArmPairs PairArms(const std::vector<RunRecord>& baseline, const std::vector<RunRecord>& candidate) {
  std::vector<Group> before = GroupsOf(baseline), after = GroupsOf(candidate);
  ArmPairs result;
  for (Group& left : before) {
    for (Group& right : after) {
      if (left.arm == right.arm && left.question == right.question) AddPair(left, right, &result);
    }
  }
  for (Group& left : before) {
    if (left.paired || OnlyUnpaired(before, left.arm) != &left) continue;
    Group* const right = OnlyUnpaired(after, left.arm);
    if (right != nullptr) AddPair(left, *right, &result);
  }
  for (const Group& left : before) {
    if (!left.paired) result.only_baseline.push_back(left.newest().id);
  }
  for (const Group& right : after) {
    if (!right.paired) result.only_candidate.push_back(right.newest().id);
  }
  return result;
}

const RunRecord* PartnerOf(const RunRecord& named, const std::vector<RunRecord>& others) {
  std::vector<const RunRecord*> same, same_arm;
  for (const RunRecord& run : others) {
    if (!ConfigProblem(run).empty() || ArmName(run) != ArmName(named)) continue;
    same_arm.push_back(&run);
    if (QuestionOf(run) == QuestionOf(named)) same.push_back(&run);
  }
  return NewestOf(same.empty() ? same_arm : same);
}

std::vector<std::pair<int64_t, int64_t>> PairWithPlain(const std::vector<RunRecord>& runs) {
  const std::vector<Group> groups = GroupsOf(runs);
  std::vector<const RunRecord*> plain;
  for (const RunRecord& run : runs) {
    if (ConfigProblem(run).empty() && IsBaseline(run)) plain.push_back(&run);
  }
  std::vector<std::pair<int64_t, int64_t>> pairs;
  if (plain.empty()) return pairs;
  for (const Group& group : groups) {
    if (IsBaseline(group.newest())) continue;
    const auto own = std::find_if(groups.begin(), groups.end(), [&](const Group& other) {
      return IsBaseline(other.newest()) && other.question == group.question;
    });
    const RunRecord& baseline = own == groups.end() ? *NewestOf(plain) : own->newest();
    pairs.emplace_back(baseline.id, group.newest().id);
  }
  return pairs;
}

}  // namespace dsb
