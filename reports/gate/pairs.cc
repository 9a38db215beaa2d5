#include "reports/gate/pairs.h"

#include <filesystem>

#include "base/error.h"
#include "reports/gate/noise_floor.h"
#include "reports/pairing/pairs.h"
#include "results/run_facts.h"
#include "results/store/checked_reader.h"

namespace dsb {
namespace {

// What must be there already: its absence is a missing resource, not a bad candidate.
int64_t FindReference(const std::vector<RunRecord>& runs, const std::string& selector,
                      const char* side) {
  if (runs.empty()) ThrowResource(std::string(side) + ": the file has no runs");
  try {
    return FindRun(runs, selector, side).id;
  } catch (const Error& error) {
    ThrowResource(error.what());
  }
}

std::string NameOf(const std::vector<RunRecord>& runs, int64_t id) {
  for (const RunRecord& run : runs) {
    if (run.id == id) return ArmName(run);
  }
  return "";
}

std::vector<std::pair<int64_t, int64_t>> Choose(const std::vector<RunRecord>& before,
                                                const std::vector<RunRecord>& after,
                                                const GateSources& sources) {
  if (before.empty()) ThrowResource("baseline: the file has no runs");
  const std::string &left = sources.baseline_run, &right = sources.candidate_run;
  if (left.empty() && right.empty()) return ChoosePairs(before, after, false, {});
  if (left.empty()) {
    const RunRecord& candidate = FindRun(after, right, "candidate");
    return {{FindReference(before, ArmName(candidate), "baseline"), candidate.id}};
  }
  const int64_t baseline = FindReference(before, left, "baseline");
  const std::string wanted = right.empty() ? NameOf(before, baseline) : right;
  return {{baseline, FindRun(after, wanted, "candidate").id}};
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

RunSelector RunSelector::Parse(const std::string& text) {
  std::error_code ignored;
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0 || std::filesystem::exists(text, ignored)) {
    return {text, ""};
  }
  return {text.substr(0, colon), text.substr(colon + 1)};
}

std::vector<GatePair> ReadGatePairs(const GateSources& sources) {
  const std::vector<RunRecord> before = UnobservedRuns(ReadRuns(*sources.baseline)),
                               after = UnobservedRuns(ReadRuns(*sources.candidate));
  const ReadOptions options{.token_ids = true, .steps = true};
  std::vector<GatePair> pairs;
  for (const auto& [baseline, candidate] : Choose(before, after, sources)) {
    GatePair& pair = pairs.emplace_back(
        GatePair{.baseline = ReadCheckedRun(*sources.baseline, baseline, options),
                 .candidate = ReadCheckedRun(*sources.candidate, candidate, options)});
    pair.target_only = FindTargetOnly(pair.candidate, sources);
    pair.noise = NoiseOf(sources.noise, pair.candidate);
    if (sources.anchor == nullptr) continue;
    const std::string wanted =
        sources.anchor_run.empty() ? ArmName(pair.candidate->run) : sources.anchor_run;
    pair.anchor = ReadCheckedRun(
        *sources.anchor, FindReference(UnobservedRuns(ReadRuns(*sources.anchor)), wanted, "anchor"),
        options);
  }
  return pairs;
}

}  // namespace dsb
