#include "reports/noise_floor.h"

#include <gtest/gtest.h>

#include <cmath>

#include "results/fingerprint.h"
#include "tests/results/metrics_test_data.h"

namespace dsb {
namespace {

using testing::SyntheticArm;
using testing::SyntheticRun;

RunData MakeRun(int64_t step_ns, const std::string& drafter = "dspark") {
  SyntheticArm arm;
  arm.drafter = drafter;
  arm.step_ns = step_ns;
  return SyntheticRun(arm);
}

TEST(EqualRunPairs, NeighboursOfOneArmMachineAndQuestion) {
  std::vector<RunData> runs;
  for (const char* drafter : {"dspark", "none", "dspark", "dspark", "none", "dspark", "dspark"}) {
    runs.push_back(MakeRun(10'000'000, drafter));
  }
  using Pairs = std::vector<std::pair<size_t, size_t>>;
  EXPECT_EQ(EqualRunPairs(runs), (Pairs{{0, 2}, {1, 4}, {3, 5}}));
  runs[2].run.state = "interrupted";
  runs[4].environment.cpu_model = "another";
  EXPECT_EQ(EqualRunPairs(runs), (Pairs{{0, 3}, {5, 6}}));
}

// Twenty pairs whose step times differ by 1, 2, ... 20 %: the 19th is the 95th percentile, and
// those above the margin of 5 % are false alarms.
TEST(MeasureNoise, HandComputed) {
  const RunData first = MakeRun(10'000'000);
  std::vector<RunData> seconds;
  for (int i = 1; i <= 20; ++i) seconds.push_back(MakeRun(10'000'000 + i * 100'000));
  std::vector<std::pair<const RunData*, const RunData*>> pairs;
  for (const RunData& second : seconds) pairs.emplace_back(&first, &second);
  BootstrapOptions bootstrap;
  bootstrap.num_resamples = 200;
  bool found = false;
  for (const NoiseFloorRecord& record : MeasureNoise(pairs, DefaultGatePolicy(), bootstrap)) {
    if (record.metric == "accepted_length") {
      EXPECT_EQ(record.p95_abs_log_ratio, 0);
      EXPECT_EQ(record.false_alarm_rate, 0);
    }
    if (record.metric != "step_time") continue;
    found = true;
    EXPECT_EQ(record.pairs, 20);
    EXPECT_NEAR(record.p95_abs_log_ratio, std::log(1.19), 1e-4);
    EXPECT_NEAR(record.false_alarm_rate, 15 / 20.0, 1e-12);
  }
  EXPECT_TRUE(found);
}

TEST(NoiseOf, TheNewestOfThisMachineAndWorkload) {
  RunData data = MakeRun(10'000'000);
  data.artifacts["workload"].sha256 = "w";
  const std::string here = Fingerprint(data.environment);
  NoiseFloorRecord record{.metric = "ttft",
                          .pairs = 8,
                          .p95_abs_log_ratio = 0.01,
                          .false_alarm_rate = 0,
                          .created_utc = "2026-01-01T00:00:00Z",
                          .environment_fingerprint = here,
                          .workload_sha256 = "w"};
  std::vector<NoiseFloorRecord> records{record};
  record.created_utc = "2026-03-01T00:00:00Z";
  record.p95_abs_log_ratio = 0.03;
  records.push_back(record);
  record.created_utc = "2026-04-01T00:00:00Z";
  record.workload_sha256 = "other";
  records.push_back(record);
  record.workload_sha256 = "w";
  record.environment_fingerprint = "elsewhere";
  records.push_back(record);
  const auto found = NoiseOf(records, data);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found.at("ttft").p95_abs_log_ratio, 0.03);
  EXPECT_EQ(found.at("ttft").created_utc, "2026-03-01T00:00:00Z");
}

}  // namespace
}  // namespace dsb
