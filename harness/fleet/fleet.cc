#include "harness/fleet/fleet.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <deque>
#include <memory>
#include <unordered_map>
#include <utility>

#include "base/error.h"
#include "base/split_mix.h"
#include "workloads/arrivals.h"

namespace dsb {
namespace {

constexpr int kPerDoubling = 32;
constexpr size_t kNumBuckets = size_t{64} * kPerDoubling;

struct InFlight {
  int64_t arrived_ns = 0, first_ns = 0;
};

class Replica {
 public:
  Replica(SimulatedArm arm, const SimulatedEngineOptions& options)
      : most_(options.max_concurrency), engine_(std::move(arm), options, clock_) {}

  int64_t load() const { return static_cast<int64_t>(waiting_.size() + in_flight_.size()); }

  void Send(EngineRequest request, int64_t now_ns) {
    clock_.SleepUntilNs(now_ns);  // if it is idle
    waiting_.emplace_back(std::move(request), now_ns);
  }

  // Steps that begin before `until_ns`. False: it is idle.
  bool AdvanceTo(int64_t until_ns, FleetSums& sums) {
    while (load() > 0 && clock_.NowNs() < until_ns) Step(sums);
    return load() > 0;
  }

  int64_t now_ns() const { return clock_.NowNs(); }

 private:
  void Step(FleetSums& sums) {
    while (!waiting_.empty() && static_cast<int32_t>(in_flight_.size()) < most_) {
      auto& [request, arrived_ns] = waiting_.front();
      in_flight_[request.id].arrived_ns = arrived_ns;
      engine_.Admit(std::move(request));
      waiting_.pop_front();
    }
    const StepResult step = engine_.Step(0);
    ++sums.steps;
    sums.busy_ns += step.wall_ns;
    sums.rounds += static_cast<int64_t>(step.rounds.size());
    sums.verified_tokens += step.num_verify_tokens;
    for (const TokenBurst& burst : step.bursts) {
      InFlight& flight = in_flight_.at(burst.request_id);
      sums.tokens += burst.num_tokens;
      if (flight.first_ns == 0) {
        flight.first_ns = burst.time_ns;
        sums.ttft.Add(burst.time_ns - flight.arrived_ns);
      } else {
        sums.decode_tokens += burst.num_tokens;
      }
      if (burst.end == EndReason::kNone) continue;
      ++sums.requests;
      sums.decode_ns += burst.time_ns - flight.first_ns;
      sums.e2e.Add(burst.time_ns - flight.arrived_ns);
      in_flight_.erase(burst.request_id);
    }
  }

  const int32_t most_;
  VirtualClock clock_;
  SimulatedEngine engine_;
  std::deque<std::pair<EngineRequest, int64_t>> waiting_;
  std::unordered_map<int64_t, InFlight> in_flight_;
};

size_t Choose(const std::vector<std::unique_ptr<Replica>>& replicas, Router router,
              int64_t request) {
  if (router == Router::kRoundRobin) {
    return static_cast<size_t>(request) % replicas.size();
  }
  const auto least =
      std::min_element(replicas.begin(), replicas.end(),
                       [](const auto& a, const auto& b) { return a->load() < b->load(); });
  return static_cast<size_t>(least - replicas.begin());
}

}  // namespace

TimeHistogram::TimeHistogram() : counts_(kNumBuckets) {}

void TimeHistogram::Add(int64_t ns) {
  const auto value = static_cast<uint64_t>(std::max<int64_t>(ns, 1));
  const auto power = static_cast<int>(std::bit_width(value)) - 1;
  // The 5 bits behind the first.
  const uint64_t rest = power >= 5 ? value >> (power - 5) : value << (5 - power);
  ++counts_[static_cast<size_t>(power) * kPerDoubling + (rest & (kPerDoubling - 1))];
}

void TimeHistogram::Add(const TimeHistogram& other) {
  for (size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
}

double TimeHistogram::QuantileMs(double share) const {
  int64_t total = 0;
  for (const int64_t count : counts_) total += count;
  if (total == 0) return 0;
  const auto wanted = static_cast<int64_t>(std::ceil(share * static_cast<double>(total)));
  int64_t seen = 0;
  size_t i = 0;
  while ((seen += counts_[i]) < wanted) ++i;
  const double low = std::ldexp(1 + static_cast<double>(i % kPerDoubling) / kPerDoubling,
                                static_cast<int>(i / kPerDoubling));
  return low * (1 + 0.5 / kPerDoubling) * 1e-6;
}

TimeHistogram TimeHistogram::FromCounts(std::vector<int64_t> counts) {
  TimeHistogram histogram;
  DSB_CHECK(counts.size() == histogram.counts_.size());
  histogram.counts_ = std::move(counts);
  return histogram;
}

void FleetSums::Add(const FleetSums& other) {
  requests += other.requests, tokens += other.tokens, rounds += other.rounds;
  verified_tokens += other.verified_tokens, steps += other.steps;
  busy_ns += other.busy_ns, span_ns += other.span_ns;
  decode_ns += other.decode_ns, decode_tokens += other.decode_tokens;
  ttft.Add(other.ttft), e2e.Add(other.e2e);
}

FleetSums SimulateSection(const std::function<SimulatedArm()>& make_arm,
                          const SimulatedEngineOptions& engine, const FleetLoad& load) {
  DSB_CHECK(load.replicas >= 1 && load.requests_per_s > 0);
  FleetSums sums;
  std::vector<std::unique_ptr<Replica>> replicas;
  replicas.reserve(static_cast<size_t>(load.replicas));
  for (int32_t i = 0; i < load.replicas; ++i) {
    replicas.push_back(std::make_unique<Replica>(make_arm(), engine));
  }
  // A section draws by its place in the run, so that no two are alike.
  const std::vector<int64_t> arrivals_ns =
      PoissonArrivals(load.requests_per_s, load.num_requests,
                      SplitMix(load.seed + SplitMix(static_cast<uint64_t>(load.first_request))));
  for (int64_t i = 0; i < load.num_requests; ++i) {
    const int64_t request_id = load.first_request + i;
    const int64_t now_ns = arrivals_ns[static_cast<size_t>(i)];
    for (const auto& replica : replicas) replica->AdvanceTo(now_ns, sums);
    EngineRequest request;
    request.id = request_id;
    request.random_id = SplitMix(static_cast<uint64_t>(request_id));
    request.seed = load.seed;
    request.prompt.resize(static_cast<size_t>(load.prompt_tokens));
    request.max_tokens = load.answer_tokens;
    replicas[Choose(replicas, load.router, request_id)]->Send(std::move(request), now_ns);
  }
  for (const auto& replica : replicas) {
    replica->AdvanceTo(INT64_MAX, sums);
    sums.span_ns = std::max(sums.span_ns, replica->now_ns());
  }
  return sums;
}

}  // namespace dsb
