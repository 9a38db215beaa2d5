#include "reports/pairing/pairs.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/error.h"
#include "reports/pairing/pair_arms.h"
#include "results/metrics/selection.h"
#include "results/run_facts.h"
#include "results/store/checked_reader.h"

namespace dsb {
namespace {

using IdPairs = std::vector<std::pair<int64_t, int64_t>>;

// The other file's run of the arm, else its only arm.
int64_t PartnerOrOnly(const RunRecord& named, const std::vector<RunRecord>& others,
                      const char* side) {
  const RunRecord* const partner = PartnerOf(named, others);
  return partner != nullptr ? partner->id : FindRun(others, "", side).id;
}

[[noreturn]] void ThrowNoPlainArm(const std::vector<RunRecord>& runs) {
  ThrowBadInput(
      "compare needs a plain arm (drafter none) and another in one file, or --baseline "
      "and --candidate with a run each; the file has " +
      ListOf(runs));
}

// Of one file, with the plain arm as baseline.
IdPairs ChooseAgainstPlain(const std::vector<RunRecord>& runs, const std::string& candidate) {
  std::vector<RunRecord> chosen = runs;
  if (!candidate.empty()) {
    // Also of another run of its arm than the newest.
    const int64_t id = FindRun(runs, candidate, "candidate").id;
    std::erase_if(chosen, [id](const RunRecord& run) { return run.id != id && !IsBaseline(run); });
  }
  IdPairs pairs = PairWithPlain(chosen);
  if (pairs.empty()) ThrowNoPlainArm(runs);
  return pairs;
}

// Of one file, every other arm that answered the same question.
IdPairs ChooseOthers(const std::vector<RunRecord>& runs, const RunRecord& baseline) {
  std::vector<RunRecord> others = runs;
  std::erase_if(others, [&](const RunRecord& run) {
    return !ConfigProblem(run).empty() || ArmName(run) == ArmName(baseline) ||
           QuestionOf(run) != QuestionOf(baseline);
  });
  IdPairs pairs;
  for (const int64_t id : PairArms({}, others).only_candidate) pairs.emplace_back(baseline.id, id);
  if (!pairs.empty()) return pairs;
  ThrowBadInput("candidate run: the file has no other arm than " + ArmName(baseline) +
                " that answered the same question, it has " + ListOf(runs));
}

}  // namespace

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
  pair.same_run = AreOneRun(pair.baseline, pair.candidate);
  for (const std::string& scope : ScopesOf(pair.baseline)) {
    pair.scopes.push_back(CompareArms(pair.baseline, pair.candidate, scope, options.metrics));
  }
  return pair;
}

std::vector<std::string> NamesOf(const std::vector<RunRecord>& runs,
                                 const std::vector<int64_t>& ids) {
  std::vector<std::string> names;
  for (const RunRecord& run : runs) {
    if (std::count(ids.begin(), ids.end(), run.id) == 0) continue;
    names.push_back(ShownName(run) + " #" + std::to_string(run.id));
  }
  return names;
}

ChosenPairs ChooseRuns(const std::vector<RunRecord>& baseline,
                       const std::vector<RunRecord>& candidate, bool same_store,
                       const CompareOptions& options) {
  const std::string &before = options.baseline_run, &after = options.candidate_run;
  if (!before.empty() && !after.empty()) {
    return {
        {{FindRun(baseline, before, "baseline").id, FindRun(candidate, after, "candidate").id}}};
  }
  if (!before.empty()) {
    const RunRecord& named = FindRun(baseline, before, "baseline");
    if (same_store) return {ChooseOthers(baseline, named)};
    return {{{named.id, PartnerOrOnly(named, candidate, "candidate")}}};
  }
  if (same_store) return {ChooseAgainstPlain(baseline, after)};
  if (!after.empty()) {
    const RunRecord& named = FindRun(candidate, after, "candidate");
    return {{{PartnerOrOnly(named, baseline, "baseline"), named.id}}};
  }
  ArmPairs arms = PairArms(baseline, candidate);
  if (arms.pairs.empty()) {
    ThrowBadInput("the files have no arm in common: baseline " + ListOf(baseline) + "; candidate " +
                  ListOf(candidate));
  }
  return {std::move(arms.pairs), std::move(arms.only_baseline), std::move(arms.only_candidate)};
}

std::vector<std::pair<int64_t, int64_t>> ChoosePairs(const std::vector<RunRecord>& baseline,
                                                     const std::vector<RunRecord>& candidate,
                                                     bool same_store,
                                                     const CompareOptions& options) {
  return ChooseRuns(baseline, candidate, same_store, options).pairs;
}

std::optional<CheckedRun> ReadTimesOf(const Store& store, const RunRecord& run) {
  const RunConfig config = ConfigOf(run);
  if (config.observers != "off") return std::nullopt;
  for (const RunRecord& other : ReadRuns(store)) {
    if (!ConfigProblem(other).empty() || !IsObserved(other) || ArmName(other) != ArmName(run))
      continue;
    if (ConfigOf(other).session == config.session) return ReadCheckedRun(store, other.id, {});
  }
  return std::nullopt;
}

}  // namespace dsb
