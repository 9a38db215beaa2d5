// Reports from real files: what was written comes back, and metrics are a cache of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/temporary_folder.h"
#include "reports/gate/pairs.h"
#include "reports/model/provenance_lines.h"
#include "reports/report/report.h"
#include "results/run_facts.h"
#include "results/store/reader.h"
#include "tests/results/metrics/metrics_test_data.h"

namespace dsb {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::SyntheticArm;
using testing::SyntheticRun;

class ReportStore : public ::testing::Test {
 protected:
  std::unique_ptr<Store> Open(const std::string& name) const {
    return std::make_unique<Store>((folder_ / name).string(), Store::Options{});
  }

  const TemporaryFolder folder_;
};

// Writes a synthetic run as the harness would; returns its id.
int64_t Write(const RunData& data, Store* store) {
  EnvironmentRecord machine;
  machine.machine_id = "m";
  machine.cpu_model = "A Processor";
  machine.num_cores = 2;
  BuildRecord build;
  build.version = "0.1.0";
  const int64_t environment_id = store->PutEnvironment(machine);
  const int64_t build_id = store->PutBuild(build);
  ArtifactRecord workload;
  workload.kind = "workload";
  workload.name = "synthetic.jsonl";
  workload.sha256 = std::string(64, 'b');
  const int64_t workload_id = store->PutArtifact(workload);
  RunRecord run = data.run;
  run.state = "running";
  run.uuid = "uuid-" + data.run.drafter;
  run.started_utc = "2026-01-01T00:00:00Z";
  run.config_sha256 = std::string(64, 'c');
  const int64_t run_id = store->PutRun(run, environment_id, build_id);
  store->PutRunArtifact(run_id, "workload", workload_id);
  const int64_t segment_id = store->PutSegment(run_id, 0);
  for (const RequestRow& row : data.requests) {
    RequestRecord request = row.request;
    PromptRecord prompt = row.prompt;
    prompt.conversation_key = prompt.item_key;
    prompt.token_sha256 = std::string(64, 'd');
    request.prompt_id = store->PutPrompt(prompt, workload_id);
    request.run_id = run_id;
    request.segment_id = segment_id;
    store->PutRequest(request);
  }
  std::vector<StepRecord> steps = data.steps;
  for (StepRecord& step : steps) step.run_id = run_id;
  store->PutSteps(steps);
  store->EndRun(run_id, "complete", "", 1'000'000, true);
  return run_id;
}

RunData Plain() {
  SyntheticArm arm;
  arm.drafter = "none";
  arm.step_ns = 8'000'000;
  return SyntheticRun(arm);
}

void ExpectSameRows(const std::vector<MetricRecord>& a, const std::vector<MetricRecord>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].metric, b[i].metric);
    EXPECT_EQ(a[i].scope, b[i].scope);
    const Estimate &x = a[i].estimate, &y = b[i].estimate;
    EXPECT_EQ(x.value, y.value) << a[i].metric << " " << a[i].scope;
    EXPECT_EQ(x.lo, y.lo) << a[i].metric << " " << a[i].scope;
    EXPECT_EQ(x.hi, y.hi) << a[i].metric << " " << a[i].scope;
    EXPECT_EQ(x.n, y.n);
  }
}

TEST_F(ReportStore, MetricsFromTheFileAreTheMetricsOfTheRun) {
  const auto store = Open("results.db");
  const RunData data = SyntheticRun({});
  const int64_t run_id = Write(data, store.get());
  const std::vector<MetricRecord> once = ComputeMetrics(CheckRun(ReadRun(*store, run_id, {})));
  store->PutMetrics(once);
  const std::vector<MetricRecord> again = ComputeMetrics(CheckRun(ReadRun(*store, run_id, {})));
  ExpectSameRows(once, again);
  ExpectSameRows(ComputeMetrics(CheckRun(data)), once);
  store->PutMetrics(again);  // every key is valid in the table, and replaces its own row
  EXPECT_EQ(store->IntegrityCheck(), "ok");
}

TEST_F(ReportStore, ReportsAndComparesWhatWasWritten) {
  const auto store = Open("results.db");
  Write(Plain(), store.get());
  Write(SyntheticRun({}), store.get());
  ReportOptions options;
  options.sections.crosswalk = true;
  options.metrics.bootstrap.num_resamples = 400;
  EXPECT_THAT(RenderReport(*store, options), HasSubstr("synthetic.jsonl"));
  options.format = ReportFormat::kJson;
  const nlohmann::json report = nlohmann::json::parse(RenderReport(*store, options));
  ASSERT_EQ(report["sets"].size(), 1u);
  EXPECT_EQ(report["sets"][0]["arms"].size(), 2u);
  CompareOptions compare;
  compare.metrics = options.metrics;
  const nlohmann::json compared =
      nlohmann::json::parse(RenderCompare(*store, *store, compare, ReportFormat::kJson));
  ASSERT_EQ(compared["pairs"].size(), 1u);
  EXPECT_EQ(compared["pairs"][0]["scopes"][0]["speedup"],
            report["sets"][0]["comparisons"][0]["scopes"][0]["speedup"]);
  const auto other = Open("other.db");
  Write(SyntheticRun({}), other.get());
  EXPECT_THAT(RenderCompare(*store, *other, compare), HasSubstr("no difference shown"));
}

// The stored intervals are shown as they are: a changed one shows that nothing was resampled.
TEST_F(ReportStore, StoredIntervalsOfTheSameFiguresAreNotComputedAgain) {
  const auto store = Open("results.db");
  const int64_t run_id = Write(SyntheticRun({}), store.get());
  ReportOptions options;
  options.format = ReportFormat::kJson;
  options.metrics.bootstrap.num_resamples = 400;
  const std::string computed = RenderReport(*store, options);
  std::vector<MetricRecord> rows =
      ComputeMetrics(CheckRun(ReadRun(*store, run_id, {})), options.metrics);
  store->PutMetrics(rows);
  EXPECT_EQ(RenderReport(*store, options), computed);

  const auto change = [&](const std::function<void(MetricRecord&)>& edit) {
    std::vector<MetricRecord> changed = rows;
    for (MetricRecord& row : changed) {
      if (row.metric == "accepted_length" && row.scope == "all") edit(row);
    }
    store->PutMetrics(changed);
    return RenderReport(*store, options);
  };
  const auto lower = [](MetricRecord& row) { row.estimate.lo = 0.125; };
  EXPECT_THAT(change(lower), HasSubstr("\"lo\": 0.125,"));
  // Of another figure, definition, level, seed or number of resamples they are not.
  const std::vector<std::function<void(MetricRecord&)>> others = {
      [](MetricRecord& row) { *row.estimate.value += 1e-9; },
      [](MetricRecord& row) { row.definition_version = kMetricDefinitionVersion + 1; },
      [](MetricRecord& row) { row.estimate.level = 0.9; },
      [](MetricRecord& row) { row.estimate.n += 1; },
      [](MetricRecord& row) { row.estimate.statistics_seed = 2; },
      [](MetricRecord& row) { row.estimate.num_resamples = 500; },
      [](MetricRecord& row) { row.estimate.hi.reset(); },
      [](MetricRecord& row) { row.estimate.hi = HUGE_VAL; },
  };
  for (const auto& other : others) {
    const std::string shown = change([&](MetricRecord& row) {
      lower(row);
      other(row);
    });
    EXPECT_EQ(shown, computed);
  }
  change(lower);
  options.metrics.bootstrap.num_resamples = 399;
  EXPECT_EQ(RenderReport(*store, options).find("0.125"), std::string::npos);
}

// Each hung, aborted or ran out of memory once.
TEST_F(ReportStore, UnusableRowsAreRefusedByEveryReader) {
  const std::vector<std::pair<std::string, std::function<void(RequestRecord&)>>> cases = {
      {"found confidence nan",
       [](RequestRecord& request) { request.rounds[1].confidence[0] = std::nanf(""); }},
      {"never run backwards",
       [](RequestRecord& request) { std::swap(request.bursts[1].t_ns, request.bursts[2].t_ns); }},
      {"found 1000000000000 tokens",
       [](RequestRecord& request) { request.bursts[1].num_tokens = 1'000'000'000'000; }},
      {"found scheduled -1 ns", [](RequestRecord& request) { request.scheduled_ns = -1; }},
  };
  for (size_t i = 0; i < cases.size(); ++i) {
    const auto& [part, damage] = cases[i];
    const auto store = Open("results" + std::to_string(i) + ".db");
    Write(Plain(), store.get());
    RunData data = SyntheticRun({});
    damage(data.requests[5].request);
    Write(data, store.get());
    const std::vector<std::function<void()>> readers = {
        [&] { RenderReport(*store, {}); },
        [&] { RenderCompare(*store, *store, {}); },
        [&] {
          GateSources sources;
          sources.baseline = sources.candidate = store.get();
          ReadGatePairs(sources);
        },
    };
    for (const auto& reader : readers) {
      try {
        reader();
        ADD_FAILURE() << part;
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ExitCode::kBadInput);
        EXPECT_THAT(error.what(), HasSubstr("run 2, request "));
        EXPECT_THAT(error.what(), HasSubstr(part));
      }
    }
  }
}

// A run of a build with another option costs itself, not the file.
TEST_F(ReportStore, ARunOfAnUnknownConfigurationIsLeftOutAndNamed) {
  const auto store = Open("results.db");
  Write(Plain(), store.get());
  Write(SyntheticRun({}), store.get());
  RunData foreign = SyntheticRun({});
  foreign.run.drafter = "eagle3";
  foreign.run.config_json = R"({"drafter":"eagle3","later_option":1})";
  Write(foreign, store.get());
  ReportOptions options;
  options.metrics.bootstrap.num_resamples = 400;
  const std::string why = "run 3: its configuration: unknown key 'later_option'";
  EXPECT_THAT(RenderReport(*store, options), AllOf(HasSubstr("dspark"), HasSubstr(why)));
  options.format = ReportFormat::kJson;
  const nlohmann::json report = nlohmann::json::parse(RenderReport(*store, options));
  EXPECT_EQ(report["sets"][0]["arms"].size(), 2u);
  EXPECT_EQ(report["left_out"][0], why);

  CompareOptions compare;
  compare.metrics = options.metrics;
  const nlohmann::json compared =
      nlohmann::json::parse(RenderCompare(*store, *store, compare, ReportFormat::kJson));
  EXPECT_EQ(compared["pairs"].size(), 1u);
  GateSources sources;
  sources.baseline = sources.candidate = store.get();
  EXPECT_EQ(ReadGatePairs(sources).pairs.size(), 2u);
  // Whoever wants that very run is told why not.
  compare.baseline_run = "none";
  compare.candidate_run = "3";
  try {
    RenderCompare(*store, *store, compare);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kBadInput);
    EXPECT_THAT(error.what(), HasSubstr(why));
  }
}

TEST_F(ReportStore, AFileOfUnknownConfigurationsOnlyIsRefused) {
  const auto store = Open("results.db");
  RunData foreign = Plain();
  foreign.run.config_json = R"({"later_option":1})";
  Write(foreign, store.get());
  try {
    RenderReport(*store, {});
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kBadInput);
    EXPECT_THAT(error.what(), HasSubstr("run 1: its configuration: unknown key"));
  }
}

TEST_F(ReportStore, DisturbedTimesAreMarkedWhereTheyStand) {
  const auto store = Open("results.db");
  Write(Plain(), store.get());
  const int64_t candidate = Write(SyntheticRun({}), store.get());
  ReportOptions options;
  options.metrics.bootstrap.num_resamples = 400;
  EXPECT_THAT(RenderReport(*store, options), Not(HasSubstr("disturbed")));
  store->PutRunFlag(candidate, "contended", "other programs used 48 % of the processors");
  const std::string name = ArmName(ReadRuns(*store)[1]);
  const std::string report = RenderReport(*store, options);
  EXPECT_THAT(report, HasSubstr("! the times of " + name +
                                " were disturbed: other programs used 48 % of the processors"));
  size_t marked = 0;
  for (size_t at = 0; (at = report.find(name + " !", at)) != std::string::npos; ++at) ++marked;
  EXPECT_GE(marked, 4u);  // speed by scope, phases, drafts, latency
  EXPECT_EQ(report.find("none !"), std::string::npos);
  CompareOptions compare;
  compare.metrics = options.metrics;
  EXPECT_THAT(RenderCompare(*store, *store, compare),
              HasSubstr("! the times of the candidate were disturbed"));
}

TEST_F(ReportStore, RowsThatContradictEachOtherAreSaid) {
  const auto store = Open("results.db");
  RunData data = SyntheticRun({});
  data.requests[5].request.bursts.back().num_tokens += 1;
  Write(Plain(), store.get());
  Write(data, store.get());
  ReportOptions options;
  for (const bool full : {true, false}) {
    options.full = full;
    EXPECT_THAT(RenderReport(*store, options), HasSubstr("breaks an invariant")) << full;
  }
  const std::string compared = RenderCompare(*store, *store, {});
  EXPECT_THAT(compared, HasSubstr("the candidate breaks an invariant"));
  EXPECT_THAT(compared, Not(HasSubstr("the baseline breaks an invariant")));
}

TEST_F(ReportStore, AGpuStateOfAnotherTypeIsNone) {
  RunData data = Plain();
  data.environment.detail_json = R"({"gpu_state":1})";
  EXPECT_EQ(GpuFact(data), "");
  data.environment.detail_json = R"({"gpu_state":"no_driver"})";
  EXPECT_EQ(GpuFact(data), "none (no driver)");
}

TEST_F(ReportStore, AnEmptyFileIsOneLine) {
  const auto store = Open("empty.db");
  EXPECT_EQ(RenderReport(*store, {}),
            "Nothing to report: 0 runs in the file, none with a finished request.\n");
}

}  // namespace
}  // namespace dsb
