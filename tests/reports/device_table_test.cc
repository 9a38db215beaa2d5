#include "reports/report/device_table.h"
#include "reports/model/provenance_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "reports/report/report_document.h"
#include "reports/report/report_json.h"
#include "reports/report/report_tables.h"
#include "results/run_facts.h"
#include "tests/results/metrics/metrics_test_data.h"

namespace dsb {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::SyntheticArm;
using testing::SyntheticRun;

MetricOptions Quick() {
  MetricOptions options;
  options.bootstrap.num_resamples = 400;
  return options;
}

RunData Arm(const std::string& drafter, int64_t id, const std::string& observers,
            const std::string& source) {
  SyntheticArm arm;
  arm.drafter = drafter;
  if (observers == "on") arm.step_ns = arm.step_ns / 100 * 105;
  RunData data = SyntheticRun(arm);
  data.run.id = id;
  data.run.threads = 2;
  data.run.device_time_source = source;
  data.run.config_json = R"({"session": "s", "observers": ")" + observers + "\"}";
  return data;
}

RunData OnGpu(RunData data) {
  for (StepRecord& step : data.steps) {
    step.device_busy_ns = step.wall_ns / 2;
    for (PhaseTimeRecord& phase : step.phases) {
      phase.device_kernel_ns = phase.wall_ns / 2;
      phase.device_busy_ns = phase.wall_ns / 2;
    }
  }
  KernelTimeRecord gemm;
  gemm.phase = "verify";
  gemm.kernel = "dsb::cuda::Gemm";
  gemm.batch_bucket = 8;
  gemm.calls = 4;
  gemm.total_ns = 80'000;
  gemm.min_ns = 10'000;
  gemm.max_ns = 30'000;
  KernelTimeRecord again = gemm;
  again.batch_bucket = 16;
  again.calls = 1;
  again.total_ns = 20'000;
  again.min_ns = 20'000;
  again.max_ns = 20'000;
  data.kernels = {gemm, again};
  return data;
}

ReportModel Watched() {
  return BuildModel(
      {CheckRun(Arm("none", 1, "off", "none")), CheckRun(OnGpu(Arm("none", 2, "on", "cupti"))),
       CheckRun(Arm("dspark", 3, "off", "none")), CheckRun(OnGpu(Arm("dspark", 4, "on", "cupti")))},
      Quick());
}

TEST(DeviceTable, OnTheCpuItHoldsThreadTimeAndSaysSo) {
  const ReportModel model = BuildModel(
      {CheckRun(Arm("none", 1, "", "cpu_thread")), CheckRun(Arm("dspark", 2, "", "cpu_thread"))},
      Quick());
  const std::string text = PrintTerminal(MakeDocument(model, {}));
  EXPECT_THAT(text, HasSubstr("Device time per delivered token"));
  EXPECT_THAT(text, HasSubstr("CPU threads"));
  EXPECT_THAT(text, HasSubstr("no GPU was used"));
  EXPECT_THAT(text, Not(HasSubstr("GPU kernels")));
  EXPECT_THAT(text, Not(HasSubstr("Watching")));
}

TEST(DeviceTable, ColumnsArePhasesAndTheirSumWithBusyAndIdle) {
  DeviceSummary summary;
  summary.source = "cupti";
  summary.num_steps = 2;
  summary.num_tokens = 10;
  summary.step_wall_ns = 100'000'000;
  summary.busy_ns = 75'000'000;
  summary.phases = {{"draft", 20'000'000}, {"verify", 60'000'000}};
  const Table table = DeviceTable({{"arm", summary}});
  const Table phases = DevicePhaseTable({{"arm", summary}});
  ASSERT_EQ(table.rows.size(), 1u);
  EXPECT_EQ(table.rows[0],
            (std::vector<std::string>{"arm", "GPU kernels", "8.000", "40.000", "75.0", "25.0"}));
  ASSERT_EQ(table.columns.size(), table.rows[0].size());
  EXPECT_EQ(phases.rows.at(0), (std::vector<std::string>{"arm", "2.000", "6.000"}));
  ASSERT_EQ(phases.columns.size(), 3u);
  EXPECT_EQ(phases.columns[1].title, "draft");
}

TEST(DeviceTable, ObservedTwinsGiveTheTimesAndNoSpeed) {
  const ReportModel model = Watched();
  ASSERT_EQ(model.sets.size(), 1u);
  const ReportSet& set = model.sets[0];
  ASSERT_EQ(set.arms.size(), 2u);
  ASSERT_EQ(set.observers.size(), 2u);
  EXPECT_EQ(set.arms[1].data->run.id, 3);
  EXPECT_EQ(set.TimesOf(1).data->run.id, 4);
  EXPECT_EQ(set.comparisons.size(), 1u);
  for (const std::vector<std::string>& row : SpeedTable(set).rows) {
    EXPECT_THAT(row[1], Not(HasSubstr("observed")));
  }
  const std::string text = PrintTerminal(MakeDocument(model, {}));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100u) << line;
  EXPECT_THAT(text, HasSubstr("GPU kernels"));
  EXPECT_THAT(text, HasSubstr("Watching changed the time of dspark fixed 4 by +"));
  EXPECT_THAT(text, HasSubstr("MORE THAN 3 %"));
  EXPECT_THAT(text, HasSubstr("Kernels: dspark fixed 4"));
  EXPECT_THAT(text, HasSubstr("dsb::cuda::Gemm"));
}

TEST(DeviceTable, TheOverheadIsPairedByPrompt) {
  const ReportModel model = Watched();
  const MetricRecord& record = model.sets[0].observers[1].overhead;
  EXPECT_EQ(record.metric, "observer_overhead");
  EXPECT_EQ(record.run_id, 4);
  const Estimate& overhead = record.estimate;
  ASSERT_TRUE(overhead.value && overhead.lo && overhead.hi);
  EXPECT_NEAR(*overhead.value, 0.05, 0.01);  // prefill is no slower
  EXPECT_LE(*overhead.lo, *overhead.value);
  EXPECT_GE(*overhead.hi, *overhead.value);
}

// The set with one observer, whose overhead is this.
std::string TextOf(const Estimate& overhead) {
  ReportModel model = Watched();
  ReportSet& set = model.sets[0];
  set.observers.erase(set.observers.begin() + 1, set.observers.end());
  set.observers[0].overhead.estimate = overhead;
  return PrintTerminal(DeviceSection(set), 1000);
}

TEST(DeviceTable, AnOverheadWithoutAnIntervalHasNoFigure) {
  const std::string text = TextOf({.value = 0.1515, .n = 3, .note = "n too small for an interval"});
  EXPECT_THAT(text, HasSubstr("is not known: 3 prompts, n too small for an interval"));
  EXPECT_THAT(text, Not(HasSubstr("15.15")));
  EXPECT_THAT(text, Not(HasSubstr("MORE THAN")));
}

TEST(DeviceTable, AnOverheadAlarmsWhereItsIntervalDoes) {
  const std::string certain = TextOf({.value = 0.05, .lo = 0.031, .hi = 0.07, .n = 40});
  EXPECT_THAT(certain, HasSubstr("+5.00 % [3.10, 7.00]"));
  EXPECT_THAT(certain, HasSubstr("MORE THAN 3 %"));
  const std::string open = TextOf({.value = 0.05, .lo = -0.02, .hi = 0.12, .n = 40});
  EXPECT_THAT(open, Not(HasSubstr("MORE THAN")));
  EXPECT_THAT(open, HasSubstr("it may be more than 3 %"));
  const std::string none = TextOf({.value = 0.01, .lo = 0.005, .hi = 0.015, .n = 40});
  EXPECT_THAT(none, Not(HasSubstr("more than 3 %")));
}

TEST(DeviceTable, KernelsAreSummedOverBatches) {
  const Table table = KernelTable(CheckRun(OnGpu(Arm("dspark", 1, "on", "cupti"))), 10);
  ASSERT_EQ(table.rows.size(), 1u);
  EXPECT_EQ(table.rows[0], (std::vector<std::string>{"dsb::cuda::Gemm", "verify", "100.0", "5",
                                                     "20.00", "10.00", "30.00"}));
}

TEST(DeviceTable, JsonHasTheTwinsTheirOverheadAndKernels) {
  const nlohmann::json json = nlohmann::json::parse(ReportJson(Watched(), {}));
  const nlohmann::json& observers = json["sets"][0]["observers"];
  ASSERT_EQ(observers.size(), 2u);
  EXPECT_EQ(observers[1]["arm"], "dspark fixed 4");
  EXPECT_EQ(observers[1]["overhead"]["metric"], "observer_overhead");
  EXPECT_EQ(observers[1]["observed"]["run"]["device_time_source"], "cupti");
  EXPECT_EQ(observers[1]["observed"]["kernels"][0]["kernel"], "dsb::cuda::Gemm");
}

TEST(DeviceTable, AnObservedRunWithoutTwinIsAnArmThatSaysSo) {
  const ReportModel model = BuildModel({CheckRun(OnGpu(Arm("dspark", 4, "on", "cupti")))}, Quick());
  ASSERT_EQ(model.sets[0].arms.size(), 1u);
  EXPECT_EQ(model.sets[0].arms[0].name, "dspark fixed 4 (observed)");
}

TEST(RunFacts, TheGpuIsNamedOrItsAbsence) {
  RunData data;
  EXPECT_EQ(GpuFact(data), "");
  data.environment.detail_json = R"({"gpu_state": "no_driver"})";
  EXPECT_EQ(GpuFact(data), "none (no driver)");
  data.environment.detail_json = R"({"gpu_state": "not_built"})";
  EXPECT_EQ(GpuFact(data), "none (built without CUDA)");
  data.environment.gpu_model = "Card";
  data.environment.gpu_memory_bytes = int64_t{80} << 30;
  data.environment.driver = "580.1";
  EXPECT_EQ(GpuFact(data), "Card, 80.0 GiB, driver 580.1");
}

}  // namespace
}  // namespace dsb
