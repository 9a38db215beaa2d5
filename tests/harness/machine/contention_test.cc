// Hand-made readings: what disturbs a run's times and what does not.
#include "harness/machine/contention.h"

#include <gmock/gmock.h>

namespace dsb {
namespace {

using testing::HasSubstr;

constexpr int64_t kSecond = 1'000'000'000;

// Ten seconds of two threads on two processors, as measured of a run that was alone.
MeasuredUse Alone() {
  return {.use = {.wall_ns = 10 * kSecond,
                  .caller_cpu_ns = 995 * kSecond / 100,
                  .process_cpu_ns = 18 * kSecond,
                  .involuntary_switches = 120,
                  .machine = MachineCpu{.busy_ns = 185 * kSecond / 10,
                                        .stolen_ns = kSecond / 20,
                                        .num_processors = 2}},
          .threads = 2};
}

TEST(ContentionTest, ARunAloneIsNotContended) { EXPECT_EQ(ContentionText(Alone()), ""); }

TEST(ContentionTest, AnotherRunTakesHalfOfTheProcessors) {
  MeasuredUse measured = Alone();
  measured.use.process_cpu_ns = 10 * kSecond;
  measured.use.machine->busy_ns = 199 * kSecond / 10;
  EXPECT_THAT(ContentionText(measured), HasSubstr("other programs used 50 % of the processors"));
}

// As in a container that sees no /proc/stat.
TEST(ContentionTest, TheProcessItselfTellsToo) {
  MeasuredUse measured = Alone();
  measured.use.machine.reset();
  EXPECT_EQ(ContentionText(measured), "");
  measured.use.caller_cpu_ns = 71 * kSecond / 10;
  EXPECT_THAT(ContentionText(measured), HasSubstr("the stepping thread ran 71 % of the time"));
  measured = Alone();
  measured.use.machine.reset();
  measured.use.involuntary_switches = 4000;
  EXPECT_THAT(ContentionText(measured), HasSubstr("200 times a second"));
}

TEST(ContentionTest, SwitchesToOwnThreadsAreNoDisturbance) {
  MeasuredUse measured = Alone();
  measured.use.involuntary_switches = 4000;
  EXPECT_EQ(ContentionText(measured), "");
  measured.use.machine->busy_ns += kSecond;
  EXPECT_THAT(ContentionText(measured), HasSubstr("200 times a second"));
}

TEST(ContentionTest, TheHostMayTakeTheProcessors) {
  MeasuredUse measured = Alone();
  measured.use.machine->stolen_ns = kSecond;
  EXPECT_THAT(ContentionText(measured), HasSubstr("the host took 5 %"));
}

TEST(ContentionTest, AThreadThatWaitsForADeviceOrARequestIsNotDisturbed) {
  MeasuredUse measured = Alone();
  measured.use.caller_cpu_ns = 2 * kSecond;
  EXPECT_NE(ContentionText(measured), "");
  measured.computes = false;
  EXPECT_EQ(ContentionText(measured), "");
  measured.computes = true;
  measured.idle_ns = 8 * kSecond;
  measured.use.involuntary_switches = 20;
  EXPECT_EQ(ContentionText(measured), "");
}

TEST(ContentionTest, AFewMillisecondsSayNothing) {
  MeasuredUse measured = Alone();
  measured.use.wall_ns = kShortestJudgedNs - 1;
  measured.use.caller_cpu_ns = 0;
  EXPECT_EQ(ContentionText(measured), "");
}

TEST(ContentionTest, ProcStatIsReadInItsUnits) {
  const auto machine = ParseProcStat(
      "cpu  100 20 30 5000 40 5 6 7 90 10\ncpu0 50 0 0 0\ncpu1 50 0 0 0\nintr 9\ncpu2 1\n", 100);
  ASSERT_TRUE(machine.has_value());
  EXPECT_EQ(machine->busy_ns, (100 + 20 + 30 + 5 + 6) * 10'000'000LL);
  EXPECT_EQ(machine->stolen_ns, 70'000'000);
  EXPECT_EQ(machine->num_processors, 2);
  EXPECT_FALSE(ParseProcStat("", 100).has_value());
  EXPECT_FALSE(ParseProcStat("cpu  x\n", 100).has_value());
  EXPECT_EQ(ParseProcStat("cpu  1 0 0 9\ncpu0 1 0 0 9\n", 100)->stolen_ns, 0);  // an old kernel
}

TEST(ContentionTest, ReadingsAreOfThisProcess) {
  const CpuUse before = ReadCpuUse();
  volatile uint64_t work = 0;
  while (ReadCpuUse().caller_cpu_ns - before.caller_cpu_ns < 20'000'000) work = work + 1;
  const CpuUse use = ReadCpuUse() - before;
  EXPECT_GE(use.wall_ns, use.caller_cpu_ns);
  EXPECT_GE(use.process_cpu_ns, 10'000'000);
  CpuUse sum;
  sum += use;
  sum += use;
  EXPECT_EQ(sum.wall_ns, 2 * use.wall_ns);
  EXPECT_EQ(sum.machine.has_value(), use.machine.has_value());
}

}  // namespace
}  // namespace dsb
