#include "results/metrics/speed.h"

#include <algorithm>

#include "base/error.h"

namespace dsb {
namespace {

std::vector<BurstRecord> NonEmptyBursts(const RequestRecord& request) {
  std::vector<BurstRecord> bursts;
  for (const BurstRecord& burst : request.bursts) {
    if (burst.num_tokens > 0) bursts.push_back(burst);
  }
  return bursts;
}

// Of an answer whose first and last token alone have times of their own.
bool HasBurstTimes(const RequestRecord& request) {
  return request.token_count_source != kTotalsOnly;
}

}  // namespace

std::optional<double> RequestTiming::tpot() const {
  if (decode_tokens == 0) return std::nullopt;
  return static_cast<double>(decode_ns) / static_cast<double>(decode_tokens);
}

std::optional<RequestTiming> TimingOf(const RequestRecord& request) {
  const std::vector<BurstRecord> bursts = NonEmptyBursts(request);
  if (bursts.empty()) return std::nullopt;
  RequestTiming timing;
  for (const BurstRecord& burst : bursts) timing.tokens += burst.num_tokens;
  const int64_t first_ns = bursts.front().t_ns, last_ns = bursts.back().t_ns;
  timing.decode_tokens = timing.tokens - bursts.front().num_tokens;
  timing.decode_ns = last_ns - first_ns;
  if (HasBurstTimes(request)) {
    timing.gaps = static_cast<int64_t>(bursts.size()) - 1;
    timing.watched_ns = timing.decode_ns;
  }
  timing.ttft_ns = first_ns - request.scheduled_ns;
  timing.ttft_from_issue_ns = first_ns - request.issued_ns;
  timing.e2e_ns = last_ns - request.scheduled_ns;
  timing.e2e_from_issue_ns = last_ns - request.issued_ns;
  if (request.admitted_ns) timing.queue_delay_ns = *request.admitted_ns - request.scheduled_ns;
  return timing;
}

void AppendGaps(const RequestRecord& request, std::vector<double>* gaps,
                std::vector<double>* token_gaps) {
  if (!HasBurstTimes(request)) return;
  const std::vector<BurstRecord> bursts = NonEmptyBursts(request);
  for (size_t b = 1; b < bursts.size(); ++b) {
    const auto gap = static_cast<double>(bursts[b].t_ns - bursts[b - 1].t_ns);
    gaps->push_back(gap);
    token_gaps->insert(token_gaps->end(), static_cast<size_t>(bursts[b].num_tokens),
                       gap / static_cast<double>(bursts[b].num_tokens));
  }
}

double StallNs(const RequestRecord& request, double tokens_per_s) {
  DSB_CHECK(tokens_per_s > 0);
  const std::vector<BurstRecord> bursts = NonEmptyBursts(request);
  if (bursts.empty() || !HasBurstTimes(request)) return 0;
  double waited_ns = 0;
  // When the reader has read all that was delivered so far.
  auto done_ns = static_cast<double>(bursts.front().t_ns);
  for (const BurstRecord& burst : bursts) {
    const auto now_ns = static_cast<double>(burst.t_ns);
    if (done_ns < now_ns) {
      waited_ns += now_ns - done_ns;
      done_ns = now_ns;
    }
    done_ns += static_cast<double>(burst.num_tokens) / tokens_per_s * 1e9;
  }
  return waited_ns;
}

}  // namespace dsb
