#include "reports/gate/pairs.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "base/error.h"
#include "reports/gate/comparable.h"
#include "reports/gate/noise_floor.h"
#include "reports/pairing/pair_arms.h"
#include "reports/pairing/pairs.h"
#include "results/run_facts.h"
#include "results/store/checked_reader.h"

namespace dsb {
namespace {

// What must be there already: its absence is a missing resource, not a bad candidate.
const RunRecord& FindReference(const std::vector<RunRecord>& runs, const std::string& selector,
                               const char* side) {
  const RunRecord* const found = FindRunIfThere(runs, selector, side);
  if (found == nullptr) ThrowResource(NotThere(runs, selector, side));
  return *found;
}

const RunRecord& ReferenceOf(const RunRecord& candidate, const std::vector<RunRecord>& runs,
                             const char* side) {
  const RunRecord* const found = PartnerOf(candidate, runs);
  if (found == nullptr) ThrowResource(NotThere(runs, ArmName(candidate), side));
  return *found;
}

struct Choice {
  std::vector<std::pair<int64_t, int64_t>> pairs;
  GateFindings found = {};
};

void WarnOfUnknown(const std::vector<RunRecord>& runs, const char* side, GateFindings* found) {
  for (const RunRecord& run : runs) {
    const std::string problem = ConfigProblem(run);
    if (!problem.empty()) {
      found->warnings.push_back(std::string(side) + " " + problem + ": it is not judged");
    }
  }
}

Choice ChooseEveryArm(const std::vector<RunRecord>& before, const std::vector<RunRecord>& after) {
  const ArmPairs arms = PairArms(before, after);
  if (arms.pairs.empty()) {
    ThrowBadInput("the files have no arm in common: baseline " + ListOf(before) + "; candidate " +
                  ListOf(after));
  }
  Choice choice{arms.pairs};
  for (const RunRecord& run : before) {
    if (std::count(arms.only_baseline.begin(), arms.only_baseline.end(), run.id) == 0) continue;
    choice.found.differences.push_back(
        {ShownName(run),
         {kMissingArm, "run " + std::to_string(run.id), "not there: it has " + ListOf(after)}});
  }
  WarnOfUnknown(before, "baseline", &choice.found);
  WarnOfUnknown(after, "candidate", &choice.found);
  for (const std::string& name : NamesOf(after, arms.only_candidate)) {
    choice.found.warnings.push_back(name + " of the candidate is not judged: the baseline has no " +
                                    "such arm");
  }
  return choice;
}

Choice Choose(const std::vector<RunRecord>& before, const std::vector<RunRecord>& after,
              const GateSources& sources) {
  if (before.empty()) ThrowResource("baseline: the file has no runs");
  const std::string &left = sources.baseline_run, &right = sources.candidate_run;
  if (left.empty() && right.empty()) return ChooseEveryArm(before, after);
  if (left.empty()) {
    const RunRecord& candidate = FindRun(after, right, "candidate");
    return {{{ReferenceOf(candidate, before, "baseline").id, candidate.id}}};
  }
  const RunRecord& baseline = FindReference(before, left, "baseline");
  if (!right.empty()) return {{{baseline.id, FindRun(after, right, "candidate").id}}};
  const RunRecord* const candidate = PartnerOf(baseline, after);
  if (candidate == nullptr) ThrowBadInput(NotThere(after, ArmName(baseline), "candidate"));
  return {{{baseline.id, candidate->id}}};
}

// A run of the arm that was begun later than the one that is judged, and has not ended well.
void WarnOfPassedOver(const std::vector<RunRecord>& runs, const RunRecord& judged,
                      GateFindings* found) {
  for (const RunRecord& run : runs) {
    if (run.id <= judged.id || run.state == "complete" || !ConfigProblem(run).empty() ||
        ArmName(run) != ArmName(judged) || QuestionOf(run) != QuestionOf(judged)) {
      continue;
    }
    found->warnings.push_back(ArmName(judged) + ": run " + std::to_string(judged.id) +
                              " is judged: run " + std::to_string(run.id) + " is newer, but " +
                              run.state);
  }
}

// The newest complete greedy run of the target alone that answers the candidate's question.
std::optional<CheckedRun> FindTargetOnly(const RunData& candidate, const GateSources& sources) {
  if (!IsGreedy(candidate.run) || IsBaseline(candidate.run)) return std::nullopt;
  const auto question = [](const RunData& data) {
    std::string key = ConfigOf(data.run).weights;
    for (const Fact& fact : ComparableFacts(data)) key += '\n' + fact.value;
    return key;
  };
  for (const Store* store : {sources.candidate, sources.baseline}) {
    const std::vector<RunRecord> runs = UnobservedRuns(ReadRuns(*store));
    for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
      if (!IsBaseline(*run) || run->state != "complete" || !ConfigProblem(*run).empty()) continue;
      RunData data = ReadRun(*store, run->id, {.token_ids = true, .steps = false});
      if (question(data) == question(candidate)) return CheckRun(std::move(data));
    }
  }
  return std::nullopt;
}

}  // namespace

namespace {

// Arms that were asked several questions are told apart by their runs.
void NameApart(std::vector<GatePair>* pairs) {
  std::map<std::string, int> uses;
  for (const GatePair& pair : *pairs) ++uses[NameOf(pair)];
  for (GatePair& pair : *pairs) {
    const std::string name = NameOf(pair);
    if (uses[name] > 1) pair.name = name + " #" + std::to_string(pair.candidate->run.id);
  }
}

}  // namespace

RunSelector RunSelector::Parse(const std::string& text) {
  std::error_code ignored;
  const auto is_file = [&ignored](const std::string& name) {
    return std::filesystem::exists(name, ignored);
  };
  if (is_file(text)) return {text, ""};
  for (size_t colon = text.rfind(':'); colon != std::string::npos && colon > 0;
       colon = text.rfind(':', colon - 1)) {
    if (is_file(text.substr(0, colon))) return {text.substr(0, colon), text.substr(colon + 1)};
  }
  const size_t name = text.rfind('/') == std::string::npos ? 0 : text.rfind('/') + 1;
  const size_t colon = text.find(':', name + 1);
  if (colon == std::string::npos) return {text, ""};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

GateInput ReadGatePairs(const GateSources& sources) {
  const std::vector<RunRecord> before = UnobservedRuns(ReadRuns(*sources.baseline)),
                               after = UnobservedRuns(ReadRuns(*sources.candidate));
  std::vector<RunRecord> pinned;
  if (sources.anchor != nullptr) {
    pinned = UnobservedRuns(ReadRuns(*sources.anchor));
    if (pinned.empty()) ThrowResource("anchor: the file has no runs");
  }
  const ReadOptions options{.token_ids = true, .steps = true};
  Choice choice = Choose(before, after, sources);
  GateInput input{.pairs = {}, .found = std::move(choice.found)};
  for (const auto& [baseline, candidate] : choice.pairs) {
    GatePair& pair = input.pairs.emplace_back(
        GatePair{.baseline = ReadCheckedRun(*sources.baseline, baseline, options),
                 .candidate = ReadCheckedRun(*sources.candidate, candidate, options)});
    pair.target_only = FindTargetOnly(pair.candidate, sources);
    pair.noise = NoiseOf(sources.noise, pair.candidate);
    const RunRecord& judged = pair.candidate->run;
    if (!NamesByNumber(sources.candidate_run)) WarnOfPassedOver(after, judged, &input.found);
    if (sources.anchor == nullptr) continue;
    const RunRecord& reference = sources.anchor_run.empty()
                                     ? ReferenceOf(judged, pinned, "anchor")
                                     : FindReference(pinned, sources.anchor_run, "anchor");
    pair.anchor = ReadCheckedRun(*sources.anchor, reference.id, options);
  }
  NameApart(&input.pairs);
  return input;
}

}  // namespace dsb
