#include "harness/resume.h"

#include <algorithm>

#include "base/error.h"
#include "results/reader.h"

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

const RunRecord* RunOfDrafter(const Session& session, const std::string& drafter) {
  for (const RunRecord& run : session.runs) {
    if (run.drafter == drafter) return &run;
  }
  return nullptr;
}

bool Matches(const Session& session, const std::vector<std::string>& drafters,
             const std::vector<RunConfig>& configs) {
  size_t num_matching = 0;
  for (size_t arm = 0; arm < drafters.size(); ++arm) {
    const RunRecord* run = RunOfDrafter(session, drafters[arm]);
    if (run != nullptr && run->config_sha256 == configs[arm].sha256) ++num_matching;
  }
  return num_matching == session.runs.size();
}

[[noreturn]] void ThrowDiffering(const Session& session, const std::vector<std::string>& drafters,
                                 const std::vector<RunConfig>& configs) {
  std::string keys;
  for (size_t arm = 0; arm < drafters.size() && keys.empty(); ++arm) {
    const RunRecord* run = RunOfDrafter(session, drafters[arm]);
    if (run == nullptr) continue;
    for (const std::string& key : DifferingKeys(run->config_json, configs[arm].json)) {
      keys += (keys.empty() ? "" : ", ") + key;
    }
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
  point.time_ns = run.duration_ns.value_or(0);
  const RunData data = ReadRun(store, run.id, {.token_ids = false, .steps = true});
  point.num_segments = data.num_segments;
  for (const RequestRow& row : data.requests) {
    point.time_ns = std::max(point.time_ns, row.request.finished_ns.value_or(0));
  }
  for (const StepRecord& step : data.steps) {
    point.time_ns = std::max(point.time_ns, step.t_start_ns + step.wall_ns);
  }
  // Rounds may name steps that a crash lost: their numbers must not be given out again.
  for (const RequestRow& row : data.requests) {
    for (const RoundRecord& round : row.request.rounds) {
      point.next_step_idx = std::max(point.next_step_idx, round.step_idx.value_or(-1) + 1);
    }
  }
  for (const auto& key : store.FinishedRequests(run.id)) point.finished.insert(key);
  return point;
}

}  // namespace

ResumeState FindResumePoint(const Store& store, const std::vector<std::string>& drafters,
                            const std::vector<RunConfig>& configs) {
  const std::vector<Session> sessions = Sessions(store);
  ResumeState state;
  state.arms.resize(drafters.size());
  if (sessions.empty()) return state;
  const auto found = std::find_if(sessions.begin(), sessions.end(), [&](const Session& session) {
    return Matches(session, drafters, configs);
  });
  if (found == sessions.end()) ThrowDiffering(sessions.front(), drafters, configs);
  state.session = found->id;
  for (size_t arm = 0; arm < drafters.size(); ++arm) {
    const RunRecord* run = RunOfDrafter(*found, drafters[arm]);
    if (run != nullptr) state.arms[arm] = MakeResumePoint(store, *run);
  }
  return state;
}

}  // namespace dsb
