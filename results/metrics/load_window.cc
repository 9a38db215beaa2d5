#include "results/metrics/load_window.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "results/metrics/window_segment.h"

namespace dsb {
namespace {

constexpr double kFullShare = 0.95;
constexpr double kFillingTimes = 3;

// The first moment at which `enough` requests are in the system; none if there never are.
std::optional<int64_t> FullNs(const std::vector<const RequestRow*>& rows, int64_t enough) {
  std::vector<std::pair<int64_t, int>> events;
  for (const RequestRow* row : rows) {
    events.emplace_back(row->request.scheduled_ns, 1);
    events.emplace_back(LeftNs(row->request), -1);
  }
  std::sort(events.begin(), events.end());  // of one moment, who leaves first
  int64_t in_system = 0;
  for (const auto& [t_ns, change] : events) {
    in_system += change;
    if (in_system >= enough) return t_ns;
  }
  return std::nullopt;
}

// When the first user found nothing left to ask: each answer but those after it led to a request.
int64_t FirstIdleNs(const std::vector<const RequestRow*>& rows, int64_t users) {
  std::vector<int64_t> left;
  for (const RequestRow* row : rows) left.push_back(LeftNs(row->request));
  std::sort(left.begin(), left.end());
  const auto asked_later = static_cast<int64_t>(rows.size()) - users;
  return left[static_cast<size_t>(std::max<int64_t>(0, asked_later))];
}

int64_t MedianE2eNs(const std::vector<const RequestRow*>& rows) {
  std::vector<int64_t> times;
  for (const RequestRow* row : rows) {
    times.push_back(LeftNs(row->request) - row->request.scheduled_ns);
  }
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

}  // namespace

int64_t LeftNs(const RequestRecord& request) {
  if (request.finished_ns) return *request.finished_ns;
  return request.bursts.empty() ? request.issued_ns : request.bursts.back().t_ns;
}

std::vector<const RequestRow*> LoadRequests(const RunData& data) {
  const int64_t segment = WindowSegment(data);
  std::vector<const RequestRow*> rows;
  for (const RequestRow& row : data.requests) {
    if (row.request.phase == "warmup" || row.request.segment_id != segment) continue;
    rows.push_back(&row);
  }
  std::stable_sort(rows.begin(), rows.end(), [](const RequestRow* a, const RequestRow* b) {
    return a->request.scheduled_ns < b->request.scheduled_ns;
  });
  return rows;
}

std::optional<LoadWindow> LoadWindowOf(const RunData& data) {
  if (!data.run.arrival) return std::nullopt;
  const std::vector<const RequestRow*> rows = LoadRequests(data);
  if (rows.empty()) return std::nullopt;
  const int64_t first_ns = rows.front()->request.scheduled_ns;
  const int64_t last_ns = rows.back()->request.scheduled_ns;
  const std::string& mode = data.run.load_mode;
  if (mode == "batch") {
    int64_t last_left_ns = first_ns;
    for (const RequestRow* row : rows) last_left_ns = std::max(last_left_ns, LeftNs(row->request));
    return LoadWindow{.start_ns = first_ns, .end_ns = last_left_ns};
  }
  const int64_t users = std::max<int64_t>(1, data.run.users.value_or(1));
  LoadWindow window{.start_ns = first_ns,
                    .end_ns = mode == "closed" ? FirstIdleNs(rows, users) : last_ns};
  const bool always_asking = mode == "closed" && data.run.think_time_ns.value_or(0) == 0;
  std::optional<int64_t> full_ns;
  if (always_asking) {
    full_ns =
        FullNs(rows, static_cast<int64_t>(std::ceil(kFullShare * static_cast<double>(users))));
  } else {
    full_ns =
        first_ns + static_cast<int64_t>(kFillingTimes * static_cast<double>(MedianE2eNs(rows)));
  }
  window.filled = full_ns && *full_ns < window.end_ns;
  if (window.filled) window.start_ns = *full_ns;
  return window;
}

}  // namespace dsb
