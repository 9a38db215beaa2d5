#include "reports/gate/noise_floor.h"

#include <gtest/gtest.h>

#include <cmath>

#include "results/store/fingerprint.h"
#include "tests/results/metrics/metrics_test_data.h"

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
  const auto pairs_of = [](const std::vector<RunData>& all) {
    std::vector<CheckedRun> checked;
    for (const RunData& run : all) checked.push_back(CheckRun(run));
    return EqualRunPairs(checked);
  };
  EXPECT_EQ(pairs_of(runs), (Pairs{{0, 2}, {1, 4}, {3, 5}}));
  runs[2].run.state = "interrupted";
  runs[4].environment.cpu_model = "another";
  EXPECT_EQ(pairs_of(runs), (Pairs{{0, 3}, {5, 6}}));
}

// Twenty pairs whose step times differ by 0.1, 0.2, ... 1.9 and 20 %: the 19th is the 95th
// percentile. Only the last exceeds the margin of 5 % by more than the others' floor.
TEST(MeasureNoise, HandComputed) {
  const CheckedRun first = CheckRun(MakeRun(10'000'000));
  std::vector<CheckedRun> seconds;
  for (int i = 1; i <= 19; ++i) seconds.push_back(CheckRun(MakeRun(10'000'000 + i * 10'000)));
  seconds.push_back(CheckRun(MakeRun(12'000'000)));
  const auto step_time = [&](size_t num_pairs) {
    std::vector<std::pair<const CheckedRun*, const CheckedRun*>> pairs;
    for (size_t i = seconds.size() - num_pairs; i < seconds.size(); ++i) {
      pairs.emplace_back(&first, &seconds[i]);
    }
    BootstrapOptions bootstrap;
    bootstrap.num_resamples = 200;
    NoiseFloorRecord found;
    for (const NoiseFloorRecord& record : MeasureNoise(pairs, DefaultGatePolicy(), bootstrap)) {
      if (record.metric == "step_time") found = record;
      if (record.metric != "accepted_length") continue;
      EXPECT_EQ(record.p95_abs_log_ratio, 0);
      EXPECT_EQ(record.false_alarm_rate, 0);
    }
    EXPECT_EQ(found.pairs, static_cast<int64_t>(num_pairs));
    return found;
  };
  EXPECT_NEAR(step_time(20).p95_abs_log_ratio, std::log(1.019), 1e-4);
  EXPECT_NEAR(step_time(20).false_alarm_rate, 1 / 20.0, 1e-12);
  // Alone it has no floor to be judged with, and of two pairs the larger is judged with the
  // smaller.
  EXPECT_EQ(step_time(1).false_alarm_rate, 0);
  EXPECT_EQ(step_time(2).false_alarm_rate, 1 / 2.0);
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
  record = records.front();
  record.created_utc = "2026-05-01T00:00:00Z";
  record.pairs = 1;  // too few to be a floor
  records.push_back(record);
  record.pairs = 8;
  record.p95_abs_log_ratio = std::nan("");
  records.push_back(record);
  const auto found = NoiseOf(records, data);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found.at("ttft").p95_abs_log_ratio, 0.03);
  EXPECT_EQ(found.at("ttft").created_utc, "2026-03-01T00:00:00Z");
}

}  // namespace
}  // namespace dsb
