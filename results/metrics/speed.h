// One request's times (measurement.md 2), all derived from its bursts: when tokens became visible,
// and how many. Pure functions on one record; request_facts.h adds the rounds.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "results/records.h"

namespace dsb {

// How an answer's tokens were counted (RequestRecord::token_count_source) where a file of another
// program tells times of its first and last token alone: its bursts are these two.
inline constexpr const char* kTotalsOnly = "totals";

struct RequestTiming {
  int64_t tokens = 0;         // n: all delivered tokens
  int64_t decode_tokens = 0;  // n - k_1: the first burst is not decoding
  int64_t decode_ns = 0;      // t_B - t_1
  int64_t gaps = 0;           // between bursts
  int64_t watched_ns = 0;     // decode_ns, if it is known when each burst came
  int64_t ttft_ns = 0;        // t_1 - s
  int64_t ttft_from_issue_ns = 0;
  int64_t e2e_ns = 0;  // t_B - s
  int64_t e2e_from_issue_ns = 0;
  std::optional<int64_t> queue_delay_ns;  // a - s; empty for remote engines

  // ns/token; empty if there was nothing to decode (n = k_1).
  std::optional<double> tpot() const;
};

// Empty if the request delivered nothing.
std::optional<RequestTiming> TimingOf(const RequestRecord& request);

// Gaps between bursts, ns: one a burst in `gaps`, and per token (gap / k, k times) in `token_gaps`.
// The sum of token_gaps is the request's decode time, so their pooled mean is the pooled tpot.
void AppendGaps(const RequestRecord& request, std::vector<double>* gaps,
                std::vector<double>* token_gaps);

// Time in [t_1, t_B] that a reader at `tokens_per_s`, who never gets ahead of delivery, spends
// waiting, ns.
double StallNs(const RequestRecord& request, double tokens_per_s);

}  // namespace dsb
