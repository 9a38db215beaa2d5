#include "results/metrics/load.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "results/metrics/load_window.h"
#include "results/metrics/selection.h"

namespace dsb {
namespace {

using Spans = std::vector<std::pair<int64_t, int64_t>>;  // disjoint, ascending

Spans Merge(Spans spans) {
  std::sort(spans.begin(), spans.end());
  Spans merged;
  for (const auto& span : spans) {
    if (!merged.empty() && span.first <= merged.back().second) {
      merged.back().second = std::max(merged.back().second, span.second);
    } else {
      merged.push_back(span);
    }
  }
  return merged;
}

int64_t Overlap(const Spans& window, int64_t from, int64_t to) {
  int64_t sum = 0;
  for (const auto& span : window) {
    if (span.second <= from) continue;
    if (span.first >= to) break;
    sum += std::max<int64_t>(0, std::min(to, span.second) - std::max(from, span.first));
  }
  return sum;
}

bool Contains(const Spans& window, int64_t t_ns) {
  return std::any_of(window.begin(), window.end(), [t_ns](const auto& span) {
    return span.first <= t_ns && t_ns <= span.second;
  });
}

// The bursts' times: first delivery and last.
std::pair<int64_t, int64_t> Delivery(const RequestRecord& request) {
  return {request.bursts.front().t_ns, request.bursts.back().t_ns};
}

}  // namespace

std::optional<LoadSummary> SummariseLoad(const CheckedRun& run) {
  const RunData& data = *run;
  const Selection selection = Select(data);
  Spans spans;
  const int64_t segment = WindowSegment(data);
  for (const RequestRow* row : selection.timing) {
    if (row->request.segment_id != segment || row->request.bursts.empty()) continue;
    spans.emplace_back(row->request.scheduled_ns, Delivery(row->request).second);
  }
  if (spans.empty()) return std::nullopt;
  const bool open = data.run.load_mode == "open" || data.run.load_mode == "trace";
  Spans window = Merge(spans);
  if (const std::optional<LoadWindow> one = LoadWindowOf(data)) {
    window = {{one->start_ns, one->end_ns}};
  } else if (open) {
    const auto [first, last] = std::minmax_element(spans.begin(), spans.end());
    window = {{first->first, last->first}};
  }
  LoadSummary load;
  for (const auto& span : window) load.window_ns += span.second - span.first;
  if (load.window_ns <= 0) return std::nullopt;
  for (const RequestRow& row : data.requests) {
    const RequestRecord& request = row.request;
    if (request.phase == "warmup" || request.segment_id != segment || request.bursts.empty()) {
      continue;
    }
    const auto [first_ns, last_ns] = Delivery(request);
    for (const BurstRecord& burst : request.bursts) {
      if (Contains(window, burst.t_ns)) load.tokens += burst.num_tokens;
    }
    load.requests += Finished(request) && Contains(window, last_ns);
    load.in_flight_ns += Overlap(window, request.scheduled_ns, last_ns);
    load.in_decode_ns += Overlap(window, first_ns, last_ns);
  }
  return load;
}

}  // namespace dsb
