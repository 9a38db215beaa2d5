#include "results/metrics/device.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "results/metrics/metrics.h"
#include "tests/results/metrics/metrics_test_data.h"

namespace dsb {
namespace {

using testing::SyntheticArm;
using testing::SyntheticRun;

// One request, two steps, 5 tokens.
RunData SmallRun() {
  RunData data;
  data.run.id = 1;
  data.run.threads = 2;
  data.run.device_time_source = "cupti";
  RequestRow row;
  row.prompt.item_key = "a";
  row.request.issued_ns = 0;
  row.request.admitted_ns = 0;
  row.request.finished_ns = 300;
  row.request.end_reason = "stop";
  row.request.bursts = {{100, 1}, {300, 4}};
  data.requests = {row};
  StepRecord prefill, decode;
  prefill.wall_ns = 100;
  prefill.device_busy_ns = 60;
  prefill.phases = {{"prefill", 90, 150, 70, 60}};  // kernels overlap
  decode.idx = 1;
  decode.t_start_ns = 100;
  decode.wall_ns = 200;
  decode.device_busy_ns = 90;
  decode.phases = {{"draft", 50, 60, 20, 20}, {"verify", 100, 190, 60, 80}, {"other", 5, 0, 0, 0}};
  data.steps = {prefill, decode};
  return data;
}

double ValueOf(const std::vector<MetricRecord>& metrics, const std::string& name) {
  const MetricRecord* found = FindMetric(metrics, name, "all");
  return found == nullptr || !found->estimate.value ? -1 : *found->estimate.value;
}

TEST(DeviceMetrics, KernelsPerTokenAndBusyShare) {
  const std::vector<MetricRecord> metrics = ComputeMetrics(CheckRun(SmallRun()));
  EXPECT_DOUBLE_EQ(ValueOf(metrics, "device_time_per_token"), 150.0 / 5);
  EXPECT_DOUBLE_EQ(ValueOf(metrics, "device_time_per_token_prefill"), 70.0 / 5);
  EXPECT_DOUBLE_EQ(ValueOf(metrics, "device_time_per_token_draft"), 20.0 / 5);
  EXPECT_DOUBLE_EQ(ValueOf(metrics, "device_time_per_token_verify"), 60.0 / 5);
  EXPECT_EQ(FindMetric(metrics, "device_time_per_token_other", "all"), nullptr);
  EXPECT_DOUBLE_EQ(ValueOf(metrics, "device_time_per_step"), 150.0 / 2);
  EXPECT_DOUBLE_EQ(ValueOf(metrics, "device_busy_per_token"), 150.0 / 5);
  EXPECT_DOUBLE_EQ(ValueOf(metrics, "device_busy_share"), 150.0 / 300);
  EXPECT_DOUBLE_EQ(ValueOf(metrics, "device_idle_share"), 150.0 / 300);
  EXPECT_DOUBLE_EQ(ValueOf(metrics, "device_overlap"), 1);
}

TEST(DeviceMetrics, OnTheCpuThreadsAreTheDevice) {
  RunData data = SmallRun();
  data.run.device_time_source = "cpu_thread";
  const std::vector<MetricRecord> metrics = ComputeMetrics(CheckRun(data));
  EXPECT_DOUBLE_EQ(ValueOf(metrics, "device_time_per_token"), 400.0 / 5);
  EXPECT_DOUBLE_EQ(ValueOf(metrics, "device_busy_share"), 400.0 / 2 / 300);
  EXPECT_EQ(FindMetric(metrics, "device_overlap", "all"), nullptr);
}

TEST(DeviceMetrics, EventsGiveBusyTime) {
  RunData data = SmallRun();
  data.run.device_time_source = "cuda_event";
  for (StepRecord& step : data.steps) {
    for (PhaseTimeRecord& phase : step.phases) phase.device_kernel_ns.reset();
  }
  const std::vector<MetricRecord> metrics = ComputeMetrics(CheckRun(data));
  EXPECT_DOUBLE_EQ(ValueOf(metrics, "device_time_per_token"), 160.0 / 5);
  EXPECT_EQ(FindMetric(metrics, "device_overlap", "all"), nullptr);
}

TEST(DeviceMetrics, NoneWithoutASourceOrWithHolesInTheTimes) {
  RunData data = SmallRun();
  data.run.device_time_source = "none";
  EXPECT_FALSE(SummariseDevice(CheckRun(data)));
  data = SmallRun();
  data.run.steps_complete = false;
  EXPECT_FALSE(SummariseDevice(CheckRun(data)));
  data = SmallRun();
  data.steps[1].device_busy_ns.reset();
  EXPECT_FALSE(SummariseDevice(CheckRun(data)));
  data = SmallRun();
  data.steps[1].phases[0].device_kernel_ns.reset();
  EXPECT_FALSE(SummariseDevice(CheckRun(data)));
  EXPECT_EQ(FindMetric(ComputeMetrics(CheckRun(data)), "device_time_per_token", "all"), nullptr);
}

TEST(DeviceMetrics, LostRecordsAndForeignKernelsAreSaid) {
  RunData data = SmallRun();
  KernelTimeRecord mine, foreign, lost;
  mine.phase = "verify";
  mine.kernel = "gemm";
  mine.total_ns = 90;
  foreign.phase = "other";
  foreign.kernel = "fill";
  foreign.total_ns = 10;
  lost.phase = "other";
  lost.kernel = kDroppedRecords;
  lost.calls = 4;
  data.kernels = {mine, foreign, lost};
  std::vector<MetricNote> notes;
  const std::vector<MetricRecord> metrics = ComputeMetrics(CheckRun(data), {}, &notes);
  EXPECT_DOUBLE_EQ(ValueOf(metrics, "device_other_share"), 0.1);
  EXPECT_EQ(NumDroppedRecords(CheckRun(data)), 4);
  bool said = false;
  for (const MetricNote& note : notes) {
    said |= note.metric == "device_time_per_token" && note.note.find("lost 4") != std::string::npos;
  }
  EXPECT_TRUE(said);
}

TEST(DeviceMetrics, TheIntervalIsByPromptAndHoldsTheRatioOfSums) {
  RunData data = SyntheticRun({});
  data.run.device_time_source = "cpu_thread";
  BootstrapOptions options;
  options.num_resamples = 400;
  const Estimate estimate = DeviceTimePerToken(CheckRun(data), options);
  const std::optional<DeviceSummary> summary = SummariseDevice(CheckRun(data));
  ASSERT_TRUE(summary && estimate.value && estimate.lo && estimate.hi);
  // One user: every step is one request's, so nothing is lost in sharing it.
  EXPECT_NEAR(*estimate.value,
              static_cast<double>(summary->device_ns()) / static_cast<double>(summary->num_tokens),
              1e-6 * *estimate.value);
  EXPECT_LT(*estimate.lo, *estimate.value);
  EXPECT_GT(*estimate.hi, *estimate.value);
  EXPECT_EQ(estimate.n, 36);
}

TEST(DeviceMetrics, StepsOfSeveralRequestsAreShared) {
  RunData data = SmallRun();
  RequestRow other = data.requests[0];
  other.prompt.item_key = "b";
  other.request.admitted_ns = 150;  // joins the second step only
  for (BurstRecord& burst : other.request.bursts) burst.t_ns = std::max(burst.t_ns, int64_t{150});
  data.requests.push_back(other);
  const Estimate estimate = DeviceTimePerToken(CheckRun(data), {});
  // 150 ns of 10 tokens, however they were shared.
  EXPECT_DOUBLE_EQ(*estimate.value, 15);
  EXPECT_FALSE(estimate.lo);  // two prompts are no sample
}

}  // namespace
}  // namespace dsb
