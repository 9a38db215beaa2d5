#include "harness/device_time/device_join.h"

#include <gtest/gtest.h>

#include "harness/device_time/interval_union.h"

namespace dsb {
namespace {

constexpr auto kDraft = static_cast<size_t>(Phase::kDraft);
constexpr auto kVerify = static_cast<size_t>(Phase::kVerify);

DeviceActivity Kernel(uint32_t id, int64_t start_ns, int64_t end_ns, uint32_t device = 0) {
  DeviceActivity activity;
  activity.name = "kernel";
  activity.correlation_id = id;
  activity.start_ns = start_ns;
  activity.end_ns = end_ns;
  activity.device = device;
  activity.is_kernel = true;
  return activity;
}

DeviceActivity Copy(uint32_t id, int64_t start_ns, int64_t end_ns) {
  DeviceActivity activity = Kernel(id, start_ns, end_ns);
  activity.name = "[memcpy HtoD]";
  activity.bytes = 64;
  activity.is_kernel = false;
  return activity;
}

ActivityBatch Batch(std::vector<DeviceActivity> activities, std::vector<ExternalId> ids) {
  ActivityBatch batch;
  batch.activities = std::move(activities);
  batch.ids = std::move(ids);
  return batch;
}

TEST(IntervalUnion, OverlapsCountOnce) {
  std::vector<Interval> intervals = {{10, 20}, {0, 4},   {15, 30}, {16, 18},
                                     {30, 31}, {50, 50}, {70, 60}};
  EXPECT_EQ(UnionLengthNs(intervals), 4 + 21);
  std::vector<Interval> none;
  EXPECT_EQ(UnionLengthNs(none), 0);
}

TEST(ExternalId, NamesStepAndPhase) {
  for (const int64_t step : {int64_t{0}, int64_t{1}, int64_t{1} << 40}) {
    for (int phase = 0; phase < kNumPhases; ++phase) {
      const uint64_t id = ExternalIdOf(step, static_cast<Phase>(phase));
      EXPECT_NE(id, 0u);
      EXPECT_EQ(StepOf(id), step);
      EXPECT_EQ(PhaseOf(id), static_cast<Phase>(phase));
    }
  }
}

TEST(DeviceJoin, KernelsGoToThePhaseThatLaunchedThemWhateverTheTime) {
  DeviceJoin join;
  // The verify kernels run while the host is long in the next step.
  join.Add(Batch({Kernel(1, 100, 110), Kernel(2, 105, 125), Kernel(3, 900, 950), Copy(4, 940, 960)},
                 {{1, ExternalIdOf(0, Phase::kDraft)},
                  {2, ExternalIdOf(0, Phase::kDraft)},
                  {3, ExternalIdOf(0, Phase::kVerify)},
                  {4, ExternalIdOf(0, Phase::kVerify)}}));
  const StepDeviceTime step = join.Take(0);
  ASSERT_TRUE(step.phases[kDraft] && step.phases[kVerify]);
  EXPECT_EQ(step.phases[kDraft]->kernel_ns, 30);   // the sum
  EXPECT_EQ(step.phases[kDraft]->busy_ns, 25);     // the union
  EXPECT_EQ(step.phases[kVerify]->kernel_ns, 50);  // copies are no kernels
  EXPECT_EQ(step.phases[kVerify]->busy_ns, 60);    // but keep the device busy
  EXPECT_EQ(step.busy_ns, 85);
  EXPECT_EQ(step.launches.size(), 4u);
  EXPECT_FALSE(step.phases[static_cast<size_t>(Phase::kSample)]);
}

TEST(DeviceJoin, PhasesThatOverlapCountOnceInTheStep) {
  DeviceJoin join;
  join.Add(Batch({Kernel(1, 0, 100), Kernel(2, 50, 150)},
                 {{1, ExternalIdOf(0, Phase::kDraft)}, {2, ExternalIdOf(0, Phase::kVerify)}}));
  EXPECT_EQ(join.Take(0).busy_ns, 150);
}

TEST(DeviceJoin, EachDeviceHasItsOwnUnion) {
  DeviceJoin join;
  join.Add(Batch({Kernel(1, 0, 100, 0), Kernel(2, 0, 100, 1)},
                 {{1, ExternalIdOf(0, Phase::kVerify)}, {2, ExternalIdOf(0, Phase::kVerify)}}));
  EXPECT_EQ(join.Take(0).busy_ns, 200);
}

TEST(DeviceJoin, AnActivityMayComeBeforeItsId) {
  DeviceJoin join;
  join.Add(Batch({Kernel(7, 0, 10)}, {}));
  join.Add(Batch({}, {{7, ExternalIdOf(3, Phase::kDraft)}}));
  EXPECT_EQ(join.Take(3).phases[kDraft]->kernel_ns, 10);
  EXPECT_TRUE(join.TakeUnknown(0).empty());
}

TEST(DeviceJoin, WhatHasNoIdIsHandedBackAfterAWhile) {
  DeviceJoin join;
  join.Add(Batch({Kernel(7, 0, 10)}, {}));
  EXPECT_TRUE(join.TakeUnknown(2).empty());
  join.Add({});
  EXPECT_TRUE(join.TakeUnknown(2).empty());
  join.Add({});
  ASSERT_EQ(join.TakeUnknown(2).size(), 1u);
  EXPECT_TRUE(join.TakeUnknown(0).empty());
}

TEST(DeviceJoin, LateAndDroppedRecordsAreCounted) {
  DeviceJoin join;
  ActivityBatch batch = Batch({}, {{1, ExternalIdOf(0, Phase::kDraft)}});
  batch.num_dropped = 5;
  join.Add(std::move(batch));
  join.Take(0);
  join.Add(Batch({Kernel(2, 0, 10)}, {{2, ExternalIdOf(0, Phase::kDraft)}}));
  EXPECT_EQ(join.num_dropped(), 5);
  EXPECT_EQ(join.num_late(), 1);
  EXPECT_EQ(join.Take(1).busy_ns, 0);
}

TEST(DeviceJoin, CorrelationIdsMayBeUsedAgainByALaterStep) {
  DeviceJoin join;
  join.Add(Batch({Kernel(1, 0, 10)}, {{1, ExternalIdOf(0, Phase::kDraft)}}));
  join.Take(0);
  join.Add(Batch({Kernel(1, 20, 25)}, {{1, ExternalIdOf(1, Phase::kVerify)}}));
  EXPECT_EQ(join.Take(1).phases[kVerify]->kernel_ns, 5);
}

TEST(DeviceJoin, AForgottenIdDoesNotClaimALaterActivity) {
  DeviceJoin join;
  join.Add(Batch({Kernel(1, 0, 10)}, {{1, ExternalIdOf(0, Phase::kDraft)}}));
  join.Take(0);
  join.Add(Batch({Kernel(1, 20, 25)}, {}));
  EXPECT_EQ(join.num_late(), 0);
  join.Add(Batch({}, {{1, ExternalIdOf(1, Phase::kVerify)}}));
  EXPECT_EQ(join.Take(1).phases[kVerify]->kernel_ns, 5);
}

TEST(DeviceJoin, EventsGiveBusyTimeWithoutKernels) {
  DeviceJoin join;
  ActivityBatch batch;
  batch.durations = {{ExternalIdOf(0, Phase::kDraft), 30},
                     {ExternalIdOf(0, Phase::kVerify), 70},
                     {ExternalIdOf(0, Phase::kDraft), 5}};
  join.Add(std::move(batch));
  const StepDeviceTime step = join.Take(0);
  EXPECT_FALSE(step.phases[kDraft]->kernel_ns);
  EXPECT_EQ(step.phases[kDraft]->busy_ns, 35);
  EXPECT_EQ(step.busy_ns, 105);
}

}  // namespace
}  // namespace dsb
