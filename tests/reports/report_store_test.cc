// Reports from real files: what was written comes back, and metrics are a cache of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "base/temporary_folder.h"
#include "reports/report/report.h"
#include "results/store/reader.h"
#include "tests/results/metrics/metrics_test_data.h"

namespace dsb {
namespace {

using ::testing::HasSubstr;
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
    EXPECT_EQ(a[i].value, b[i].value) << a[i].metric << " " << a[i].scope;
    EXPECT_EQ(a[i].lo, b[i].lo) << a[i].metric << " " << a[i].scope;
    EXPECT_EQ(a[i].hi, b[i].hi) << a[i].metric << " " << a[i].scope;
    EXPECT_EQ(a[i].n, b[i].n);
  }
}

TEST_F(ReportStore, MetricsFromTheFileAreTheMetricsOfTheRun) {
  const auto store = Open("results.db");
  const RunData data = SyntheticRun({});
  const int64_t run_id = Write(data, store.get());
  const std::vector<MetricRecord> once = ComputeMetrics(ReadRun(*store, run_id, {}));
  store->PutMetrics(once);
  const std::vector<MetricRecord> again = ComputeMetrics(ReadRun(*store, run_id, {}));
  ExpectSameRows(once, again);
  ExpectSameRows(ComputeMetrics(data), once);
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

TEST_F(ReportStore, AnEmptyFileIsOneLine) {
  const auto store = Open("empty.db");
  EXPECT_EQ(RenderReport(*store, {}),
            "Nothing to report: 0 runs in the file, none with a finished request.\n");
}

}  // namespace
}  // namespace dsb
