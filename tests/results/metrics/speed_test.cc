#include <gtest/gtest.h>

#include <numeric>

#include "results/metrics/speed.h"

namespace dsb {
namespace {

constexpr int64_t kMs = 1'000'000;

// Scheduled at 10 ms, issued at 12, admitted at 15; 2 tokens at 50 ms, 3 at 80, 1 at 90.
RequestRecord ThreeBursts() {
  RequestRecord request;
  request.scheduled_ns = 10 * kMs;
  request.issued_ns = 12 * kMs;
  request.admitted_ns = 15 * kMs;
  request.end_reason = "stop";
  request.bursts = {{50 * kMs, 2}, {80 * kMs, 3}, {90 * kMs, 1}};
  return request;
}

TEST(RequestTiming, ByHand) {
  const RequestTiming timing = *TimingOf(ThreeBursts());
  EXPECT_EQ(timing.tokens, 6);
  EXPECT_EQ(timing.decode_tokens, 4);
  EXPECT_EQ(timing.decode_ns, 40 * kMs);
  EXPECT_EQ(timing.gaps, 2);
  EXPECT_EQ(timing.ttft_ns, 40 * kMs);
  EXPECT_EQ(timing.ttft_from_issue_ns, 38 * kMs);
  EXPECT_EQ(timing.e2e_ns, 80 * kMs);
  EXPECT_EQ(timing.e2e_from_issue_ns, 78 * kMs);
  EXPECT_EQ(timing.queue_delay_ns, 5 * kMs);
  EXPECT_DOUBLE_EQ(*timing.tpot(), 10e6);
}

TEST(RequestTiming, OneBurstHasNoDecodeTime) {
  RequestRecord request = ThreeBursts();
  request.bursts.resize(1);
  request.admitted_ns.reset();
  const RequestTiming timing = *TimingOf(request);
  EXPECT_FALSE(timing.tpot().has_value());
  EXPECT_FALSE(timing.queue_delay_ns.has_value());
  request.bursts.clear();
  EXPECT_FALSE(TimingOf(request).has_value());
}

TEST(Gaps, AreTokenWeightedAndSumToTheDecodeTime) {
  std::vector<double> gaps, token_gaps;
  AppendGaps(ThreeBursts(), &gaps, &token_gaps);
  EXPECT_EQ(gaps, (std::vector<double>{30e6, 10e6}));
  EXPECT_EQ(token_gaps, (std::vector<double>{10e6, 10e6, 10e6, 10e6}));
  EXPECT_DOUBLE_EQ(std::accumulate(token_gaps.begin(), token_gaps.end(), 0.0), 40e6);
}

TEST(Gaps, EmptyBurstsDoNotCount) {
  RequestRecord request = ThreeBursts();
  request.bursts.push_back({500 * kMs, 0});  // a cancelled request's end
  EXPECT_EQ(TimingOf(request)->decode_ns, 40 * kMs);
}

TEST(Stall, ReaderWaitsOnlyWhenItHasReadAll) {
  // 100 tokens/s: 10 ms a token. Two tokens last until 70 ms, the reader waits until 80; three last
  // until 110 ms.
  EXPECT_DOUBLE_EQ(StallNs(ThreeBursts(), 100), 10e6);
  // 1000 tokens/s: read by 52 ms, waits 28; by 83 ms, waits 7.
  EXPECT_DOUBLE_EQ(StallNs(ThreeBursts(), 1000), 35e6);
  // 10 tokens/s: never waits.
  EXPECT_DOUBLE_EQ(StallNs(ThreeBursts(), 10), 0);
}

TEST(Stall, AReaderWithoutLimitWaitsAllTheTime) {
  EXPECT_NEAR(StallNs(ThreeBursts(), 1e12), 40e6, 1);
}

}  // namespace
}  // namespace dsb
