#include "harness/run/resume.h"

#include <algorithm>

#include "base/error.h"
#include "results/store/reader.h"

namespace dsb {
namespace {

struct Session {
  std::string id;
  std::vector<RunRecord> runs;
};

// Newest first.
std::vector<Session> Sessions(const Store& store) {
  std::vector<Session> sessions;
  for (RunRecord& run : ReadRuns(store)) {
    std::string id = ConfigSession(run.config_json);
    const auto found = std::find_if(sessions.begin(), sessions.end(),
                                    [&](const Session& session) { return session.id == id; });
    Session& session = found != sessions.end() ? *found : sessions.emplace_back();
    session.id = std::move(id);
    session.runs.push_back(std::move(run));
  }
  std::reverse(sessions.begin(), sessions.end());
  return sessions;
}

const RunRecord* RunOf(const Session& session, const RunConfig& config) {
  for (const RunRecord& run : session.runs) {
    if (run.config_sha256 == config.sha256) return &run;
  }
  return nullptr;
}

bool Matches(const Session& session, const std::vector<RunConfig>& configs) {
  const auto matching = std::count_if(configs.begin(), configs.end(), [&](const RunConfig& config) {
    return RunOf(session, config) != nullptr;
  });
  return static_cast<size_t>(matching) == session.runs.size();
}

// The arms run in the order of their rows: the first pair that differs names what is different.
[[noreturn]] void ThrowDiffering(const Session& session, const std::vector<RunConfig>& configs) {
  std::string keys;
  for (size_t arm = 0; arm < std::min(configs.size(), session.runs.size()); ++arm) {
    for (const std::string& key : DifferingKeys(session.runs[arm].config_json, configs[arm].json)) {
      keys += (keys.empty() ? "" : ", ") + key;
    }
    if (!keys.empty()) break;
  }
  if (keys.empty()) keys = "drafters";
  ThrowBadInput("--resume: the configuration differs from the stored run's in " + keys);
}

ResumePoint MakeResumePoint(const Store& store, const RunRecord& run) {
  ResumePoint point;
  point.run_id = run.id;
  point.complete = run.state == "complete";
  // A run that ended in an orderly way has a duration; a killed one may have lost steps.
  point.steps_complete = run.steps_complete && run.duration_ns.has_value();
  const RunReach reach = store.Reach(run.id);
  point.time_ns = std::max(run.duration_ns.value_or(0), reach.end_ns);
  point.num_segments = reach.num_segments;
  for (const auto& key : store.FinishedRequests(run.id)) point.finished.insert(key);
  return point;
}

}  // namespace

ResumeState FindResumePoint(const Store& store, const std::vector<RunConfig>& configs) {
  const std::vector<Session> sessions = Sessions(store);
  ResumeState state;
  state.arms.resize(configs.size());
  if (sessions.empty()) return state;
  const auto found = std::find_if(sessions.begin(), sessions.end(), [&](const Session& session) {
    return Matches(session, configs);
  });
  if (found == sessions.end()) ThrowDiffering(sessions.front(), configs);
  state.session = found->id;
  for (size_t arm = 0; arm < configs.size(); ++arm) {
    const RunRecord* run = RunOf(*found, configs[arm]);
    if (run != nullptr) state.arms[arm] = MakeResumePoint(store, *run);
  }
  return state;
}

}  // namespace dsb
