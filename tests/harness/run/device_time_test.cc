// `run --device-time` in virtual time: twins of every arm, one observed and one not.
#include <gtest/gtest.h>

#include <map>

#include "base/error.h"
#include "reports/model/model.h"
#include "results/run_facts.h"
#include "tests/harness/device_time/fake_source.h"
#include "tests/harness/run/session_fixture.h"

namespace dsb {
namespace {

class DeviceTimeTest : public SessionTest {
 protected:
  DeviceTimeTest() { inputs_.options.device_time = true; }

  RunSummary RunWith(DeviceTimeSource* source, int64_t interrupt_at_ns = 0) {
    std::atomic<bool> stop{false};
    InterruptingClock clock;
    clock.flag = interrupt_at_ns > 0 ? &stop : nullptr;
    clock.interrupt_at_ns = interrupt_at_ns;
    RunSession session(inputs_, backend_, clock, source);
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> sink(std::fopen("/dev/null", "w"),
                                                         &std::fclose);
    Progress progress(clock, sink.get(), false);
    Store store(path_, {});
    RunSummary summary = session.Run(PlanLoad(inputs_, session.num_arms()), store, progress, stop);
    num_timeline_launches_ = session.tracer() == nullptr ? 0 : session.tracer()->timeline().size();
    return summary;
  }

  size_t num_timeline_launches_ = 0;
};

TEST_F(DeviceTimeTest, EveryArmHasAnObservedTwinWithDeviceTimes) {
  FakeSource source;
  inputs_.options.timeline = "timeline.json";
  const RunSummary summary = RunWith(&source);
  ASSERT_EQ(summary.run_ids.size(), 4u);
  EXPECT_EQ(source.num_outside, 0);
  EXPECT_FALSE(source.running);
  size_t num_observed_steps = 0;
  for (const int64_t id : summary.run_ids) {
    const RunData data = Read(id);
    EXPECT_EQ(data.run.state, "complete");
    EXPECT_EQ(NumMeasured(data), 6);
    ASSERT_FALSE(data.steps.empty());
    int64_t kernel_calls = 0;
    for (const KernelTimeRecord& kernel : data.kernels) {
      if (kernel.kernel == "kernel") kernel_calls += kernel.calls;
    }
    if (!IsObserved(data.run)) {
      EXPECT_EQ(data.run.device_time_source, "none");
      EXPECT_EQ(kernel_calls, 0);
      for (const StepRecord& step : data.steps) {
        EXPECT_TRUE(step.phases.empty());
        EXPECT_FALSE(step.device_busy_ns);
      }
      continue;
    }
    EXPECT_EQ(data.run.device_time_source, "cupti");
    EXPECT_EQ(kernel_calls, static_cast<int64_t>(data.steps.size()));
    num_observed_steps += data.steps.size();
    for (const StepRecord& step : data.steps) {
      ASSERT_EQ(step.phases.size(), 1u);
      EXPECT_EQ(step.phases[0].device_kernel_ns, FakeSource::kKernelNs);
      EXPECT_EQ(step.device_busy_ns, FakeSource::kBusyNs);
    }
  }
  EXPECT_EQ(num_timeline_launches_, 2 * num_observed_steps);
}

TEST_F(DeviceTimeTest, WithoutASourceTheTwinsDifferInTheirPhasesOnly) {
  const RunSummary summary = RunWith(nullptr);
  ASSERT_EQ(summary.run_ids.size(), 4u);
  const RunData unobserved = Read(summary.run_ids[2]), observed = Read(summary.run_ids[3]);
  EXPECT_EQ(unobserved.run.drafter, "dspark");
  EXPECT_TRUE(IsObserved(observed.run));
  EXPECT_TRUE(unobserved.steps[0].phases.empty());
  EXPECT_EQ(observed.steps[0].phases.size(), 1u);
  const MetricRecord overhead = ObserverOverhead(CheckRun(unobserved), CheckRun(observed), {});
  EXPECT_EQ(overhead.estimate.value, 0);  // in virtual time watching costs nothing
}

TEST_F(DeviceTimeTest, AnInterruptedRunGoesOnWithBothTwins) {
  FakeSource source;
  EXPECT_TRUE(RunWith(&source, 30 * kTestStepNs).interrupted);
  inputs_.options.resume = true;
  FakeSource again;
  const RunSummary summary = RunWith(&again);
  EXPECT_FALSE(summary.interrupted);
  ASSERT_EQ(Runs().size(), 4u);
  for (const RunRecord& run : Runs()) {
    EXPECT_EQ(run.state, "complete");
    const RunData data = Read(run.id);
    EXPECT_EQ(NumMeasured(data), 6);
    int64_t kernel_calls = 0;
    for (const KernelTimeRecord& kernel : data.kernels) {
      if (kernel.kernel == "kernel") kernel_calls += kernel.calls;
    }
    EXPECT_EQ(kernel_calls, IsObserved(run) ? static_cast<int64_t>(data.steps.size()) : 0);
  }
}

TEST_F(DeviceTimeTest, AnotherSourceIsAnotherConfiguration) {
  FakeSource source;
  EXPECT_TRUE(RunWith(&source, 30 * kTestStepNs).interrupted);
  inputs_.options.resume = true;
  EXPECT_THROW(RunWith(nullptr), Error);
}

TEST_F(DeviceTimeTest, AFailingArmKeepsTheTimesOfWhatItDid) {
  FakeSource source;
  backend_.failing_arm = "dspark";
  backend_.fail_at_step = 5;
  EXPECT_THROW(RunWith(&source), Error);
  size_t num_steps = 0;
  for (const RunRecord& run : Runs()) {
    if (IsObserved(run)) num_steps += Read(run.id).steps.size();
  }
  EXPECT_GT(num_steps, 0u);
}

}  // namespace
}  // namespace dsb
