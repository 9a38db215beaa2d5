#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "results/metrics/metrics.h"
#include "results/metrics/selection.h"
#include "results/run_config.h"
#include "tests/results/metrics/metrics_test_data.h"

namespace dsb {
namespace {

using testing::SyntheticArm;
using testing::SyntheticRun;

double Value(const std::vector<MetricRecord>& metrics, const std::string& metric,
             const std::string& scope = "all") {
  const MetricRecord* record = FindMetric(metrics, metric, scope);
  EXPECT_NE(record, nullptr) << metric << " " << scope;
  if (record == nullptr || !record->estimate.value) return NAN;
  return *record->estimate.value;
}

bool SameRow(const MetricRecord& a, const MetricRecord& b) {
  const Estimate &x = a.estimate, &y = b.estimate;
  return a.metric == b.metric && a.scope == b.scope && a.unit == b.unit && x.value == y.value &&
         x.lo == y.lo && x.hi == y.hi && x.level == y.level && x.method == y.method && x.n == y.n &&
         x.num_resamples == y.num_resamples && x.statistics_seed == y.statistics_seed &&
         x.note == y.note;
}

// Two requests, each with its own speed: the three per-user speeds and the pooled figures differ as
// they should.
RunData TwoRequests() {
  RunData data;
  data.run.id = 5;
  data.num_segments = 1;
  const auto add = [&](const std::string& key, int64_t start_ns, std::vector<BurstRecord> bursts) {
    RequestRow row;
    row.prompt.item_key = key;
    row.prompt.dataset = "d";
    row.prompt.domain = "math";
    row.request.scheduled_ns = row.request.issued_ns = start_ns;
    row.request.finished_ns = bursts.back().t_ns;
    row.request.end_reason = "stop";
    row.request.bursts = std::move(bursts);
    data.requests.push_back(row);
  };
  constexpr int64_t kS = 1'000'000'000;
  add("slow", 0, {{1 * kS, 1}, {2 * kS, 2}, {5 * kS, 2}});       // 4 tokens in 4 s
  add("fast", 5 * kS, {{6 * kS, 2}, {7 * kS, 6}, {8 * kS, 4}});  // 10 tokens in 2 s
  return data;
}

TEST(ComputeMetrics, SpeedsByHand) {
  const std::vector<MetricRecord> metrics = ComputeMetrics(CheckRun(TwoRequests()));
  EXPECT_DOUBLE_EQ(Value(metrics, "user_decode_tokens_per_s"), 14.0 / 6);
  EXPECT_DOUBLE_EQ(Value(metrics, "mean_decode_rate"), 3);
  EXPECT_DOUBLE_EQ(Value(metrics, "user_e2e_tokens_per_s"), 17.0 / 8);
  EXPECT_DOUBLE_EQ(Value(metrics, "ttft"), 1e9);
  EXPECT_DOUBLE_EQ(Value(metrics, "e2e"), 4e9);
  EXPECT_DOUBLE_EQ(Value(metrics, "tpot"), 6e9 / 14);
  EXPECT_DOUBLE_EQ(Value(metrics, "tpot_with_ttft"), 8e9 / 17);
  EXPECT_DOUBLE_EQ(Value(metrics, "burst_gap"), 6e9 / 4);
  EXPECT_DOUBLE_EQ(Value(metrics, "itl"), Value(metrics, "tpot"));
  // The rounds are not known, so what is a ratio to them is not either.
  EXPECT_FALSE(FindMetric(metrics, "step_time", "all")->estimate.value.has_value());
  EXPECT_DOUBLE_EQ(Value(metrics, "output_tokens_per_s"), 17.0 / 8);
  EXPECT_DOUBLE_EQ(Value(metrics, "mean_concurrency"), 1);
  EXPECT_DOUBLE_EQ(Value(metrics, "mean_decode_concurrency"), 6.0 / 8);
  const MetricRecord* headline = FindMetric(metrics, "user_decode_tokens_per_s", "all");
  EXPECT_EQ(headline->run_id, 5);
  EXPECT_EQ(headline->estimate.n, 2);
  EXPECT_FALSE(headline->estimate.lo.has_value());  // two prompts: no interval
  EXPECT_FALSE(FindMetric(metrics, "ttft_p50", "all")->estimate.value.has_value());
}

TEST(ComputeMetrics, SystemThroughputIsUsersTimesUserSpeed) {
  const std::vector<MetricRecord> metrics = ComputeMetrics(CheckRun(SyntheticRun({})));
  // Batch 1: decode tokens per second of window = mean users in decode x user speed.
  const double decode_share = 63.0 / 64;
  EXPECT_NEAR(
      Value(metrics, "mean_decode_concurrency") * Value(metrics, "user_decode_tokens_per_s"),
      Value(metrics, "output_tokens_per_s") * decode_share,
      1e-9 * Value(metrics, "output_tokens_per_s"));
}

TEST(ComputeMetrics, WarmupIsNeverCounted) {
  RunData data = SyntheticRun({});
  const std::vector<MetricRecord> before = ComputeMetrics(CheckRun(data));
  for (RequestRow& row : data.requests) {
    if (row.request.phase != "warmup") continue;
    for (RoundRecord& round : row.request.rounds) round.committed = 1000;
    for (BurstRecord& burst : row.request.bursts) burst.t_ns -= 77;
  }
  for (StepRecord& step : data.steps) {
    if (step.t_start_ns < *data.requests[1].request.finished_ns) step.phases[0].wall_ns *= 3;
  }
  const std::vector<MetricRecord> after = ComputeMetrics(CheckRun(data));
  ASSERT_EQ(before.size(), after.size());
  for (size_t i = 0; i < before.size(); ++i) {
    EXPECT_TRUE(SameRow(before[i], after[i])) << before[i].metric << " " << before[i].scope;
  }
}

TEST(ComputeMetrics, StepsBeforeTheFirstMeasuredRequestAreNotMeasured) {
  RunData data = SyntheticRun({});
  // Admitted at the very moment at which the last warm-up step ends.
  for (RequestRow& row : data.requests) row.request.admitted_ns = row.request.scheduled_ns;
  int64_t rounds = 0;
  for (const RequestRow& row : data.requests) {
    if (row.request.phase != "warmup") rounds += static_cast<int64_t>(row.request.rounds.size());
  }
  EXPECT_EQ(static_cast<int64_t>(MeasuredSteps(data).size()), rounds);
}

TEST(ComputeMetrics, FailedRequestsAreCountedAndLeftOut) {
  RunData data = SyntheticRun({});
  data.requests[5].request.end_reason = "error";
  data.requests[6].request.end_reason = "cancelled";
  data.requests[7].request.phase = "drain";
  const Selection selection = Select(data);
  EXPECT_EQ(selection.counts.total, 38);
  EXPECT_EQ(selection.counts.warmup, 2);
  EXPECT_EQ(selection.counts.measured, 35);
  EXPECT_EQ(selection.counts.drain, 1);
  EXPECT_EQ(selection.counts.failed, 1);
  EXPECT_EQ(selection.counts.cancelled, 1);
  EXPECT_EQ(selection.acceptance.size(), 35u);
  EXPECT_EQ(selection.timing.size(), 33u);
}

// The last eight requests were answered by a later process.
RunData Resumed() {
  RunData data = SyntheticRun({});
  data.num_segments = 2;
  for (size_t i = 30; i < data.requests.size(); ++i) data.requests[i].request.segment_id = 9;
  return data;
}

TEST(ComputeMetrics, RequestsOfAllSegmentsAreTimed) {
  const RunData data = Resumed();
  const Selection selection = Select(data);
  EXPECT_EQ(selection.acceptance.size(), 36u);
  EXPECT_EQ(selection.timing.size(), 36u);
  EXPECT_EQ(selection.counts.other_segment, 8);
  const std::vector<MetricRecord> whole = ComputeMetrics(CheckRun(SyntheticRun({}))),
                                  resumed = ComputeMetrics(CheckRun(data));
  for (const char* metric : {"accepted_length", "user_decode_tokens_per_s", "ttft", "e2e_p50"}) {
    EXPECT_EQ(Value(resumed, metric), Value(whole, metric)) << metric;
  }
}

TEST(ComputeMetrics, StepsAndWindowAreOfOneSegment) {
  RunData data = Resumed();
  EXPECT_EQ(WindowSegment(data), 0);
  EXPECT_EQ(FindMetric(ComputeMetrics(CheckRun(data)), "requests_per_s", "all")->estimate.n, 28);
  const size_t steps = MeasuredSteps(data).size();
  data.window_segment_id = 9;
  EXPECT_EQ(WindowSegment(data), 9);
  EXPECT_EQ(Select(data).counts.other_segment, 28);
  EXPECT_EQ(FindMetric(ComputeMetrics(CheckRun(data)), "requests_per_s", "all")->estimate.n, 8);
  EXPECT_EQ(MeasuredRequests(data).size(), 8u);
  const size_t others = MeasuredSteps(data).size();
  EXPECT_EQ(MeasuredSteps(SyntheticRun({})).size(), steps + others);
  data.window_segment_id = 5;  // nothing was timed there
  EXPECT_EQ(WindowSegment(data), 0);
}

// The same 36 prompts answered five times, always alike.
TEST(ComputeMetrics, RepeatsOfAPromptDoNotNarrowAPercentile) {
  const RunData once = SyntheticRun({});
  RunData five_times = once;
  const int64_t length_ns = *once.requests.back().request.finished_ns;
  for (int64_t repeat = 1; repeat < 5; ++repeat) {
    for (RequestRow row : once.requests) {
      if (row.request.phase == "warmup") continue;
      row.request.repeat = repeat;
      for (int64_t* t_ns :
           {&row.request.scheduled_ns, &row.request.issued_ns, &*row.request.admitted_ns,
            &*row.request.first_ns, &*row.request.finished_ns}) {
        *t_ns += repeat * length_ns;
      }
      for (BurstRecord& burst : row.request.bursts) burst.t_ns += repeat * length_ns;
      five_times.requests.push_back(row);
    }
  }
  const std::vector<MetricRecord> few = ComputeMetrics(CheckRun(once)),
                                  many = ComputeMetrics(CheckRun(five_times));
  for (const char* metric : {"e2e_p50", "tpot_p50"}) {
    const Estimate& plain = FindMetric(few, metric, "all")->estimate;
    const Estimate& repeated = FindMetric(many, metric, "all")->estimate;
    EXPECT_EQ(plain.method, "order_statistic");
    EXPECT_EQ(repeated.method, "cluster_bootstrap");
    EXPECT_EQ(repeated.n, 36) << metric;
    EXPECT_GT(*repeated.hi - *repeated.lo, 0.8 * (*plain.hi - *plain.lo)) << metric;
  }
  EXPECT_FALSE(FindMetric(many, "e2e_p90", "all")->estimate.value.has_value());  // 36 of 46 prompts
}

TEST(ComputeMetrics, StoredRowsAnswerAlsoWhereThereIsNoInterval) {
  // Only the longest answers of one prompt reach the last position.
  RunData data = SyntheticRun({});
  for (size_t i = 3; i < data.requests.size(); ++i) {
    for (RoundRecord& round : data.requests[i].request.rounds) {
      round.accepted = std::min<int64_t>(round.accepted, 2);
      round.committed = round.accepted + 1;
    }
  }
  std::vector<MetricNote> fresh_notes, stored_notes;
  const std::vector<MetricRecord> fresh = ComputeMetrics(CheckRun(data), {}, &fresh_notes);
  const MetricRecord* last = FindMetric(fresh, "conditional_acceptance", "position:4");
  ASSERT_NE(last, nullptr);
  ASSERT_TRUE(last->estimate.value.has_value());
  EXPECT_FALSE(last->estimate.has_interval());
  data.metrics = fresh;
  for (MetricRecord& record : data.metrics)
    record.estimate.note.clear();  // as the store keeps them
  const std::vector<MetricRecord> again = ComputeMetrics(CheckRun(data), {}, &stored_notes);
  ASSERT_EQ(fresh.size(), again.size());
  for (size_t i = 0; i < fresh.size(); ++i) {
    EXPECT_TRUE(SameRow(fresh[i], again[i])) << fresh[i].metric << " " << fresh[i].scope;
  }
  EXPECT_EQ(fresh_notes.size(), stored_notes.size());
}

TEST(ComputeMetrics, IsAPureFunctionOfTheRows) {
  const RunData data = SyntheticRun({});
  const std::vector<MetricRecord> once = ComputeMetrics(CheckRun(data)),
                                  again = ComputeMetrics(CheckRun(data));
  ASSERT_EQ(once.size(), again.size());
  for (size_t i = 0; i < once.size(); ++i) EXPECT_TRUE(SameRow(once[i], again[i]));
  MetricOptions other;
  other.bootstrap.statistics_seed = 2;
  const std::vector<MetricRecord> reseeded = ComputeMetrics(CheckRun(data), other);
  EXPECT_NE(FindMetric(once, "accepted_length", "all")->estimate.lo,
            FindMetric(reseeded, "accepted_length", "all")->estimate.lo);
  EXPECT_EQ(FindMetric(reseeded, "accepted_length", "all")->estimate.statistics_seed, 2);
}

// As if a GPU had run one kernel of another library in every step.
RunData WithDeviceTimes(RunData data) {
  data.run.device_time_source = "cupti";
  for (StepRecord& step : data.steps) {
    step.device_busy_ns = step.wall_ns;
    for (PhaseTimeRecord& phase : step.phases) phase.device_kernel_ns = phase.wall_ns;
  }
  KernelTimeRecord kernel;
  kernel.phase = "other";
  kernel.total_ns = 1;
  data.kernels = {kernel};
  return data;
}

TEST(ComputeMetrics, EveryRowIsInTheCatalogueAndUnique) {
  std::set<std::pair<std::string, std::string>> keys;
  RunData load = WithDeviceTimes(SyntheticRun({}));
  load.run.arrival = "closed";  // one window, and something promised
  RunConfig config;
  config.slo = "ttft=1s";
  load.run.config_json = ConfigToJson(config);
  for (const MetricRecord& record : ComputeMetrics(CheckRun(std::move(load)))) {
    EXPECT_EQ(record.unit, DefinitionOf(record.metric).unit);
    EXPECT_TRUE(keys.emplace(record.metric, record.scope).second)
        << record.metric << " " << record.scope;
    const Estimate& estimate = record.estimate;
    if (!estimate.lo) continue;
    EXPECT_LE(*estimate.lo, *estimate.value) << record.metric;
    EXPECT_GE(*estimate.hi, *estimate.value) << record.metric;
  }
  for (const MetricDefinition& definition : MetricCatalogue()) {
    bool found = definition.metric == std::string("observer_overhead");  // of two runs: reports
    for (const auto& [metric, scope] : keys) found |= &DefinitionOf(metric) == &definition;
    EXPECT_TRUE(found) << definition.metric;
  }
}

TEST(ComputeMetrics, ScopesHoldTheirOwnRequests) {
  const RunData data = SyntheticRun({});
  EXPECT_EQ(ScopesOf(data), (std::vector<std::string>{"all", "domain:chat", "domain:code",
                                                      "domain:math", "dataset:synthetic"}));
  const std::vector<MetricRecord> metrics = ComputeMetrics(CheckRun(data));
  RunData math_only = data;
  std::erase_if(math_only.requests,
                [](const RequestRow& row) { return row.prompt.domain != "math"; });
  EXPECT_DOUBLE_EQ(Value(metrics, "accepted_length", "domain:math"),
                   Value(ComputeMetrics(CheckRun(math_only)), "accepted_length"));
  EXPECT_EQ(FindMetric(metrics, "accepted_length", "domain:math")->estimate.n, 12);
  EXPECT_EQ(FindMetric(metrics, "accepted_length", "all")->estimate.n, 36);
  EXPECT_DOUBLE_EQ(Value(metrics, "accepted_length", "dataset:synthetic"),
                   Value(metrics, "accepted_length"));
  EXPECT_GT(Value(metrics, "survival", "domain:math/position:1"), 0);
}

TEST(ComputeMetrics, PhaseSharesByHand) {
  const std::vector<MetricRecord> metrics = ComputeMetrics(CheckRun(SyntheticRun({})));
  EXPECT_NEAR(Value(metrics, "phase_wall_share_draft"), 0.2, 1e-6);
  EXPECT_NEAR(Value(metrics, "phase_wall_share_verify"), 0.5, 1e-6);
  // CPU: draft 0.4, verify 0.9, other 0.1 of the wall time; 2 threads over 0.8.
  EXPECT_NEAR(Value(metrics, "phase_cpu_share_verify"), 0.9 / 1.4, 1e-6);
  EXPECT_NEAR(Value(metrics, "parallel_efficiency_draft"), 1, 1e-6);
  EXPECT_NEAR(Value(metrics, "parallel_efficiency", "all"), 1.4 / 1.6, 1e-6);
  RunData incomplete = SyntheticRun({});
  incomplete.run.steps_complete = false;
  EXPECT_EQ(FindMetric(ComputeMetrics(CheckRun(incomplete)), "step_wall", "all"), nullptr);
}

TEST(ComputeMetrics, SyntheticAcceptanceHasNoAcceptedLength) {
  for (const char* flag : {"ignore_eos", "synthetic_acceptance"}) {
    RunData data = SyntheticRun({});
    data.flags[flag] = "";
    const std::vector<MetricRecord> metrics = ComputeMetrics(CheckRun(data));
    EXPECT_EQ(FindMetric(metrics, "accepted_length", "all"), nullptr);
    EXPECT_NE(FindMetric(metrics, "user_decode_tokens_per_s", "all"), nullptr);
  }
}

TEST(ComputeMetrics, EmptyRunsGiveRowsWithoutValues) {
  for (const MetricRecord& record : ComputeMetrics(CheckRun(RunData{}))) {
    EXPECT_FALSE(record.estimate.value.has_value()) << record.metric;
  }
}

TEST(ComputeMetrics, SlowUserIsTheInverseOfTheNinetiethPercentile) {
  SyntheticArm arm;
  arm.prompts_per_domain = 20;
  const std::vector<MetricRecord> metrics = ComputeMetrics(CheckRun(SyntheticRun(arm)));
  EXPECT_DOUBLE_EQ(Value(metrics, "slow_user_tokens_per_s"), 1e9 / Value(metrics, "tpot_p90"));
  const MetricRecord* slow = FindMetric(metrics, "slow_user_tokens_per_s", "all");
  EXPECT_DOUBLE_EQ(*slow->estimate.lo, 1e9 / *FindMetric(metrics, "tpot_p90", "all")->estimate.hi);
  EXPECT_GE(Value(metrics, "mean_decode_rate"), 1e9 / (Value(metrics, "tpot_p50") * 1.5));
}

}  // namespace
}  // namespace dsb
