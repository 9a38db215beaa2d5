#include "harness/replay/overload_watch.h"

#include <algorithm>

#include "results/statistics/trend.h"

namespace dsb {
namespace {

constexpr size_t kFirstLook = 64;
constexpr size_t kBlocks = 8;
// Growth over the answers that count, as a share of their mean: a straight line from nothing whose
// first half passes for filling has 0.7, a load that found its level none.
constexpr double kGrowth = 0.5;
// Answers that came while the system filled say nothing (measurement.md 6).
constexpr int64_t kFillingTimes = 3;

}  // namespace

void OverloadWatch::OnArrival(int64_t scheduled_ns, int64_t num_in_system) {
  arrivals_.push_back({scheduled_ns, static_cast<double>(num_in_system)});
}

void OverloadWatch::OnAnswer(int64_t ttft_ns, int64_t e2e_ns, int64_t scheduled_ns) {
  auto arrival =
      std::lower_bound(arrivals_.begin(), arrivals_.end(), scheduled_ns,
                       [](const Arrival& a, int64_t at_ns) { return a.scheduled_ns < at_ns; });
  while (arrival != arrivals_.end() && arrival->ttft_ns >= 0) ++arrival;  // of the same time
  if (arrival == arrivals_.end()) return;
  arrival->ttft_ns = static_cast<double>(ttft_ns);
  e2e_ns_.push_back(static_cast<double>(e2e_ns));
  if (next_look_ == 0) next_look_ = kFirstLook;
  if (overloaded_ || e2e_ns_.size() < next_look_) return;
  next_look_ *= 2;
  overloaded_ = Grows();
}

bool OverloadWatch::Grows() const {
  std::vector<double> e2e = e2e_ns_;
  const auto middle = e2e.begin() + static_cast<std::ptrdiff_t>(e2e.size() / 2);
  std::nth_element(e2e.begin(), middle, e2e.end());
  const int64_t from_ns =
      arrivals_.front().scheduled_ns + kFillingTimes * static_cast<int64_t>(*middle);
  std::vector<double> in_system, ttft;
  for (const Arrival& arrival : arrivals_) {
    if (arrival.scheduled_ns < from_ns || arrival.ttft_ns < 0) continue;
    in_system.push_back(arrival.num_in_system);
    ttft.push_back(arrival.ttft_ns);
  }
  // Under overload the median answer takes long itself: then all that was answered is looked at.
  if (ttft.size() < kFirstLook / 2) {
    in_system.clear();
    ttft.clear();
    for (const Arrival& arrival : arrivals_) {
      if (arrival.ttft_ns < 0) continue;
      in_system.push_back(arrival.num_in_system);
      ttft.push_back(arrival.ttft_ns);
    }
  }
  const Trend of_system = TrendOf(BlockMedians(in_system, kBlocks));
  const Trend of_ttft = TrendOf(BlockMedians(ttft, kBlocks));
  return of_system.excludes_zero() && of_ttft.excludes_zero() &&
         of_system.relative_change > kGrowth && of_ttft.relative_change > kGrowth;
}

}  // namespace dsb
