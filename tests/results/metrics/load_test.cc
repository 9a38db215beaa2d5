// Windows, verdicts and goodput of loads made by hand.
#include "results/metrics/load.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/philox.h"
#include "results/metrics/load_verdict.h"
#include "results/metrics/load_window.h"
#include "results/metrics/metrics.h"
#include "results/metrics/selection.h"
#include "results/metrics/slo.h"
#include "results/run_config.h"

namespace dsb {
namespace {

constexpr int64_t kMs = 1'000'000;

// First token after `ttft_ms`, then 10 tokens, one every `tpot_ms`.
RequestRow Answered(int64_t scheduled_ms, int64_t ttft_ms = 10, int64_t tpot_ms = 9) {
  RequestRow row;
  row.prompt.item_key = "p" + std::to_string(scheduled_ms);
  row.prompt.dataset = "d";
  RequestRecord& request = row.request;
  request.scheduled_ns = request.issued_ns = scheduled_ms * kMs;
  for (int64_t i = 0; i <= 10; ++i) {
    request.bursts.push_back({(scheduled_ms + ttft_ms + i * tpot_ms) * kMs, 1});
  }
  request.first_ns = request.bursts.front().t_ns;
  request.first_burst_tokens = 1;
  request.finished_ns = request.bursts.back().t_ns;
  request.end_reason = "length";
  return row;
}

RunData OpenRun(std::vector<RequestRow> rows) {
  RunData data;
  data.run.id = 1;
  data.run.load_mode = "open";
  data.run.arrival = "poisson";
  data.run.drafter = "none";
  data.run.max_tokens = 100;
  data.requests = std::move(rows);
  for (size_t i = 0; i < data.requests.size(); ++i) {
    data.requests[i].id = static_cast<int64_t>(i) + 1;
    data.requests[i].prompt.item_key += "-" + std::to_string(i);
  }
  return data;
}

TEST(LoadWindow, OfAnOpenLoopBeginsAfterThreeMedianTimesAndEndsWithTheLastArrival) {
  std::vector<RequestRow> rows;
  for (int64_t i = 0; i < 50; ++i) rows.push_back(Answered(20 * i));  // 100 ms each
  const LoadWindow window = LoadWindowOf(OpenRun(rows)).value();
  EXPECT_TRUE(window.filled);
  EXPECT_EQ(window.start_ns, 300 * kMs);
  EXPECT_EQ(window.end_ns, 980 * kMs);
  const Selection selection = Select(OpenRun(rows));
  EXPECT_EQ(selection.timing.size(), 35u);
  EXPECT_EQ(selection.acceptance.size(), 50u);  // does not depend on time
  EXPECT_EQ(selection.counts.outside_window, 15);
  rows.resize(10);
  EXPECT_FALSE(LoadWindowOf(OpenRun(rows)).value().filled);
}

TEST(LoadWindow, OfAClosedLoopBeginsWhenItsUsersAreThereAndEndsWhenOneFindsNothing) {
  RunData data = OpenRun({Answered(0), Answered(30), Answered(100), Answered(130), Answered(200)});
  data.run.load_mode = "closed";
  data.run.arrival = "closed";
  data.run.users = 2;
  const LoadWindow window = LoadWindowOf(data).value();
  EXPECT_EQ(window.start_ns, 30 * kMs);
  EXPECT_EQ(window.end_ns, 230 * kMs);  // the second user's answer: nobody takes its place
  data.run.arrival.reset();
  EXPECT_FALSE(LoadWindowOf(data));
}

TEST(LoadWindow, OfABatchIsAllOfIt) {
  RunData data = OpenRun({Answered(0), Answered(0, 20)});
  data.run.load_mode = data.run.arrival.emplace() = "batch";
  const LoadWindow window = LoadWindowOf(data).value();
  EXPECT_EQ(window.start_ns, 0);
  EXPECT_EQ(window.end_ns, 110 * kMs);
}

std::vector<RequestRow> Steady(int64_t count = 200) {
  std::vector<RequestRow> rows;
  for (int64_t i = 0; i < count; ++i) rows.push_back(Answered(20 * i, 10 + i % 3));
  return rows;
}

TEST(LoadVerdict, NothingIsWrongWithASteadyLoad) {
  const CheckedRun run = CheckRun(OpenRun(Steady()));
  const LoadVerdict verdict = JudgeLoad(run);
  EXPECT_EQ(verdict.not_steady, "");
  EXPECT_EQ(verdict.client_limited, "");
  EXPECT_EQ(verdict.overload, "");
  const LittleCheck little = CheckLittle(run).value();
  EXPECT_NEAR(little.in_system, 5, 0.1);  // one in 20 ms, about 101 ms each
  EXPECT_LT(little.error(), 0.02);
}

TEST(LoadVerdict, AQueueThatGrowsIsAnOverload) {
  std::vector<RequestRow> rows;
  for (int64_t i = 0; i < 200; ++i) rows.push_back(Answered(20 * i, 10 + 5 * i));
  const LoadVerdict verdict = JudgeLoad(CheckRun(OpenRun(rows)));
  EXPECT_NE(verdict.overload, "");
  EXPECT_NE(verdict.not_steady.find("time to first token drifts"), std::string::npos);
  EXPECT_NE(verdict.not_steady.find("requests in the system drift"), std::string::npos);
}

TEST(LoadVerdict, AnEngineThatSlowsDownIsNotSteadyAndNoOverload) {
  std::vector<RequestRow> rows;
  for (int64_t i = 0; i < 400; ++i) rows.push_back(Answered(20 * i, 10, 9 + i / 100));
  const LoadVerdict verdict = JudgeLoad(CheckRun(OpenRun(rows)));
  EXPECT_NE(verdict.not_steady.find("time per token drifts"), std::string::npos);
  EXPECT_EQ(verdict.overload, "");
}

TEST(LoadVerdict, ALoadThatNeverFilledOrHasFewRequestsIsNotSteady) {
  EXPECT_NE(JudgeLoad(CheckRun(OpenRun(Steady(10)))).not_steady.find("filling"), std::string::npos);
  EXPECT_NE(JudgeLoad(CheckRun(OpenRun(Steady(25)))).not_steady.find("in the window"),
            std::string::npos);
}

TEST(LoadVerdict, OneLateRequestOfAFewIsNoSign) {
  std::vector<RequestRow> rows = Steady(50);
  const auto late = [&rows](size_t count) {
    std::vector<RequestRow> some = rows;
    for (size_t i = 0; i < count; ++i) some[2 * i].request.issued_ns += 5 * kMs;
    return JudgeLoad(CheckRun(OpenRun(some))).client_limited;
  };
  EXPECT_EQ(late(1), "");
  EXPECT_EQ(late(2), "");  // likely enough: 9 %
  EXPECT_NE(late(3).find("3 of 50 requests"), std::string::npos);
  rows = Steady(1000);
  EXPECT_EQ(late(15), "");
  EXPECT_NE(late(20), "");
}

TEST(LoadVerdict, TheClientIsLateUnlessTheEngineWasInsideAStep) {
  std::vector<RequestRow> rows = Steady();
  for (RequestRow& row : rows) row.request.issued_ns += 5 * kMs;
  RunData data = OpenRun(rows);
  EXPECT_EQ(ClientLags(CheckRun(data)).front(), 5 * kMs);
  EXPECT_NE(JudgeLoad(CheckRun(data)).client_limited, "");
  // Steps of 20 ms that leave 1 ms between the schedule and the next.
  for (int64_t i = 0; i <= 200; ++i) {
    StepRecord step;
    step.idx = i;
    step.t_start_ns = std::max<int64_t>(0, 20 * i - 15) * kMs;
    step.wall_ns = (i == 0 ? 4 : 19) * kMs;
    data.steps.push_back(step);
  }
  const std::vector<int64_t> lags = ClientLags(CheckRun(data));
  EXPECT_EQ(lags[10], kMs);
  EXPECT_EQ(JudgeLoad(CheckRun(data)).client_limited, "");
}

TEST(Slo, ItsTermsAreReadAndOthersRefused) {
  const Slo slo = ParseSlo("ttft=2000ms,decode_rate=30");
  EXPECT_EQ(slo.ttft_ns, 2e9);
  EXPECT_EQ(slo.decode_rate_per_s, 30);
  EXPECT_FALSE(slo.e2e_ns);
  EXPECT_EQ(ParseSlo("tpot=50us").tpot_ns_per_token, 5e4);
  EXPECT_EQ(ParseSlo("e2e=1.5s").e2e_ns, 1.5e9);
  for (const char* bad : {"", "ttft", "ttft=", "ttft=2000", "ttft=-1ms", "ttft=0ms", "ttft=nanms",
                          "ttft=2ms,", "ttft=2ms,ttft=3ms", "decode_rate=30ms", "speed=3",
                          "ttft=2ms decode_rate=30", "decode_rate=inf"}) {
    EXPECT_THROW(ParseSlo(bad), Error) << bad;
  }
}

TEST(Slo, OfARequestHoldsAsAWhole) {
  const Slo slo = ParseSlo("ttft=20ms,decode_rate=100");
  EXPECT_EQ(StateOf(slo, Answered(0, 20, 10).request), SloState::kMet);
  EXPECT_EQ(StateOf(slo, Answered(0, 21, 10).request), SloState::kViolated);
  EXPECT_EQ(StateOf(slo, Answered(0, 20, 11).request), SloState::kViolated);
  RequestRecord failed = Answered(0, 1, 1).request;
  failed.end_reason = "error";
  EXPECT_EQ(StateOf(slo, failed), SloState::kViolated);
  RequestRecord open = Answered(0, 15, 10).request;
  open.end_reason = "cancelled";
  open.phase = "drain";
  EXPECT_EQ(StateOf(slo, open), SloState::kOpen);
  open.bursts.clear();
  EXPECT_EQ(StateOf(slo, open), SloState::kViolated);  // older than 20 ms without a token
  open.finished_ns = 19 * kMs;
  EXPECT_EQ(StateOf(slo, open), SloState::kOpen);
}

TEST(Goodput, CountsThoseScheduledInTheWindowAndIsAnIntervalWhereSomeWereOpen) {
  std::vector<RequestRow> rows;
  for (int64_t i = 0; i < 50; ++i) rows.push_back(Answered(20 * i, i % 5 == 0 ? 30 : 10));
  RunData data = OpenRun(rows);
  RunConfig config;
  config.slo = "ttft=20ms";
  data.run.config_json = ConfigToJson(config);
  const std::vector<MetricRecord> metrics = ComputeMetrics(CheckRun(data));
  const auto find = [&](const char* name) {
    return FindMetric(metrics, name, "slo:ttft=20ms")->estimate;
  };
  // In [300, 980] ms: requests 15 .. 49, of which 7 are late.
  EXPECT_NEAR(find("slo_attainment").value.value(), 28.0 / 35, 1e-12);
  EXPECT_EQ(find("slo_attainment").method, "wilson");
  EXPECT_NEAR(find("goodput_requests_per_s").value.value(), 28 / 0.68, 1e-9);
  EXPECT_NEAR(find("goodput_tokens_per_s").value.value(), 28 * 11 / 0.68, 1e-9);
  RequestRecord& open = data.requests[49].request;
  open.end_reason = "cancelled";
  open.phase = "drain";
  open.bursts.clear();
  open.first_ns.reset();
  open.first_burst_tokens.reset();
  open.finished_ns = open.scheduled_ns + 5 * kMs;
  const std::vector<MetricRecord> censored = ComputeMetrics(CheckRun(data));
  const Estimate attainment = FindMetric(censored, "slo_attainment", "slo:ttft=20ms")->estimate;
  EXPECT_FALSE(attainment.value);
  EXPECT_NEAR(attainment.lo.value(), 27.0 / 35, 1e-12);
  EXPECT_NEAR(attainment.hi.value(), 28.0 / 35, 1e-12);
}

}  // namespace
}  // namespace dsb
