#include "harness/gate/gate_command.h"

#include <filesystem>
#include <memory>
#include <utility>

#include "base/whole_file.h"
#include "harness/run/results_file.h"
#include "reports/gate/pairs.h"
#include "reports/gate/store.h"
#include "reports/gate/verdict_json.h"

namespace dsb {
namespace {

namespace fs = std::filesystem;

Store OpenForReading(const std::string& path) { return Store(path, ReadingOptions(path)); }

bool SameFile(const std::string& a, const std::string& b) {
  std::error_code ignored;
  return a == b || fs::equivalent(a, b, ignored);
}

std::string FileName(const std::string& path) { return fs::path(path).filename().string(); }

GateVerdict Decide(const GateCommandOptions& options) {
  const GatePolicy policy =
      options.policy.empty() ? DefaultGatePolicy() : ReadGatePolicy(options.policy);
  const RunSelector before = RunSelector::Parse(options.baseline),
                    after = RunSelector::Parse(options.candidate),
                    anchor = RunSelector::Parse(options.anchor);
  if (SameFile(before.path, after.path) && before.run.empty() && after.run.empty()) {
    ThrowBadInput("--baseline and --candidate are one file: name a run of each, as in " +
                  before.path + ":1");
  }
  const Store baseline = OpenForReading(before.path), candidate = OpenForReading(after.path);
  std::unique_ptr<Store> pinned;
  if (!options.anchor.empty()) {
    pinned = std::make_unique<Store>(anchor.path, ReadingOptions(anchor.path));
  }
  GateSources sources{.baseline = &baseline,
                      .candidate = &candidate,
                      .anchor = pinned.get(),
                      .baseline_run = before.run,
                      .candidate_run = after.run,
                      .anchor_run = anchor.run,
                      .noise = ReadNoiseFloors(baseline)};
  const auto add = [&](const Store& store) {
    for (NoiseFloorRecord& record : ReadNoiseFloors(store)) {
      sources.noise.push_back(std::move(record));
    }
  };
  add(candidate);
  for (const std::string& path : options.noise) add(OpenForReading(path));
  GateInput input = ReadGatePairs(sources);
  GateOptions gate = options.gate;
  gate.found = std::move(input.found);
  return DecideGate(input.pairs, policy, gate);
}

// A file that cannot be added to costs the rows, not the verdict.
std::string StoreComparisons(const GateCommandOptions& options, const GateOutcome& outcome) {
  const std::string path = RunSelector::Parse(options.candidate).path;
  if (!options.store || outcome.verdict.state == GateState::kNotComparable ||
      !SameFile(RunSelector::Parse(options.baseline).path, path)) {
    return "";
  }
  try {
    Store store(path, AddingOptions(path));
    for (const ComparisonRecord& record : MakeComparisons(outcome.verdict, outcome.json)) {
      PutComparison(store, record);
    }
    return store.warning();
  } catch (const Error& error) {
    return std::string("the comparison is not stored: ") + error.what();
  }
  return "";
}

}  // namespace

GateOutcome RunGate(const GateCommandOptions& options) {
  const VerdictSides sides{.baseline = FileName(options.baseline),
                           .candidate = FileName(options.candidate),
                           .anchor = FileName(options.anchor)};
  // An old verdict must not survive a crash of this one.
  WriteWholeFile(options.verdict,
                 ErrorVerdictJson(ExitCode::kInternal, "the gate did not finish", sides));
  GateOutcome outcome;
  try {
    outcome.verdict = Decide(options);
  } catch (const Error& error) {
    WriteWholeFile(options.verdict, ErrorVerdictJson(error.code(), error.what(), sides));
    throw;
  }
  outcome.json = VerdictJson(outcome.verdict, sides);
  WriteWholeFile(options.verdict, outcome.json);
  outcome.warning = StoreComparisons(options, outcome);
  return outcome;
}

}  // namespace dsb
