#include "harness/bridge/bridge_command.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "base/counted.h"
#include "base/error.h"
#include "base/thread_pool.h"
#include "harness/machine/environment.h"
#include "harness/machine/paths.h"
#include "harness/prediction/paper_bridge.h"
#include "harness/run/results_file.h"
#include "reports/bridge/bridge_document.h"
#include "reports/bridge/bridge_runs.h"
#include "reports/document/html.h"
#include "reports/gate/pairs.h"
#include "reports/pairing/find_run.h"
#include "reports/text/number_text.h"
#include "results/run_facts.h"
#include "results/store/checked_reader.h"

namespace dsb {
namespace {

// The runs of one side: those of the arm that was named, by users, and those that verify whole
// blocks of the same drafter.
struct Side {
  std::string file, name;
  std::vector<RunRecord> served, fixed;  // complete, the newest of each load, by users
  int64_t num_others = 0;                // runs of that arm that were asked something else
  std::unique_ptr<Store> store;
  std::map<int64_t, std::unique_ptr<CheckedRun>> read;

  const CheckedRun* Read(const RunRecord& run) {
    std::unique_ptr<CheckedRun>& place = read[run.id];
    if (place == nullptr) {
      place = std::make_unique<CheckedRun>(
          ReadCheckedRun(*store, run.id, {.token_ids = false, .steps = true}));
    }
    return place.get();
  }
};

std::vector<RunRecord> ByUsers(const std::vector<const RunRecord*>& runs) {
  std::map<int64_t, RunRecord> newest;
  for (const RunRecord* run : runs) {
    if (run->state == "complete" && run->users) newest[*run->users] = *run;
  }
  std::vector<RunRecord> list;
  list.reserve(newest.size());
  for (auto& [users, run] : newest) list.push_back(std::move(run));
  return list;
}

// What runs of one side have in common, whatever their arm and load.
std::string QuestionOfAll(const RunRecord& run) {
  std::string key = run.clock;
  for (const Fact& fact : AskedFacts(run)) key += '\n' + fact.value;
  return key;
}

Side OpenSide(const std::string& text, const char* which) {
  if (text.empty()) ThrowBadInput(std::string("bridge: no ") + which + ", expected FILE[:RUN]");
  const RunSelector selector = RunSelector::Parse(text);
  Side side;
  side.file = selector.path;
  side.store = std::make_unique<Store>(selector.path, ReadingOptions(selector.path));
  const std::vector<RunRecord> runs = UnobservedRuns(ReadRuns(*side.store));
  const RunRecord& named = FindRun(runs, selector.run, which);
  side.name = ArmName(named);
  std::vector<const RunRecord*> served, fixed;
  for (const RunRecord& run : runs) {
    if (!ConfigProblem(run).empty()) continue;
    if (QuestionOfAll(run) != QuestionOfAll(named)) {
      side.num_others += ArmName(run) == side.name ? 1 : 0;
      continue;
    }
    if (ArmName(run) == side.name) served.push_back(&run);
    const bool same = run.drafter == named.drafter && run.draft_length == named.draft_length &&
                      run.engine == named.engine &&
                      ConfigOf(run).checkpoint == ConfigOf(named).checkpoint;
    if (same && (run.policy == "fixed" || run.drafter == "none")) fixed.push_back(&run);
  }
  side.served = ByUsers(served);
  side.fixed = ByUsers(fixed);
  if (side.served.empty()) ThrowBadInput(side.file + ": " + side.name + " has no complete run");
  if (side.fixed.empty()) {
    ThrowBadInput(side.file + ": found no complete run of " + named.drafter +
                  " with policy fixed, expected one with one user or few: its accepted length on "
                  "whole blocks is where the bridge begins");
  }
  return side;
}

const RunRecord* AtUsers(const std::vector<RunRecord>& runs, int64_t users) {
  const auto found = std::find_if(runs.begin(), runs.end(),
                                  [&](const RunRecord& run) { return run.users == users; });
  return found == runs.end() ? nullptr : &*found;
}

int64_t ChooseUsers(const Side& baseline, const Side& candidate, int64_t wanted) {
  int64_t users = 0;
  for (const RunRecord& run : candidate.served) {
    const bool fits = wanted == 0 || run.users == wanted;
    if (fits && AtUsers(baseline.served, *run.users) != nullptr) users = *run.users;
  }
  if (users == 0) {
    ThrowBadInput("bridge: no load " + (wanted > 0 ? "of " + Counted(wanted, "user") + " " : "") +
                  "that both " + baseline.name + " and " + candidate.name + " have");
  }
  return users;
}

BridgeArm ArmOf(Side& side, int64_t users) {
  BridgeArm arm;
  arm.name = side.name;
  arm.offline = side.Read(side.fixed.front());
  const RunRecord* const fixed = AtUsers(side.fixed, users);
  if (fixed != nullptr) arm.fixed = side.Read(*fixed);
  arm.served = side.Read(*AtUsers(side.served, users));
  for (const RunRecord& run : side.served) {
    if (run.users != users) arm.other_loads.push_back(side.Read(run));
  }
  return arm;
}

std::string LoadLine(const Side& side, const BridgeArm& arm) {
  return side.name + ": " + side.file + ", offline run " + std::to_string((*arm.offline)->run.id) +
         " (" + Counted((*arm.offline)->run.users.value_or(0), "user") + "), served run " +
         std::to_string((*arm.served)->run.id) + ", " +
         Counted(static_cast<int64_t>(1 + arm.other_loads.size()), "load") +
         (side.num_others == 0 ? ""
                               : "; left out: " + Counted(side.num_others, "run") +
                                     " of that arm with another model, workload, sampling, clock, "
                                     "device, weights or threads");
}

// What would be taken for a drafter's doing.
void RefuseOtherQuestions(const RunData& baseline, const RunData& candidate) {
  if (AreOneRun(baseline, candidate)) {
    ThrowBadInput("bridge: run " + std::to_string(baseline.run.id) +
                  " is on both sides, or a copy of it, expected two arms");
  }
  std::string found;
  for (const Difference& difference :
       Differences(ComparableFacts(baseline), ComparableFacts(candidate))) {
    found += (found.empty() ? "" : ", ") + DifferenceText(difference, {"baseline", "candidate"});
  }
  if (!found.empty()) {
    ThrowBadInput("bridge: the two arms were asked differently: " + found +
                  ", expected the same question");
  }
}

Bridge BridgeOfFiles(const BridgeCommandOptions& options) {
  Side baseline = OpenSide(options.baseline, "baseline");
  Side candidate = OpenSide(options.candidate, "candidate");
  const int64_t users = ChooseUsers(baseline, candidate, options.users);
  const BridgeArm before = ArmOf(baseline, users), after = ArmOf(candidate, users);
  const RunRecord &a = (*before.served)->run, &b = (*after.served)->run;
  if (a.clock != b.clock) {
    ThrowBadInput("bridge: one arm's clock is " + a.clock + " and the other's " + b.clock +
                  ", expected both measured or both simulated");
  }
  RefuseOtherQuestions(*before.served, *after.served);
  BridgeResult result = BridgeRuns(before, after, options.bootstrap);
  Bridge bridge;
  bridge.text.title = candidate.name + " over " + baseline.name + ", " + Counted(users, "user");
  bridge.text.facts = {LoadLine(baseline, before), LoadLine(candidate, after),
                       Counted(result.num_prompts, "prompt") + " in all of these runs; clock " +
                           b.clock + "; [brackets]: 95 %, prompts resampled"};
  bridge.text.notes = std::move(result.notes);
  bridge.waterfall = std::move(result.waterfall);
  return bridge;
}

std::vector<Bridge> BridgesOfPaper() {
  const PublishedProduction published = ReadProduction(PublishedPath("dspark_production.json"));
  ThreadPool pool(UsableCores());
  std::vector<Bridge> bridges;
  for (const PublishedModel& model : published.models) {
    for (const PublishedAnchor& anchor : model.anchors) {
      Bridge& bridge = bridges.emplace_back();
      bridge.text.title = model.name + ": DSpark over MTP-1 at " +
                          Fixed(anchor.mtp1_tokens_per_s, 0) + " tokens/s of a GPU (clock virtual)";
      bridge.text.facts = {"printed: +" + Fixed(anchor.label_user_gain_pct, 0) +
                               " % a user; [brackets]: p10 to p90 over draws of the inputs",
                           "a factor is of the named inputs, some of which lie at an end of their "
                           "range: it may lie outside its brackets"};
      bridge.waterfall = PaperBridge(model, anchor, {}, pool);
    }
  }
  return bridges;
}

}  // namespace

std::string RunBridge(const BridgeCommandOptions& options, const std::string& format, int columns) {
  std::vector<Bridge> bridges;
  if (options.paper) {
    bridges = BridgesOfPaper();
  } else {
    bridges.push_back(BridgeOfFiles(options));
  }
  if (format == "json") return BridgesJson(bridges);
  Document document;
  int num_charts = 0;
  for (const Bridge& bridge : bridges) {
    const bool draws = format == "html";
    for (Block& block : BridgeDocument(bridge)) {
      if (draws && std::holds_alternative<Table>(block)) {
        document.push_back(BridgeChart(bridge.waterfall, "bridge-" + std::to_string(++num_charts)));
      }
      document.push_back(std::move(block));
    }
  }
  if (format == "html") return PrintHtml({.title = "Bridge", .body = std::move(document)});
  return format == "markdown" ? PrintMarkdown(document) : PrintTerminal(document, columns);
}

}  // namespace dsb
