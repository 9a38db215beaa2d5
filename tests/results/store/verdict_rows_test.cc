#include "results/store/verdict_rows.h"

#include "base/error.h"
#include "results/store/fingerprint.h"
#include "tests/results/store/store_fixture.h"

namespace dsb {
namespace {

using VerdictRows = StoreFixture;

TEST_F(VerdictRows, NoiseFloorsComeBackWithWhatTheyBelongTo) {
  Store store(Path(), {});
  const int64_t environment = store.PutEnvironment(SampleEnvironment());
  const int64_t build = store.PutBuild(SampleBuild());
  const int64_t workload = store.PutArtifact(SampleArtifact("workload"));
  EXPECT_TRUE(ReadNoiseFloors(store).empty());
  NoiseFloorRecord record{.metric = "step_time",
                          .pairs = 8,
                          .p95_abs_log_ratio = 0.02,
                          .false_alarm_rate = 0.125,
                          .created_utc = "2026-01-01T00:00:00Z"};
  PutNoiseFloor(store, record, environment, build, workload);
  record.pairs = 20;  // recorded anew: replaces
  PutNoiseFloor(store, record, environment, build, workload);
  record.metric = "ttft";
  record.created_utc = "2026-01-02T00:00:00Z";
  PutNoiseFloor(store, record, environment, build, workload);
  const std::vector<NoiseFloorRecord> rows = ReadNoiseFloors(store);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].metric, "step_time");
  EXPECT_EQ(rows[0].pairs, 20);
  EXPECT_EQ(rows[0].p95_abs_log_ratio, 0.02);
  EXPECT_EQ(rows[0].false_alarm_rate, 0.125);
  EXPECT_EQ(rows[0].environment_fingerprint, Fingerprint(SampleEnvironment()));
  EXPECT_EQ(rows[0].workload_sha256, "sha-of-workload");
  EXPECT_EQ(rows[0].build_version, "0.1.0");
  EXPECT_EQ(rows[1].metric, "ttft");
}

TEST_F(VerdictRows, AComparisonIsStoredWholeOrNotAtAll) {
  Store store(Path(), {});
  const int64_t environment = store.PutEnvironment(SampleEnvironment());
  const int64_t build = store.PutBuild(SampleBuild());
  const int64_t run = store.PutRun(SampleRun("u-1"), environment, build);
  ComparisonRecord record{.baseline_run_id = run,
                          .candidate_run_id = run,
                          .policy_json = "{}",
                          .state = "inconclusive",
                          .created_utc = "2026-01-01T00:00:00Z",
                          .verdict_json = "{}",
                          .exit_code = 4,
                          .metrics = {}};
  record.metrics.push_back(
      {"accepted_length", "all", 0.99, 0.97, 1.01, 0.02, 0.5, "inconclusive", int64_t{123}});
  EXPECT_GT(PutComparison(store, record), 0);
  EXPECT_EQ(CountComparisons(store), 1);
  record.metrics.push_back(record.metrics.front());  // the key twice: refused
  EXPECT_THROW(PutComparison(store, record), Error);
  EXPECT_EQ(CountComparisons(store), 1);
}

}  // namespace
}  // namespace dsb
