#include "harness/selftest/selftest.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/sha256.h"
#include "base/temporary_folder.h"
#include "harness/backends/null_engine.h"
#include "harness/machine/environment.h"
#include "harness/replay/queued_engine.h"
#include "harness/replay/replayer.h"
#include "harness/replay/scheduled_load.h"
#include "results/store/recorder.h"
#include "results/store/store.h"
#include "workloads/schedule.h"

namespace dsb {
namespace {

class RecorderSink : public ReplaySink {
 public:
  explicit RecorderSink(Recorder& recorder) : recorder_(recorder) {}
  void OnRequest(RequestRecord record) override {
    lags_ns_.push_back(record.issued_ns - record.scheduled_ns);
    recorder_.Add(std::move(record));
  }
  void OnStep(StepRecord record) override { recorder_.Add(std::move(record)); }
  double LagP99() {
    std::sort(lags_ns_.begin(), lags_ns_.end());
    return static_cast<double>(lags_ns_[(lags_ns_.size() * 99 - 1) / 100]) / 1e9;
  }

 private:
  Recorder& recorder_;
  std::vector<int64_t> lags_ns_;
};

struct Rows {
  int64_t run_id = 0, segment_id = 0, prompt_id = 0;
};

Rows PutRows(Store& store) {
  RunRecord run;
  run.uuid = RandomUuid();
  run.started_utc = UtcNow();
  run.engine = kNullEngineName;
  run.drafter = "null";
  run.policy = "fixed";
  run.device_time_source = "none";
  Rows rows;
  rows.run_id = store.PutRun(run, store.PutEnvironment(CaptureEnvironment()),
                             store.PutBuild(CaptureBuild("none")));
  ArtifactRecord workload;
  workload.kind = "workload";
  workload.name = "selftest";
  workload.sha256 = std::string(64, '0');
  PromptRecord prompt;
  prompt.item_key = prompt.conversation_key = "selftest";
  prompt.dataset = prompt.domain = "selftest";
  prompt.num_prompt_tokens = 1;
  prompt.token_sha256 = workload.sha256;
  rows.prompt_id = store.PutPrompt(prompt, store.PutArtifact(workload));
  rows.segment_id = store.PutSegment(rows.run_id, 0);
  return rows;
}

// Each visit a request of its own, made when it is due.
class Requests : public VisitRequests {
 public:
  Requests(const SelftestOptions& options, int64_t prompt_id)
      : options_(options), prompt_id_(prompt_id) {}
  PreparedRequest Make(size_t visit, int32_t /*turn*/) override {
    PreparedRequest prepared;
    prepared.prompt_id = prompt_id_;
    prepared.repeat = static_cast<int64_t>(visit);
    prepared.engine.id = static_cast<int64_t>(visit) + 1;
    prepared.engine.random_id = visit;
    prepared.engine.prompt.assign(64, 1);
    prepared.engine.max_tokens = options_.max_tokens;
    return prepared;
  }
  void OnAnswer(size_t, int32_t, const RequestRecord&, const std::string&) override {}

 private:
  const SelftestOptions& options_;
  const int64_t prompt_id_;
};

std::vector<OpenVisit> AllOf(const Schedule& schedule) {
  std::vector<OpenVisit> visits(schedule.visits.size());
  for (size_t i = 0; i < visits.size(); ++i) visits[i].visit = i;
  return visits;
}

}  // namespace

SelftestResult RunSelftest(const SelftestOptions& options) {
  const TemporaryFolder folder("dsbench-selftest");
  Store store(folder / "selftest.db", {});
  const Rows rows = PutRows(store);
  MonotonicClock clock;
  NullEngineOptions engine_options;
  engine_options.draft_length = options.draft_length;
  engine_options.max_concurrency = options.concurrency;
  QueuedEngine engine(std::make_unique<NullEngine>(engine_options, clock));
  const bool open = options.rate_per_s > 0;
  const std::atomic<bool> stop{false};
  const int64_t start_ns = clock.NowNs();
  const ScheduleLaw law{.process = open ? "poisson" : "closed", .rate_per_s = options.rate_per_s};
  const Schedule schedule = DrawSchedule(law, {1}, options.requests);
  ArtifactRecord artifact;
  artifact.kind = "schedule";
  artifact.name = law.process;
  artifact.detail_json = ScheduleText(schedule);
  artifact.sha256 = Sha256Hex(artifact.detail_json);
  artifact.size_bytes = static_cast<int64_t>(artifact.detail_json.size());
  store.PutRunArtifact(rows.run_id, "schedule", store.PutArtifact(artifact));
  artifact = {};
  Recorder recorder(store, {});
  RecorderSink sink(recorder);
  Replayer::Options replay;
  replay.run_id = rows.run_id;
  replay.segment_id = rows.segment_id;
  replay.origin_ns = clock.NowNs();
  Replayer replayer(engine, clock, sink, replay);
  Requests requests(options, rows.prompt_id);
  ScheduledLoad source(schedule, AllOf(schedule), requests,
                       {.start_ns = clock.NowNs(), .users = open ? 0 : options.concurrency});
  const int64_t scheduled_ns = clock.NowNs();
  replayer.Run(source, stop);
  const int64_t replayed_ns = clock.NowNs();
  recorder.Finish();
  const int64_t stored_ns = clock.NowNs();

  const ReplayCounters& counters = replayer.counters();
  SelftestResult result;
  result.steps = counters.steps;
  result.rounds = counters.rounds;
  result.requests = counters.requests;
  result.schedule_s = static_cast<double>(scheduled_ns - start_ns) / 1e9;
  result.issue_lag_p99_s = sink.LagP99();
  result.replay_s = static_cast<double>(replayed_ns - scheduled_ns) / 1e9;
  result.stored_s = static_cast<double>(stored_ns - start_ns) / 1e9;
  result.recorder_stall_s = static_cast<double>(recorder.stall_ns()) / 1e9;
  result.us_per_step =
      (result.replay_s - result.recorder_stall_s) * 1e6 / static_cast<double>(counters.steps);
  result.rounds_per_s = static_cast<double>(counters.rounds) / result.stored_s;
  return result;
}

}  // namespace dsb
