#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/console.h"
#include "base/counted.h"
#include "harness/gate/gate_command.h"
#include "harness/run/results_file.h"
#include "reports/gate/noise_floor.h"
#include "results/run_facts.h"
#include "results/store/checked_reader.h"
#include "results/store/fingerprint.h"
#include "results/store/store.h"

namespace dsb {
namespace {

using RunPair = std::pair<const CheckedRun*, const CheckedRun*>;

struct StoredRuns {
  std::vector<CheckedRun> runs;
  std::vector<std::string> names;  // "run 2 of a.db"
};

void SayUnused(const std::string& name, const std::string& why) {
  Say("note", name + " is not used: " + why);
}

StoredRuns ReadAll(const std::vector<std::string>& files) {
  StoredRuns all;
  for (const std::string& path : files) {
    const Store store(path, ReadingOptions(path));
    for (const RunRecord& run : UnobservedRuns(ReadRuns(store))) {
      if (const std::string problem = ConfigProblem(run); !problem.empty()) {
        SayUnused("run " + std::to_string(run.id) + " of " + path, problem);
        continue;
      }
      all.runs.push_back(ReadCheckedRun(store, run.id, {.token_ids = false, .steps = false}));
      all.names.push_back("run " + std::to_string(run.id) + " of " + path);
    }
  }
  return all;
}

// A run against itself has no noise, nor has one in virtual time: a floor of them would let any
// time decide.
void CheckNoisy(const StoredRuns& all) {
  for (size_t i = 0; i < all.runs.size(); ++i) {
    if (all.runs[i]->run.clock != "real") {
      ThrowBadInput(all.names[i] + ": its clock is " + all.runs[i]->run.clock +
                    ", expected a real one: equal runs do not differ in it");
    }
    for (size_t j = 0; j < i; ++j) {
      if (!AreOneRun(all.runs[j], all.runs[i])) continue;
      ThrowBadInput(all.names[j] + " and " + all.names[i] +
                    " are one run, or copies of it, expected runs of their own");
    }
  }
}

}  // namespace

std::vector<NoiseFloorRecord> RecordNoise(const std::vector<std::string>& files,
                                          const GatePolicy& policy,
                                          const BootstrapOptions& bootstrap) {
  const StoredRuns all = ReadAll(files);
  CheckNoisy(all);
  const std::vector<CheckedRun>& runs = all.runs;
  std::map<std::tuple<std::string, std::string, std::string>, std::vector<RunPair>> groups;
  size_t most = 0;
  for (const auto& [first, second] : EqualRunPairs(runs)) {
    const RunData& data = runs[first];
    auto& group =
        groups[{Fingerprint(data.environment), Fingerprint(data.build), HashOf(data, "workload")}];
    group.emplace_back(&runs[first], &runs[second]);
    most = std::max(most, group.size());
  }
  if (most < kMinNoisePairs) {
    ThrowBadInput(files.front() + ": " + Counted(static_cast<int64_t>(most), "pair") +
                  " of equal complete runs of one machine, build and workload, expected " +
                  std::to_string(kMinNoisePairs) + " or more");
  }
  for (size_t i = 0; i < runs.size(); ++i) {
    const bool used = std::any_of(groups.begin(), groups.end(), [&](const auto& group) {
      return group.second.size() >= kMinNoisePairs &&
             std::any_of(group.second.begin(), group.second.end(), [&](const RunPair& pair) {
               return pair.first == &runs[i] || pair.second == &runs[i];
             });
    });
    if (used) continue;
    const std::string& state = runs[i]->run.state;
    SayUnused(all.names[i], state != "complete"
                                ? "it is " + state
                                : "its machine, build and workload have fewer than " +
                                      std::to_string(kMinNoisePairs) +
                                      " pairs of equal runs, or it is left over of them");
  }
  std::vector<NoiseFloorRecord> written;
  Store store(files.front(), AddingOptions(files.front()));
  for (const auto& [key, pairs] : groups) {
    if (pairs.size() < kMinNoisePairs) continue;
    const RunData& data = **pairs.front().first;
    const int64_t environment = store.PutEnvironment(data.environment);
    const int64_t build = store.PutBuild(data.build);
    const auto workload = data.artifacts.find("workload");
    if (workload == data.artifacts.end()) {
      ThrowBadInput("run " + std::to_string(data.run.id) + ": no workload is stored");
    }
    const int64_t workload_id = store.PutArtifact(workload->second);
    for (NoiseFloorRecord& record : MeasureNoise(pairs, policy, bootstrap)) {
      PutNoiseFloor(store, record, environment, build, workload_id);
      written.push_back(std::move(record));
    }
  }
  return written;
}

}  // namespace dsb
