// A session of two arms that is interrupted and resumed, compared as one that was not.
#include <gtest/gtest.h>

#include "reports/pairing/pairs.h"
#include "results/metrics/compare.h"
#include "results/metrics/load.h"
#include "results/metrics/selection.h"
#include "results/store/checked_reader.h"
#include "tests/harness/run/session_fixture.h"

namespace dsb {
namespace {

class ResumedComparison : public SessionTest {
 protected:
  ResumedComparison() {
    inputs_.prompts.clear();
    for (int i = 0; i < 40; ++i) {
      inputs_.prompts.push_back({"item-" + std::to_string(i),
                                 "test",
                                 i % 2 == 0 ? "math" : "code",
                                 {},
                                 {.ids = std::vector<int32_t>(3, i + 1)}});
    }
  }

  CheckedRun ReadRunOf(int64_t id) const {
    return ReadCheckedRun(Store(path_, {.mode = Store::Mode::kReadOnly}), id, {});
  }
  // What the whole session takes in virtual time, warm-ups included.
  int64_t WholeNs() {
    int64_t sum_ns = 0;
    Run();
    for (const RunRecord& run : Runs()) sum_ns += run.duration_ns.value();
    std::filesystem::remove(path_);
    return sum_ns;
  }
};

void ExpectAllPairs(const CheckedRun& baseline, const CheckedRun& candidate) {
  const ArmComparison comparison = CompareArms(baseline, candidate, "all");
  EXPECT_EQ(comparison.counts.pairs, 40);
  EXPECT_EQ(comparison.counts.only_baseline, 0);
  EXPECT_EQ(comparison.counts.only_candidate, 0);
  EXPECT_EQ(comparison.prompts, 40);
  for (const ComparedMetric& metric : comparison.metrics) {
    EXPECT_EQ(metric.ratio.ratio.n, 40) << metric.metric;
  }
}

// The segments of both arms are of one process: their numbers stand side by side.
void ExpectOneProcess(const CheckedRun& baseline, const CheckedRun& candidate) {
  ASSERT_TRUE(baseline->window_segment_id && candidate->window_segment_id);
  EXPECT_EQ(WindowSegment(baseline), *baseline->window_segment_id);
  EXPECT_EQ(WindowSegment(candidate), *candidate->window_segment_id);
  EXPECT_EQ(std::llabs(WindowSegment(baseline) - WindowSegment(candidate)), 1);
  const auto requests = [](const CheckedRun& run) { return SummariseLoad(run).value().requests; };
  EXPECT_NEAR(static_cast<double>(requests(baseline)), static_cast<double>(requests(candidate)), 4);
}

TEST_F(ResumedComparison, HalfOfTheBlocksThenTheRest) {
  const RunSummary first = Run(WholeNs() / 2);
  ASSERT_TRUE(first.interrupted);
  inputs_.options.resume = true;
  const RunSummary second = Run();
  ASSERT_EQ(second.run_ids, first.run_ids);
  const CheckedRun baseline = ReadRunOf(first.run_ids[0]), candidate = ReadRunOf(first.run_ids[1]);
  EXPECT_EQ(baseline->num_segments, 2);
  ExpectAllPairs(baseline, candidate);
  ExpectOneProcess(baseline, candidate);
}

TEST_F(ResumedComparison, WhateverTheMoment) {
  const int64_t whole_ns = WholeNs();
  for (int64_t percent = 6; percent < 100; percent += 13) {
    std::filesystem::remove(path_);
    inputs_.options.resume = false;
    const RunSummary first = Run(whole_ns * percent / 100);
    ASSERT_TRUE(first.interrupted) << percent;
    inputs_.options.resume = true;
    Run();
    ExpectAllPairs(ReadRunOf(first.run_ids[0]), ReadRunOf(first.run_ids[1]));
  }
}

TEST_F(ResumedComparison, InterruptedAgainAndAgain) {
  const int64_t whole_ns = WholeNs();
  const std::vector<int64_t> ids = Run(whole_ns / 4).run_ids;
  inputs_.options.resume = true;
  for (int i = 0; i < 3; ++i) Run(whole_ns / 4);
  EXPECT_FALSE(Run().interrupted);
  const CheckedRun baseline = ReadRunOf(ids[0]), candidate = ReadRunOf(ids[1]);
  EXPECT_GE(baseline->num_segments, 4);
  ExpectAllPairs(baseline, candidate);
  ExpectOneProcess(baseline, candidate);
  // Each process warms up anew, and none of it counts.
  const RequestCounts counts = Select(candidate).counts;
  EXPECT_EQ(counts.warmup, 2 * candidate->num_segments);
  EXPECT_EQ(counts.measured, 40);
}

// An interrupted session that nobody resumed: what both arms finished is paired.
TEST_F(ResumedComparison, UnfinishedPairsWhatBothHave) {
  const RunSummary first = Run(WholeNs() / 2);
  const CheckedRun baseline = ReadRunOf(first.run_ids[0]), candidate = ReadRunOf(first.run_ids[1]);
  const PairCounts counts = CompareArms(baseline, candidate, "all").counts;
  EXPECT_GE(counts.pairs, 16);
  EXPECT_LE(counts.only_baseline + counts.only_candidate, 4);  // one block
}

}  // namespace
}  // namespace dsb
