// Every field of every record comes back as it went in, absent values included.
#include <gmock/gmock.h>

#include "results/store/sqlite.h"
#include "tests/results/store/store_fixture.h"

namespace dsb {
namespace {

using StoreRoundTrip = StoreFixture;

// Field lists in one place: a forgotten column shows as a mismatch of these tuples.
auto Fields(const EnvironmentRecord& r) {
  return std::tie(r.machine_id, r.cpu_model, r.cpu_flags, r.num_cores, r.num_threads_hw,
                  r.memory_bytes, r.os, r.kernel, r.virtualised, r.gpu_model, r.driver, r.cuda,
                  r.gpu_count, r.gpu_memory_bytes, r.power_limit_mw, r.detail_json);
}
auto Fields(const BuildRecord& r) {
  return std::tie(r.version, r.git_commit, r.git_dirty, r.diff_sha256, r.compiler, r.build_type,
                  r.flags, r.isa, r.sqlite_version, r.detail_json);
}
auto Fields(const ArtifactRecord& r) {
  return std::tie(r.kind, r.name, r.sha256, r.size_bytes, r.source, r.detail_json);
}
auto Fields(const RunRecord& r) {
  return std::tie(r.id, r.uuid, r.label, r.state, r.failure, r.started_utc, r.duration_ns, r.engine,
                  r.drafter, r.policy, r.provenance, r.reports_rounds, r.draft_length, r.load_mode,
                  r.arrival, r.offered_rate_per_s, r.achieved_rate_per_s, r.arrival_cv,
                  r.rate_scale, r.users, r.client_cap, r.think_time_ns, r.temperature, r.top_p,
                  r.top_k, r.max_tokens, r.seed, r.verification_rule, r.sampling_law, r.prompt_form,
                  r.threads, r.num_devices, r.clock, r.device_time_source, r.steps_complete,
                  r.target_precision, r.drafter_precision, r.weight_bytes_per_pass,
                  r.flops_per_token, r.bytes_per_draft, r.flops_per_draft, r.owner_pid,
                  r.owner_start_ticks, r.boot_id, r.chain_nonce, r.chain_start, r.chain_head,
                  r.config_json, r.config_sha256);
}
auto Fields(const PromptRecord& r) {
  return std::tie(r.item_key, r.conversation_key, r.turn, r.dataset, r.domain, r.num_prompt_tokens,
                  r.token_sha256, r.context_depth_tokens);
}
auto Fields(const RequestRecord& r) {
  return std::tie(r.run_id, r.segment_id, r.prompt_id, r.repeat, r.phase, r.seed, r.scheduled_ns,
                  r.issued_ns, r.admitted_ns, r.first_ns, r.finished_ns, r.first_burst_tokens,
                  r.end_reason, r.error, r.token_count_source, r.chain_digest, r.prompt_ids,
                  r.output_ids);
}
auto Fields(const RoundRecord& r) {
  return std::tie(r.step_idx, r.position, r.proposed, r.verified, r.accepted, r.committed, r.cut,
                  r.confidence, r.draft_ids);
}
auto Fields(const PhaseTimeRecord& r) {
  return std::tie(r.phase, r.wall_ns, r.thread_cpu_ns, r.device_kernel_ns, r.device_busy_ns);
}
auto Fields(const StepRecord& r) {
  return std::tie(r.run_id, r.idx, r.t_start_ns, r.wall_ns, r.num_requests, r.num_prefill_tokens,
                  r.num_draft_tokens, r.num_verify_tokens, r.padded_tokens, r.context_tokens,
                  r.device_busy_ns, r.budget_tokens);
}
auto Fields(const SkippedItemRecord& r) { return std::tie(r.run_id, r.item_key, r.turn, r.reason); }
auto Fields(const ServerSampleRecord& r) { return std::tie(r.run_id, r.t_ns, r.name, r.value); }
auto Fields(const MetricRecord& r) {
  const Estimate& e = r.estimate;
  return std::tie(r.run_id, r.metric, r.scope, r.unit, e.value, e.lo, e.hi, e.level, e.method, e.n,
                  e.num_resamples, e.statistics_seed, r.definition_version);
}

TEST_F(StoreRoundTrip, RunWithEverythingSet) {
  Store store(Path(), {});
  RunRecord run = SampleRun("u-1");
  run.state = "failed";
  run.failure = "disk full";
  run.duration_ns = 123;
  run.engine = "null";
  run.provenance = "recorded";
  run.reports_rounds = false;
  run.load_mode = "open";
  run.arrival = "gamma";
  run.offered_rate_per_s = 2.5;
  run.achieved_rate_per_s = 2.25;
  run.arrival_cv = 0.5;
  run.rate_scale = 1.5;
  run.client_cap = 64;
  run.think_time_ns = 65;
  run.verification_rule = "rejection";
  run.sampling_law = "temperature 0.7";
  run.prompt_form = "chat";
  run.num_devices = 3;
  run.clock = "virtual";
  run.device_time_source = "model";
  run.target_precision = "q8_0";
  run.drafter_precision = "bf16";
  run.weight_bytes_per_pass = 71;
  run.flops_per_token = 72;
  run.bytes_per_draft = 73;
  run.flops_per_draft = 74;
  run.owner_pid = 42;
  run.owner_start_ticks = 43;
  run.boot_id = "boot";
  run.chain_nonce = "nonce";
  run.chain_start = "d0";
  run.chain_head = "d9";
  run.steps_complete = false;
  run.id =
      store.PutRun(run, store.PutEnvironment(SampleEnvironment()), store.PutBuild(SampleBuild()));
  store.PutRunArtifact(run.id, "target", store.PutArtifact(SampleArtifact("target")));
  store.PutRunArtifact(run.id, "drafter", store.PutArtifact(SampleArtifact("drafter")));
  store.PutRunFlag(run.id, "dirty", "3 files");
  const RunData data = ReadRun(store, run.id, {});
  EXPECT_EQ(Fields(data.run), Fields(run));
  EXPECT_EQ(Fields(data.environment), Fields(SampleEnvironment()));
  EXPECT_EQ(Fields(data.build), Fields(SampleBuild()));
  ASSERT_EQ(data.artifacts.size(), 2U);
  EXPECT_EQ(Fields(data.artifacts.at("target")), Fields(SampleArtifact("target")));
  EXPECT_EQ(Fields(data.artifacts.at("drafter")), Fields(SampleArtifact("drafter")));
  EXPECT_THAT(data.flags, testing::ElementsAre(testing::Pair("dirty", "3 files")));
  EXPECT_EQ(data.num_segments, 0);
  ASSERT_EQ(ReadRuns(store).size(), 1U);
  EXPECT_EQ(Fields(ReadRuns(store)[0]), Fields(run));
}

TEST_F(StoreRoundTrip, RunWithNothingOptional) {
  Store store(Path(), {});
  EnvironmentRecord environment = SampleEnvironment();
  environment.gpu_model.reset();
  environment.driver.reset();
  environment.cuda.reset();
  environment.gpu_memory_bytes.reset();
  environment.power_limit_mw.reset();
  BuildRecord build = SampleBuild();
  build.diff_sha256.reset();
  RunRecord run = SampleRun("u-1");
  run.state = "complete";
  run.users = std::nullopt;
  ArtifactRecord artifact = SampleArtifact("report");
  artifact.source.reset();
  run.id = store.PutRun(run, store.PutEnvironment(environment), store.PutBuild(build));
  store.PutRunArtifact(run.id, "report", store.PutArtifact(artifact));
  const RunData data = ReadRun(store, run.id, {});
  EXPECT_EQ(Fields(data.run), Fields(run));
  EXPECT_EQ(Fields(data.environment), Fields(environment));
  EXPECT_EQ(Fields(data.build), Fields(build));
  EXPECT_EQ(Fields(data.artifacts.at("report")), Fields(artifact));
}

TEST_F(StoreRoundTrip, RequestWithEverythingSet) {
  Store store(Path(), {});
  const RunIds ids = StartRun(store, "u-1");
  RequestRecord request = SampleRequest(ids, 3);
  request.error = "none really";
  request.phase = "drain";
  request.token_count_source = "retokenised";
  store.PutRequest(request);
  const RunData data = ReadRun(store, ids.run, {.token_ids = true});
  ASSERT_EQ(data.requests.size(), 1U);
  const RequestRecord& read = data.requests[0].request;
  request.first_burst_tokens = 1;  // derived
  EXPECT_EQ(Fields(read), Fields(request));
  EXPECT_EQ(Fields(data.requests[0].prompt), Fields(SamplePrompt("item-1")));
  ASSERT_EQ(read.bursts.size(), 3U);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(read.bursts[i].t_ns, request.bursts[i].t_ns);
    EXPECT_EQ(read.bursts[i].num_tokens, request.bursts[i].num_tokens);
  }
  ASSERT_EQ(read.rounds.size(), 2U);
  EXPECT_EQ(Fields(read.rounds[0]), Fields(request.rounds[0]));
  EXPECT_EQ(Fields(read.rounds[1]), Fields(request.rounds[1]));
}

TEST_F(StoreRoundTrip, RequestThatNeverStarted) {
  Store store(Path(), {});
  const RunIds ids = StartRun(store, "u-1");
  RequestRecord request = SampleRequest(ids, 0);
  request.admitted_ns = request.first_ns = request.finished_ns = std::nullopt;
  request.prompt_ids.clear();
  request.output_ids.clear();
  request.bursts.clear();
  request.rounds.clear();
  request.end_reason = "error";
  store.PutRequest(request);
  const RunData data = ReadRun(store, ids.run, {.token_ids = true});
  ASSERT_EQ(data.requests.size(), 1U);
  EXPECT_EQ(Fields(data.requests[0].request), Fields(request));
  EXPECT_TRUE(data.requests[0].request.rounds.empty());
}

TEST_F(StoreRoundTrip, CountsAreDerivedFromTheRecord) {
  Store store(Path(), {});
  const RunIds ids = StartRun(store, "u-1");
  store.PutRequest(SampleRequest(ids, 0));
  RequestRecord without_bursts = SampleRequest(ids, 1);
  without_bursts.bursts.clear();
  without_bursts.output_ids.resize(2);
  store.PutRequest(without_bursts);
  Database database(Path(), "file", SQLITE_OPEN_READWRITE);
  EXPECT_EQ(database.Int("SELECT num_output_tokens FROM request WHERE repeat = 0"), 6);
  EXPECT_EQ(database.Int("SELECT num_output_tokens FROM request WHERE repeat = 1"), 2);
  EXPECT_EQ(database.Int("SELECT num_rounds FROM request WHERE repeat = 0"), 2);
  EXPECT_EQ(database.Int("SELECT first_burst_tokens FROM request WHERE repeat = 0"), 1);
  EXPECT_EQ(database.Text("SELECT hex(output_ids) FROM request WHERE repeat = 1"),
            "07000000FFFFFFFF");
  EXPECT_EQ(database.Text("SELECT hex(substr(confidence, 1, 4)) FROM round WHERE idx = 0"),
            "0000003F");
}

TEST_F(StoreRoundTrip, TokenIdsAndStepsAreReadOnDemand) {
  Store store(Path(), {});
  const RunIds ids = StartRun(store, "u-1");
  store.PutRequest(SampleRequest(ids, 0));
  store.PutSteps({SampleStep(ids.run, 0)});
  const RunData data = ReadRun(store, ids.run, {.token_ids = false, .steps = false});
  EXPECT_TRUE(data.requests[0].request.output_ids.empty());
  EXPECT_TRUE(data.requests[0].request.rounds[0].draft_ids.empty());
  EXPECT_EQ(data.requests[0].request.rounds[0].confidence.size(), 3U);
  EXPECT_TRUE(data.steps.empty());
  EXPECT_EQ(data.num_segments, 1);
}

TEST_F(StoreRoundTrip, StepsWithPhases) {
  Store store(Path(), {});
  const RunIds ids = StartRun(store, "u-1");
  StepRecord second = SampleStep(ids.run, 1);
  second.device_busy_ns = std::nullopt;
  second.phases.clear();
  store.PutSteps({second, SampleStep(ids.run, 0)});
  const RunData data = ReadRun(store, ids.run, {});
  ASSERT_EQ(data.steps.size(), 2U);
  EXPECT_EQ(Fields(data.steps[0]), Fields(SampleStep(ids.run, 0)));
  EXPECT_EQ(Fields(data.steps[1]), Fields(second));
  ASSERT_EQ(data.steps[0].phases.size(), 2U);
  EXPECT_EQ(Fields(data.steps[0].phases[0]), Fields(SampleStep(ids.run, 0).phases[0]));
  EXPECT_EQ(Fields(data.steps[0].phases[1]), Fields(SampleStep(ids.run, 0).phases[1]));
  EXPECT_TRUE(data.steps[1].phases.empty());
}

TEST_F(StoreRoundTrip, SkippedItemsServerSamplesAndMetrics) {
  Store store(Path(), {});
  const int64_t run = StartRun(store, "u-1").run;
  SkippedItemRecord skipped{.run_id = run, .item_key = "b", .turn = 2, .reason = "too long"};
  const SkippedItemRecord first{.run_id = run, .item_key = "a", .turn = 1, .reason = "empty"};
  store.PutSkippedItems({skipped, first});
  skipped.reason = "longer than the context";
  store.PutSkippedItems({skipped});
  const ServerSampleRecord early{.run_id = run, .t_ns = 5, .name = "drafts", .value = 0.5};
  const ServerSampleRecord late{.run_id = run, .t_ns = 6, .name = "accepted", .value = 3};
  store.PutServerSamples({late, early});
  MetricRecord metric{.run_id = run,
                      .metric = "m",
                      .scope = "all",
                      .unit = "token",
                      .estimate = {.value = 3.5,
                                   .lo = 3.0,
                                   .hi = 4.0,
                                   .level = 0.9,
                                   .method = "wilson",
                                   .n = 60,
                                   .num_resamples = 10000,
                                   .statistics_seed = 1},
                      .definition_version = 2};
  MetricRecord empty;
  empty.run_id = run;
  empty.metric = "n";
  empty.scope = "all";
  store.PutMetrics({empty, metric});
  const RunData data = ReadRun(store, run, {});
  ASSERT_EQ(data.skipped.size(), 2U);
  EXPECT_EQ(Fields(data.skipped[0]), Fields(first));
  EXPECT_EQ(Fields(data.skipped[1]), Fields(skipped));
  ASSERT_EQ(data.server_samples.size(), 2U);
  EXPECT_EQ(Fields(data.server_samples[0]), Fields(early));
  EXPECT_EQ(Fields(data.server_samples[1]), Fields(late));
  EXPECT_TRUE(ReadRun(store, run, {.steps = false}).server_samples.empty());
  const std::vector<MetricRecord> metrics = ReadMetrics(store, run);
  ASSERT_EQ(metrics.size(), 2U);
  EXPECT_EQ(Fields(metrics[0]), Fields(metric));
  EXPECT_EQ(Fields(metrics[1]), Fields(empty));
}

TEST_F(StoreRoundTrip, RequestsComeInTheOrderOfIssue) {
  Store store(Path(), {});
  const RunIds ids = StartRun(store, "u-1");
  for (const int64_t repeat : {2, 0, 1}) store.PutRequest(SampleRequest(ids, repeat));
  const RunData data = ReadRun(store, ids.run, {});
  for (int64_t i = 0; i < 3; ++i) {
    EXPECT_EQ(data.requests[static_cast<size_t>(i)].request.repeat, i);
    EXPECT_EQ(data.requests[static_cast<size_t>(i)].request.rounds.size(), 2U);
  }
}

}  // namespace
}  // namespace dsb
