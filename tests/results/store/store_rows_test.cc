// Rows that are shared, replaced, summed by views, or change with their owner.
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include "results/store/fingerprint.h"
#include "results/store/run_owner.h"
#include "tests/results/store/store_fixture.h"

namespace dsb {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using StoreRows = StoreFixture;

TEST_F(StoreRows, EqualRecordsShareARow) {
  Store store(Path(), {});
  EnvironmentRecord environment = SampleEnvironment();
  const int64_t first = store.PutEnvironment(environment);
  environment.detail_json = R"( {"governor" : "performance"} )";  // the same JSON, other spaces
  EXPECT_EQ(store.PutEnvironment(environment), first);
  environment.detail_json = R"({"governor":"powersave"})";
  EXPECT_NE(store.PutEnvironment(environment), first);
  environment = SampleEnvironment();
  environment.gpu_model = std::nullopt;
  EXPECT_NE(store.PutEnvironment(environment), first);

  BuildRecord build = SampleBuild();
  const int64_t first_build = store.PutBuild(build);
  EXPECT_EQ(store.PutBuild(build), first_build);
  build.isa = "avx2";
  EXPECT_NE(store.PutBuild(build), first_build);

  const int64_t workload = store.PutArtifact(SampleArtifact("workload"));
  EXPECT_EQ(store.PutArtifact(SampleArtifact("workload")), workload);
  EXPECT_NE(store.PutArtifact(SampleArtifact("target")), workload);

  PromptRecord prompt = SamplePrompt("a");
  const int64_t first_prompt = store.PutPrompt(prompt, workload);
  EXPECT_EQ(store.PutPrompt(prompt, workload), first_prompt);
  prompt.turn = 1;
  EXPECT_NE(store.PutPrompt(prompt, workload), first_prompt);
  prompt.turn = 0;
  prompt.token_sha256 = "of another tokenizer";
  prompt.num_prompt_tokens = 4;
  EXPECT_NE(store.PutPrompt(prompt, workload), first_prompt);
  prompt = SamplePrompt("a");
  prompt.context_depth_tokens = 4096;
  EXPECT_NE(store.PutPrompt(prompt, workload), first_prompt);
}

// As a foreign file may have it, where nothing keeps the column to JSON.
TEST_F(StoreRows, AFingerprintIsOfWhateverTheDetailSays) {
  EnvironmentRecord environment = SampleEnvironment();
  const std::string good = Fingerprint(environment);
  environment.detail_json = "no JSON";
  const std::string bad = Fingerprint(environment);
  EXPECT_NE(bad, good);
  environment.detail_json = std::string(1'000'000, '[');
  EXPECT_NE(Fingerprint(environment), bad);
  environment.detail_json += std::string(1'000'000, ']');
  EXPECT_NE(Fingerprint(environment), bad);
}

TEST_F(StoreRows, SharedAcrossOpenings) {
  int64_t environment = 0;
  {
    Store store(Path(), {});
    environment = store.PutEnvironment(SampleEnvironment());
  }
  Store store(Path(), {});
  EXPECT_EQ(store.PutEnvironment(SampleEnvironment()), environment);
}

TEST_F(StoreRows, MetricsReplaceEqualKeys) {
  Store store(Path(), {});
  const RunIds ids = StartRun(store, "u-1");
  MetricRecord metric{.run_id = ids.run,
                      .metric = "accepted_length",
                      .scope = "all",
                      .unit = "token",
                      .estimate = {.value = 3.5,
                                   .lo = 3.0,
                                   .hi = 4.0,
                                   .level = 0.95,
                                   .method = "cluster_bootstrap",
                                   .n = 60,
                                   .num_resamples = 10000,
                                   .statistics_seed = 1},
                      .definition_version = 1};
  MetricRecord of_domain = metric;
  of_domain.scope = "domain:math";
  store.PutMetrics({metric, of_domain});
  metric.estimate.value = 2.5;
  metric.estimate.lo = metric.estimate.hi = std::nullopt;
  store.PutMetrics({metric});
  Database database(Path(), "file", SQLITE_OPEN_READWRITE);
  EXPECT_EQ(database.Int("SELECT count(*) FROM metric"), 2);
  EXPECT_EQ(
      database.Text("SELECT value || ' ' || (lo IS NULL) || ' ' || n || ' ' || unit || ' ' || "
                    "method || ' ' || num_resamples || ' ' || statistics_seed FROM metric "
                    "WHERE scope = 'all'"),
      "2.5 1 60 token cluster_bootstrap 10000 1");
  EXPECT_EQ(
      database.Text("SELECT accepted_length || ' ' || (accepted_length_lo IS NULL) FROM v_run"),
      "2.5 1");
}

TEST_F(StoreRows, ViewsGiveHandComputedValues) {
  Store store(Path(), {});
  const RunIds ids = StartRun(store, "u-1");
  store.PutRequest(SampleRequest(ids, 0));
  store.PutRequest(SampleRequest(ids, 1));
  RequestRecord warmup = SampleRequest(ids, 2);
  warmup.phase = "warmup";
  store.PutRequest(warmup);
  RequestRecord one_burst = SampleRequest(ids, 3);
  one_burst.bursts.resize(1);
  one_burst.finished_ns = one_burst.first_ns;
  one_burst.rounds.clear();
  store.PutRequest(one_burst);
  RequestRecord long_first_burst = SampleRequest(ids, 4);
  long_first_burst.bursts.front().num_tokens = 2;
  long_first_burst.rounds.clear();
  store.PutRequest(long_first_burst);
  Database database(Path(), "file", SQLITE_OPEN_READWRITE);
  // 1 + 3 + 2 tokens at 5, 9 and 15 us, scheduled at 1 us: 5 tokens in 10 us of decoding.
  EXPECT_EQ(database.Text("SELECT ttft_ns || ' ' || e2e_ns || ' ' || queue_delay_ns || ' ' || "
                          "tpot_ns || ' ' || decode_rate FROM v_request WHERE repeat = 0"),
            "4000 14000 1000 2000.0 500000.0");
  EXPECT_EQ(database.Text("SELECT (tpot_ns IS NULL) || (decode_rate IS NULL) FROM v_request "
                          "WHERE repeat = 3"),
            "11");
  // 2 + 3 + 2 tokens: still 5 in 10 us, since the whole first burst is left out.
  EXPECT_EQ(database.Text("SELECT tpot_ns || ' ' || decode_rate FROM v_request WHERE repeat = 4"),
            "2000.0 500000.0");
  // Two requests of two rounds each; the warm-up does not count.
  EXPECT_EQ(database.Text("SELECT num_requests || ' ' || num_rounds || ' ' || proposed || ' ' || "
                          "verified || ' ' || accepted || ' ' || committed FROM v_round_prompt"),
            "2 4 6 4 4 8");
}

TEST_F(StoreRows, DeletingARunDeletesItsRows) {
  Store store(Path(), {});
  const RunIds ids = StartRun(store, "u-1");
  store.PutRequest(SampleRequest(ids, 0));
  store.PutSteps({SampleStep(ids.run, 0)});
  store.PutSkippedItems({{.run_id = ids.run, .item_key = "a", .turn = 0, .reason = "long"}});
  store.PutServerSamples({{.run_id = ids.run, .t_ns = 1, .name = "drafts", .value = 2}});
  Database database(Path(), "file", SQLITE_OPEN_READWRITE);
  database.Execute("PRAGMA foreign_keys=ON; DELETE FROM run;");
  for (const char* table : {"request", "burst", "round", "step", "phase_time", "segment",
                            "skipped_item", "server_sample"}) {
    EXPECT_EQ(database.Int(std::string("SELECT count(*) FROM ") + table), 0) << table;
  }
}

TEST_F(StoreRows, FinishedRequestsAreTheKeysToSkip) {
  Store store(Path(), {});
  const RunIds ids = StartRun(store, "u-1");
  store.PutRequest(SampleRequest(ids, 1));
  store.PutRequest(SampleRequest(ids, 0));
  EXPECT_THAT(store.FinishedRequests(ids.run),
              ElementsAre(Pair(ids.prompt, 0), Pair(ids.prompt, 1)));
  EXPECT_THROW(store.PutRequest(SampleRequest(ids, 1)), Error);
  EXPECT_EQ(store.FinishedRequests(ids.run).size(), 2U);
}

TEST_F(StoreRows, SegmentsAndTheEndOfARun) {
  Store store(Path(), {});
  const RunIds ids = StartRun(store, "u-1");
  store.EndSegment(ids.segment, 90, 10, 80);
  store.EndRun(ids.run, "failed", "NaN in the logits", 100, false);
  const RunRecord run = ReadRuns(store)[0];
  EXPECT_EQ(run.state, "failed");
  EXPECT_EQ(run.failure, "NaN in the logits");
  EXPECT_EQ(run.duration_ns, 100);
  EXPECT_FALSE(run.steps_complete);
  store.EndRun(ids.run, "complete", "", 101, true);
  EXPECT_EQ(ReadRuns(store)[0].failure, std::nullopt);
  Database database(Path(), "file", SQLITE_OPEN_READWRITE);
  EXPECT_EQ(
      database.Text("SELECT t_start_ns || ' ' || t_end_ns || ' ' || window_start_ns || ' ' || "
                    "window_end_ns FROM segment"),
      "0 90 10 80");
}

pid_t DeadPid() {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  waitpid(child, nullptr, 0);
  return child;
}

TEST_F(StoreRows, RunsOfDeadOwnersBecomeInterrupted) {
  struct Case {
    const char* uuid;
    int64_t pid;
    std::string boot_id, started_utc, expected;
    std::optional<int64_t> start_ticks = {};
  };
  const std::string later = "2999-01-01T00:00:00Z", long_ago = "2001-01-01T00:00:00Z";
  const std::optional<int64_t> parents_start = StartTicks(getppid());
  ASSERT_TRUE(parents_start.has_value());
  const std::vector<Case> cases = {
      {"dead process", DeadPid(), BootId(), later, "interrupted"},
      {"living process", getppid(), BootId(), later, "running"},
      {"earlier boot", getppid(), "another boot", later, "interrupted"},
      {"this process", getpid(), BootId(), later, "running"},
      {"earlier process of this pid", getpid(), BootId(), long_ago, "interrupted"},
      {"same start", getppid(), BootId(), long_ago, "running", parents_start},
      {"pid given out again", getppid(), BootId(), later, "interrupted", *parents_start - 1},
      {"this process, same start", getpid(), BootId(), long_ago, "running", StartTicks(getpid())},
      {"this pid, another start", getpid(), BootId(), later, "interrupted", 1},
  };
  {
    Store store(Path(), {});
    for (const Case& each : cases) {
      RunRecord run = SampleRun(each.uuid);
      run.owner_pid = each.pid;
      run.boot_id = each.boot_id;
      run.owner_start_ticks = each.start_ticks;
      run.started_utc = each.started_utc;
      store.PutRun(run, store.PutEnvironment(SampleEnvironment()), store.PutBuild(SampleBuild()));
    }
  }
  {
    Store reader(Path(), {.mode = Store::Mode::kReadOnly, .durable = false});
    for (const RunRecord& run : ReadRuns(reader)) EXPECT_EQ(run.state, "running");
  }
  Store store(Path(), {});
  const std::vector<RunRecord> runs = ReadRuns(store);
  for (size_t i = 0; i < cases.size(); ++i) {
    EXPECT_EQ(runs[i].state, cases[i].expected) << cases[i].uuid;
    EXPECT_EQ(runs[i].steps_complete, cases[i].expected == "running") << cases[i].uuid;
  }
}

TEST_F(StoreRows, RunningRunsGetThisProcessAsOwner) {
  Store store(Path(), {});
  StartRun(store, "u-1");
  EXPECT_EQ(ReadRuns(store)[0].owner_pid, getpid());
  EXPECT_EQ(ReadRuns(store)[0].owner_start_ticks, StartTicks(getpid()));
  EXPECT_EQ(ReadRuns(store)[0].boot_id, BootId());
}

TEST_F(StoreRows, ReachIsBehindStepsAndRequestsAndWhatRoundsName) {
  Store store(Path(), {});
  const RunIds ids = StartRun(store, "u-1");
  const RunIds other = StartRun(store, "u-2");
  store.PutSteps({SampleStep(other.run, 90)});
  EXPECT_EQ(store.Reach(ids.run).next_step_idx, 0);
  EXPECT_EQ(store.Reach(ids.run).num_segments, 1);
  StepRecord step = SampleStep(ids.run, 4);
  step.t_start_ns = 1000;
  step.wall_ns = 50;
  store.PutSteps({step});
  EXPECT_EQ(store.Reach(ids.run).next_step_idx, 5);
  EXPECT_EQ(store.Reach(ids.run).end_ns, 1050);
  // A crash may keep a request and lose the steps that its rounds name.
  RequestRecord request = SampleRequest(ids, 0);
  request.finished_ns = 2000;
  request.rounds.back().step_idx = 11;
  store.PutRequest(request);
  EXPECT_EQ(store.Reach(ids.run).next_step_idx, 12);
  EXPECT_EQ(store.Reach(ids.run).end_ns, 2000);
}

// Its started_utc is that of the process that began it.
TEST_F(StoreRows, AResumedRunIsNotInterruptedByTheNextOpening) {
  Store store(Path(), {});
  RunRecord run = SampleRun("u-1");
  run.started_utc = "2001-01-01T00:00:00Z";
  run.state = "interrupted";
  const int64_t id =
      store.PutRun(run, store.PutEnvironment(SampleEnvironment()), store.PutBuild(SampleBuild()));
  store.ResumeRun(id);
  { Store other(Path(), {}); }
  EXPECT_EQ(ReadRuns(store)[0].state, "running");
}

TEST_F(StoreRows, ResumingARun) {
  Store store(Path(), {});
  const RunIds ids = StartRun(store, "u-1");
  EXPECT_THROW(store.ResumeRun(ids.run), Error);  // this process is writing it
  store.PutSteps({SampleStep(ids.run, 0), SampleStep(ids.run, 6)});
  store.EndRun(ids.run, "interrupted", "SIGINT", 5, true);
  EXPECT_EQ(store.ResumeRun(ids.run), 7);
  EXPECT_EQ(store.Reach(99).next_step_idx, 0);
  store.PutSegment(ids.run, 100);
  const RunData data = ReadRun(store, ids.run, {});
  EXPECT_EQ(data.run.state, "running");
  EXPECT_EQ(data.run.failure, std::nullopt);
  EXPECT_EQ(data.num_segments, 2);
  EXPECT_THAT(data.flags, ElementsAre(Pair("resumed", "")));
  store.EndRun(ids.run, "complete", "", 5, true);
  EXPECT_THROW(store.ResumeRun(ids.run), Error);
  EXPECT_THROW(store.ResumeRun(99), Error);
}

// Its rows of machine and build are those that it was begun with.
TEST_F(StoreRows, ARunThatGoesOnElsewhereSaysSo) {
  Store store(Path(), {});
  const RunIds ids = StartRun(store, "u-1");
  EnvironmentRecord machine = SampleEnvironment();
  const int64_t here = store.PutEnvironment(machine);
  machine.cpu_model += " II";
  const int64_t there = store.PutEnvironment(machine);
  BuildRecord build = SampleBuild();
  const int64_t same = store.PutBuild(build);
  build.version += ".1";
  const int64_t other = store.PutBuild(build);
  EXPECT_EQ(store.ChangedSince(ids.run, here, same), "");
  EXPECT_EQ(store.ChangedSince(ids.run, here, other), "another build");
  EXPECT_EQ(store.ChangedSince(ids.run, there, same), "another machine");
  EXPECT_EQ(store.ChangedSince(ids.run, there, other), "another machine and build");
  // Said once, it stays true however the run goes on.
  for (const char* changed : {"another build", ""}) {
    store.EndRun(ids.run, "interrupted", "SIGINT", 5, true);
    store.ResumeRun(ids.run, changed);
  }
  EXPECT_THAT(ReadRun(store, ids.run, {}).flags, ElementsAre(Pair("resumed", "another build")));
}

}  // namespace
}  // namespace dsb
