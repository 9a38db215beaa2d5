#include "harness/device_time/device_tracer.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <stdexcept>

#include "tests/harness/device_time/fake_source.h"

namespace dsb {
namespace {

class DeviceTracerTest : public testing::Test {
 protected:
  DeviceTracer::Sink Collecting() {
    return {.on_step = [this](StepRecord record) { steps_.push_back(std::move(record)); },
            .on_kernels =
                [this](std::vector<KernelTimeRecord> records) {
                  kernels_.insert(kernels_.end(), records.begin(), records.end());
                }};
  }
  static void Step(DeviceTracer& tracer, int64_t run_id, int64_t idx) {
    for (const Phase phase : {Phase::kDraft, Phase::kVerify}) {
      tracer.OnPhaseBegin(phase, nullptr);
      tracer.OnPhaseEnd(phase, nullptr);
    }
    StepRecord record;
    record.run_id = run_id;
    record.idx = idx;
    record.num_draft_tokens = 7;
    record.padded_tokens = 16;
    record.phases = {{"draft", 10, 5, std::nullopt, std::nullopt},
                     {"commit", 10, 5, std::nullopt, std::nullopt}};
    tracer.OnStep(std::move(record));
  }

  FakeSource source_;
  VirtualClock clock_;
  std::vector<StepRecord> steps_;
  std::vector<KernelTimeRecord> kernels_;
};

TEST_F(DeviceTracerTest, StepsGetTheirDeviceTimesInOrder) {
  DeviceTracer tracer(
      &source_, clock_, Collecting(),
      {.max_timeline_launches = 10, .collect_every_ms = 1, .collect_every_steps = 4});
  source_.offset_ns = 5'000;
  tracer.Resume(2'000);
  for (int64_t idx = 0; idx < 100; ++idx) Step(tracer, idx < 60 ? 1 : 2, idx);
  tracer.Pause();
  tracer.Finish();
  EXPECT_EQ(source_.num_outside, 0);
  EXPECT_EQ(source_.num_unpaired, 0);
  ASSERT_EQ(steps_.size(), 100u);
  for (size_t i = 0; i < steps_.size(); ++i) {
    const StepRecord& step = steps_[i];
    EXPECT_EQ(step.idx, static_cast<int64_t>(i));
    EXPECT_EQ(step.device_busy_ns, 2 * FakeSource::kBusyNs);
    ASSERT_EQ(step.phases.size(), 3u);
    EXPECT_EQ(step.phases[0].device_kernel_ns, FakeSource::kKernelNs);
    EXPECT_EQ(step.phases[0].device_busy_ns, FakeSource::kBusyNs);
    EXPECT_EQ(step.phases[1].device_kernel_ns, 0);  // commit launched nothing
    EXPECT_EQ(step.phases[2].phase, "verify");      // launched, though no wall time was taken
    EXPECT_EQ(step.phases[2].wall_ns, 0);
  }
  int64_t calls = 0;
  for (const KernelTimeRecord& row : kernels_) {
    EXPECT_NE(row.kernel, kDroppedRecords);
    if (row.kernel != "kernel") continue;
    calls += row.calls;
    EXPECT_EQ(row.batch_bucket, row.phase == "draft" ? 8 : 16);
  }
  EXPECT_EQ(calls, 200);
  ASSERT_EQ(tracer.timeline().size(), 10u);
  EXPECT_TRUE(tracer.timeline_is_cut());
  EXPECT_EQ(tracer.timeline()[0].activity.start_ns, 1'000 - 7'000);
}

TEST_F(DeviceTracerTest, LostRecordsAreARowOfTheirRun) {
  DeviceTracer tracer(&source_, clock_, Collecting(), {});
  source_.num_dropped = 9;
  tracer.Resume(0);
  Step(tracer, 3, 0);
  tracer.Pause();
  tracer.Finish();
  EXPECT_EQ(tracer.num_dropped(), 9);
  bool found = false;
  for (const KernelTimeRecord& row : kernels_) {
    if (row.kernel != kDroppedRecords) continue;
    found = true;
    EXPECT_EQ(row.run_id, 3);
    EXPECT_EQ(row.calls, 9);
  }
  EXPECT_TRUE(found);
}

TEST_F(DeviceTracerTest, WithoutASourceStepsGoOnAtOnce) {
  DeviceTracer tracer(nullptr, clock_, Collecting(), {});
  Step(tracer, 1, 0);
  ASSERT_EQ(steps_.size(), 1u);
  EXPECT_FALSE(steps_[0].device_busy_ns);
  tracer.Finish();
}

TEST_F(DeviceTracerTest, WhatTheSinkThrowsComesOutOfFinish) {
  DeviceTracer::Sink sink = Collecting();
  sink.on_step = [](StepRecord) { throw std::runtime_error("disk full"); };
  DeviceTracer tracer(&source_, clock_, sink, {});
  Step(tracer, 1, 0);
  EXPECT_THROW(tracer.Finish(), std::runtime_error);
  tracer.Finish();  // nothing is left to do
}

// Nobody takes what arrives after a failure: the steps must not pile up, and the run must not go on
// unrecorded.
TEST_F(DeviceTracerTest, AFailureReachesTheStepsThatFollow) {
  DeviceTracer::Sink sink = Collecting();
  sink.on_step = [](StepRecord) { throw std::runtime_error("disk full"); };
  DeviceTracer tracer(&source_, clock_, sink, {.collect_every_ms = 1, .collect_every_steps = 1});
  EXPECT_THROW(
      {
        for (int tries = 0; tries < 10'000; ++tries) {
          Step(tracer, 1, 0);
          usleep(1000);
        }
      },
      std::runtime_error);
  EXPECT_THROW(Step(tracer, 1, 0), std::runtime_error);
  EXPECT_THROW(tracer.Finish(), std::runtime_error);
}

}  // namespace
}  // namespace dsb
