#include "harness/run/resume.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "results/run_facts.h"
#include "results/store/reader.h"

namespace dsb {
namespace {

struct StoredRun {
  RunRecord record;
  RunConfig config;
};

using Session = std::vector<StoredRun>;  // the runs that one command started

const std::string& IdOf(const Session& session) { return session.front().config.session; }

// A run whose configuration is none of ours.
struct UnknownRun {
  std::string session, problem;
};

// Newest first.
std::vector<Session> Sessions(const Store& store, std::vector<UnknownRun>* unknown) {
  std::vector<Session> sessions;
  for (RunRecord& run : ReadRuns(store)) {
    if (std::string problem = ConfigProblem(run); !problem.empty()) {
      unknown->push_back({SessionFromJson(run.config_json), std::move(problem)});
      continue;
    }
    RunConfig config = ConfigOf(run);
    const auto found = std::find_if(sessions.begin(), sessions.end(), [&](const Session& session) {
      return IdOf(session) == config.session;
    });
    Session& session = found != sessions.end() ? *found : sessions.emplace_back();
    session.push_back({std::move(run), std::move(config)});
  }
  std::reverse(sessions.begin(), sessions.end());
  return sessions;
}

const RunRecord* RunOf(const Session& session, const RunConfig& config) {
  for (const StoredRun& run : session) {
    if (ConfigDifferences(run.config, config).empty()) return &run.record;
  }
  return nullptr;
}

bool Matches(const Session& session, const std::vector<RunConfig>& configs) {
  const auto matching = std::count_if(configs.begin(), configs.end(), [&](const RunConfig& config) {
    return RunOf(session, config) != nullptr;
  });
  return static_cast<size_t>(matching) == session.size();
}

// The arms run in the order of their rows: the first pair that differs names what is different.
std::vector<Difference> DifferencesOf(const Session& session,
                                      const std::vector<RunConfig>& configs) {
  std::vector<Difference> differences;
  for (size_t arm = 0; differences.empty() && arm < std::min(configs.size(), session.size());
       ++arm) {
    differences = ConfigDifferences(session[arm].config, configs[arm]);
  }
  return differences;
}

// Of the session that is nearest to what was asked for, the newest of these.
[[noreturn]] void ThrowDiffering(const std::vector<Session>& sessions,
                                 const std::vector<RunConfig>& configs,
                                 const std::string& besides) {
  std::vector<Difference> fewest;
  for (const Session& session : sessions) {
    std::vector<Difference> differences = DifferencesOf(session, configs);
    if (&session == &sessions.front() || differences.size() < fewest.size()) {
      fewest = std::move(differences);
    }
  }
  std::string fields;
  for (const Difference& difference : fewest) {
    fields += (fields.empty() ? "" : ", ") + DifferenceText(difference, {"stored", "now"});
  }
  if (fields.empty()) fields = "drafters";
  ThrowBadInput("--resume: the configuration differs from the stored run's in " + fields + besides);
}

ResumePoint MakeResumePoint(const Store& store, const RunRecord& run, bool with_answers) {
  ResumePoint point;
  point.run_id = run.id;
  point.complete = run.state == "complete";
  // A run that ended in an orderly way has a duration; a killed one may have lost steps.
  point.steps_complete = run.steps_complete && run.duration_ns.has_value();
  const RunReach reach = store.Reach(run.id);
  point.time_ns = std::max(run.duration_ns.value_or(0), reach.end_ns);
  point.num_segments = reach.num_segments;
  for (const auto& key : store.FinishedRequests(run.id)) point.finished.insert(key);
  if (!with_answers || point.complete) return point;
  for (RequestRow& row : ReadRun(store, run.id, {.token_ids = true}).requests) {
    RequestRecord& request = row.request;
    point.answers.emplace(std::pair(request.prompt_id, request.repeat),
                          std::move(request.output_ids));
  }
  return point;
}

}  // namespace

ResumeState FindResumePoint(const Store& store, const std::vector<RunConfig>& configs,
                            bool with_answers) {
  std::vector<UnknownRun> unknown;
  const std::vector<Session> sessions = Sessions(store, &unknown);
  ResumeState state;
  state.arms.resize(configs.size());
  if (sessions.empty() && unknown.empty()) return state;
  const auto found = std::find_if(sessions.begin(), sessions.end(), [&](const Session& session) {
    return Matches(session, configs);
  });
  if (found == sessions.end()) {
    if (sessions.empty()) ThrowBadInput("--resume: " + unknown.back().problem);
    ThrowDiffering(sessions, configs, unknown.empty() ? "" : "; " + unknown.back().problem);
  }
  state.session = IdOf(*found);
  for (size_t arm = 0; arm < configs.size(); ++arm) {
    const RunRecord* run = RunOf(*found, configs[arm]);
    if (run != nullptr) state.arms[arm] = MakeResumePoint(store, *run, with_answers);
  }
  const bool one_is_missing =
      std::ranges::any_of(state.arms, [](const auto& arm) { return !arm.has_value(); });
  for (const UnknownRun& run : unknown) {  // it may be that one
    const bool may_be_ours =
        run.session == state.session || (run.session.empty() && one_is_missing);
    if (may_be_ours) ThrowBadInput("--resume: " + run.problem);
  }
  return state;
}

}  // namespace dsb
