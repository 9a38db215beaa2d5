#include "results/metrics/selection.h"

#include <algorithm>
#include <set>

#include "results/metrics/load_window.h"

namespace dsb {
namespace {

bool InScope(const RequestRow& row, const std::string& scope) {
  return scope == "all" || scope == "domain:" + row.prompt.domain ||
         scope == "dataset:" + row.prompt.dataset;
}

}  // namespace

const std::string& ClusterOf(const RequestRow& row) {
  return row.prompt.conversation_key.empty() ? row.prompt.item_key : row.prompt.conversation_key;
}

Selection Select(const RunData& data, const std::string& scope) {
  Selection result;
  RequestCounts& counts = result.counts;
  const int64_t segment = WindowSegment(data);
  const std::optional<LoadWindow> window = LoadWindowOf(data);
  for (const RequestRow& row : data.requests) {
    if (!InScope(row, scope)) continue;
    const RequestRecord& request = row.request;
    ++counts.total;
    counts.failed += request.end_reason == "error" || request.end_reason == "timeout";
    counts.cancelled += request.end_reason == "cancelled";
    if (request.phase == "warmup") {
      ++counts.warmup;
      continue;
    }
    counts.measured += request.phase == "measured";
    counts.drain += request.phase == "drain";
    if (request.end_reason != "error") result.acceptance.push_back(&row);
    if (!IsTimed(request)) continue;
    counts.other_segment += request.segment_id != segment;
    // A load's latencies are of its window alone, and its other segments have none.
    if (window && (request.segment_id != segment || !window->Contains(request.scheduled_ns))) {
      ++counts.outside_window;
      continue;
    }
    result.timing.push_back(&row);
    int64_t bursts = 0;
    for (const BurstRecord& burst : request.bursts) bursts += burst.num_tokens > 0;
    counts.no_decode += bursts < 2;
  }
  return result;
}

std::vector<std::string> ScopesOf(const RunData& data) {
  std::set<std::string> domains, datasets;
  for (const RequestRow& row : data.requests) {
    if (row.request.phase == "warmup") continue;
    if (!row.prompt.domain.empty()) domains.insert("domain:" + row.prompt.domain);
    if (!row.prompt.dataset.empty()) datasets.insert("dataset:" + row.prompt.dataset);
  }
  std::vector<std::string> scopes{"all"};
  scopes.insert(scopes.end(), domains.begin(), domains.end());
  scopes.insert(scopes.end(), datasets.begin(), datasets.end());
  return scopes;
}

std::vector<const RequestRow*> MeasuredRequests(const RunData& data) {
  std::vector<const RequestRow*> requests;
  const int64_t segment = WindowSegment(data);
  for (const RequestRow& row : data.requests) {
    const RequestRecord& request = row.request;
    if (request.phase == "warmup" || request.segment_id != segment || !request.finished_ns)
      continue;
    requests.push_back(&row);
  }
  return requests;
}

int64_t MeasuredTokens(const RunData& data) {
  int64_t tokens = 0;
  for (const RequestRow* row : MeasuredRequests(data)) {
    for (const BurstRecord& burst : row->request.bursts) tokens += burst.num_tokens;
  }
  return tokens;
}

std::vector<const StepRecord*> MeasuredSteps(const RunData& data) {
  std::vector<std::pair<int64_t, int64_t>> spans;
  for (const RequestRow* row : MeasuredRequests(data)) {
    const RequestRecord& request = row->request;
    spans.emplace_back(request.admitted_ns.value_or(request.issued_ns), *request.finished_ns);
  }
  std::sort(spans.begin(), spans.end());
  std::vector<std::pair<int64_t, int64_t>> merged;
  for (const auto& span : spans) {
    if (!merged.empty() && span.first <= merged.back().second) {
      merged.back().second = std::max(merged.back().second, span.second);
    } else {
      merged.push_back(span);
    }
  }
  std::vector<const StepRecord*> steps;
  for (const StepRecord& step : data.steps) {
    // The last span that starts before the step's end: a request admitted when the step ended is
    // not its work.
    const auto after =
        std::lower_bound(merged.begin(), merged.end(), step.t_start_ns + step.wall_ns,
                         [](const auto& span, int64_t t_ns) { return span.first < t_ns; });
    if (after != merged.begin() && std::prev(after)->second > step.t_start_ns) {
      steps.push_back(&step);
    }
  }
  return steps;
}

}  // namespace dsb
