#include "harness/selftest/selftest.h"

#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/temporary_folder.h"
#include "harness/backends/null_engine.h"
#include "harness/machine/environment.h"
#include "harness/replay/replayer.h"
#include "results/store/recorder.h"
#include "results/store/store.h"

namespace dsb {
namespace {

class RecorderSink : public ReplaySink {
 public:
  explicit RecorderSink(Recorder& recorder) : recorder_(recorder) {}
  void OnRequest(RequestRecord record) override { recorder_.Add(std::move(record)); }
  void OnStep(StepRecord record) override { recorder_.Add(std::move(record)); }

 private:
  Recorder& recorder_;
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

std::vector<PreparedRequest> Requests(const SelftestOptions& options, int64_t prompt_id) {
  std::vector<PreparedRequest> requests(static_cast<size_t>(options.requests));
  for (size_t i = 0; i < requests.size(); ++i) {
    PreparedRequest& prepared = requests[i];
    prepared.prompt_id = prompt_id;
    prepared.repeat = static_cast<int64_t>(i);
    prepared.engine.id = static_cast<int64_t>(i) + 1;
    prepared.engine.random_id = i;
    prepared.engine.prompt.assign(64, 1);
    prepared.engine.max_tokens = options.max_tokens;
  }
  return requests;
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
  NullEngine engine(engine_options, clock);
  Recorder recorder(store, {});
  RecorderSink sink(recorder);
  Replayer::Options replay;
  replay.run_id = rows.run_id;
  replay.segment_id = rows.segment_id;
  replay.origin_ns = clock.NowNs();
  Replayer replayer(engine, clock, sink, replay);
  ClosedLoop source(Requests(options, rows.prompt_id),
                    {.num_users = options.concurrency, .start_ns = replay.origin_ns});
  const std::atomic<bool> stop{false};

  const int64_t start_ns = clock.NowNs();
  replayer.Run(source, stop);
  const int64_t replayed_ns = clock.NowNs();
  recorder.Finish();
  const int64_t stored_ns = clock.NowNs();

  const ReplayCounters& counters = replayer.counters();
  SelftestResult result;
  result.steps = counters.steps;
  result.rounds = counters.rounds;
  result.requests = counters.requests;
  result.replay_s = static_cast<double>(replayed_ns - start_ns) / 1e9;
  result.stored_s = static_cast<double>(stored_ns - start_ns) / 1e9;
  result.recorder_stall_s = static_cast<double>(recorder.stall_ns()) / 1e9;
  result.us_per_step =
      (result.replay_s - result.recorder_stall_s) * 1e6 / static_cast<double>(counters.steps);
  result.rounds_per_s = static_cast<double>(counters.rounds) / result.stored_s;
  return result;
}

}  // namespace dsb
