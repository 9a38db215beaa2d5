#include "results/metrics/load_verdict.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/counted.h"
#include "results/metrics/load.h"
#include "results/metrics/load_window.h"
#include "results/metrics/selection.h"
#include "results/metrics/speed.h"
#include "results/statistics/estimate.h"
#include "results/statistics/trend.h"

namespace dsb {
namespace {

constexpr size_t kBlocks = static_cast<size_t>(kSteadyBlocks);

double Real(int64_t value) { return static_cast<double>(value); }

std::string Percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.0f %%", 100 * share);
  return text;
}

std::string Ms(double ns) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f ms", ns * 1e-6);
  return text;
}

std::vector<const RequestRow*> InWindow(const CheckedRun& run, const LoadWindow& window) {
  std::vector<const RequestRow*> rows = LoadRequests(run);
  std::erase_if(rows,
                [&](const RequestRow* row) { return !window.Contains(row->request.scheduled_ns); });
  return rows;
}

// Time average of the requests in the system, over equal parts of the window.
std::vector<double> InSystem(const CheckedRun& run, const LoadWindow& window, size_t parts) {
  std::vector<double> sums(parts);
  const double part_ns = Real(window.length_ns()) / Real(static_cast<int64_t>(parts));
  for (const RequestRow* row : LoadRequests(run)) {
    const double from = Real(row->request.scheduled_ns - window.start_ns);
    const double to = Real(LeftNs(row->request) - window.start_ns);
    for (size_t i = 0; i < parts; ++i) {
      const double first = part_ns * Real(static_cast<int64_t>(i)), last = first + part_ns;
      sums[i] += std::max(0.0, std::min(to, last) - std::max(from, first)) / part_ns;
    }
  }
  return sums;
}

// How the line through the blocks drifts; 0 if it does not.
double DriftOf(const std::vector<double>& blocks) {
  const Trend trend = TrendOf(blocks);
  const bool drifts = trend.excludes_zero() && std::abs(trend.relative_change) > kMostDrift;
  return drifts ? trend.relative_change : 0;
}

struct Drifts {
  double ttft = 0, tpot = 0, in_system = 0;
};

Drifts DriftsOf(const CheckedRun& run, const LoadWindow& window,
                const std::vector<const RequestRow*>& rows) {
  std::vector<double> ttft, tpot;
  for (const RequestRow* row : rows) {
    const std::optional<RequestTiming> timing = TimingOf(row->request);
    if (!timing) continue;
    ttft.push_back(Real(timing->ttft_ns));
    if (const std::optional<double> value = timing->tpot()) tpot.push_back(*value);
  }
  return {.ttft = DriftOf(BlockMedians(ttft, kBlocks)),
          .tpot = DriftOf(BlockMedians(tpot, kBlocks)),
          .in_system = DriftOf(InSystem(run, window, kBlocks))};
}

void Say(std::string& all, const std::string& more) { all += (all.empty() ? "" : "; ") + more; }

// Whether the 99th percentile lies above what is allowed beyond doubt: one request of a few that is
// late by chance is no client that cannot keep up.
std::string Lateness(const CheckedRun& run) {
  const std::vector<int64_t> lags = ClientLags(run);
  std::vector<double> ttft;
  for (const RequestRow* row : Select(run).timing) {
    if (const auto timing = TimingOf(row->request)) ttft.push_back(Real(timing->ttft_ns));
  }
  const std::vector<double> median = BlockMedians(ttft, 1);
  const double most =
      std::max(Real(kLeastClientLagNs), median.empty() ? 0 : kMostClientLagShare * median.front());
  const auto late =
      std::count_if(lags.begin(), lags.end(), [most](int64_t lag) { return Real(lag) > most; });
  const auto all = static_cast<int64_t>(lags.size());
  const double by_chance = 1 - BinomialCdf(late - 1, all, kMostLateShare);
  if (late == 0 || by_chance > kLateByChance) return {};
  return "the client was late by more than " + Ms(most) + " with " + std::to_string(late) + " of " +
         std::to_string(all) + " requests, expected 1 % at most";
}

}  // namespace

double LittleCheck::error() const {
  return in_system > 0 ? std::abs(in_system - arrivals_per_s * e2e_s) / in_system : 0;
}

std::optional<LittleCheck> CheckLittle(const CheckedRun& run) {
  const std::optional<LoadWindow> window = LoadWindowOf(run);
  if (!window || window->length_ns() <= 0 || run->run.load_mode == "batch") return std::nullopt;
  const std::vector<const RequestRow*> rows = InWindow(run, *window);
  if (rows.empty()) return std::nullopt;
  LittleCheck check;
  check.in_system = InSystem(run, *window, 1).front();
  check.arrivals_per_s =
      Real(static_cast<int64_t>(rows.size())) / (Real(window->length_ns()) * 1e-9);
  for (const RequestRow* row : rows) {
    check.e2e_s += Real(LeftNs(row->request) - row->request.scheduled_ns) * 1e-9 /
                   Real(static_cast<int64_t>(rows.size()));
  }
  return check;
}

std::vector<int64_t> ClientLags(const CheckedRun& run) {
  std::vector<int64_t> lags;
  const std::vector<StepRecord>& steps = run->steps;  // in order of time
  size_t first = 0;
  for (const RequestRow* row : LoadRequests(run)) {
    const int64_t from = row->request.scheduled_ns, to = row->request.issued_ns;
    int64_t lag = to - from;
    while (first < steps.size() && steps[first].t_start_ns + steps[first].wall_ns <= from) ++first;
    for (size_t i = first; i < steps.size() && steps[i].t_start_ns < to; ++i) {
      const int64_t end = steps[i].t_start_ns + steps[i].wall_ns;
      lag -= std::max<int64_t>(0, std::min(end, to) - std::max(steps[i].t_start_ns, from));
    }
    lags.push_back(std::max<int64_t>(0, lag));
  }
  return lags;
}

LoadVerdict JudgeLoad(const CheckedRun& run) {
  LoadVerdict verdict;
  const std::optional<LoadWindow> window = LoadWindowOf(run);
  if (!window) return verdict;
  verdict.client_limited = Lateness(run);
  if (run->run.load_mode == "batch") return verdict;
  if (!window->filled) {
    verdict.not_steady = "the load ended while the system was still filling";
    return verdict;
  }
  const std::vector<const RequestRow*> rows = InWindow(run, *window);
  if (rows.size() < 2 * kBlocks) {
    verdict.not_steady = Counted(static_cast<int64_t>(rows.size()), "request") +
                         " in the window, expected " + std::to_string(2 * kBlocks) +
                         " at least to judge by";
    return verdict;
  }
  const std::optional<LittleCheck> little = CheckLittle(run);
  if (little && little->error() > kMostLittleError) {
    Say(verdict.not_steady, "Little's law is off by " + Percent(little->error()));
  }
  const Drifts drifts = DriftsOf(run, *window, rows);
  if (drifts.ttft != 0) {
    Say(verdict.not_steady, "time to first token drifts by " + Percent(drifts.ttft));
  }
  if (drifts.tpot != 0) {
    Say(verdict.not_steady, "time per token drifts by " + Percent(drifts.tpot));
  }
  if (drifts.in_system != 0) {
    Say(verdict.not_steady, "requests in the system drift by " + Percent(drifts.in_system));
  }
  if (drifts.ttft > 0 && drifts.in_system > 0) {
    verdict.overload = "requests in the system and time to first token grew together";
  }
  return verdict;
}

}  // namespace dsb
