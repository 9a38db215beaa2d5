// Replicas of a simulated engine behind a router, in virtual time, for more requests than a store
// should keep round by round: what they came to is added up while they come. A run is cut into
// sections, each an empty fleet that fills up, works and drains, simulated on its own: sections run
// in parallel, cost nothing once they are done, and their sums do not depend on who ran them.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "engines/simulated/simulated_engine.h"

namespace dsb {

enum class Router {
  kRoundRobin,
  kLeastLoaded,  // the replica with the fewest requests in it when one arrives; ties to the first
};

struct FleetLoad {
  int32_t replicas = 1;
  Router router = Router::kLeastLoaded;
  double requests_per_s = 1;  // of the fleet, Poisson
  int32_t prompt_tokens = 512;
  int32_t answer_tokens = 200;
  int64_t first_request = 0, num_requests = 0;  // of the section, numbered over the whole run
  uint64_t seed = 1;
};

// Times in buckets 1/32 of a doubling wide, so 2.2 %: sums of counts, exact in any order.
class TimeHistogram {
 public:
  TimeHistogram();
  void Add(int64_t ns);
  void Add(const TimeHistogram& other);
  double QuantileMs(double share) const;  // middle of the bucket; 0 of nothing
  const std::vector<int64_t>& counts() const { return counts_; }
  static TimeHistogram FromCounts(std::vector<int64_t> counts);

 private:
  std::vector<int64_t> counts_;
};

// Sums of a section, or of many. Integers: the order of adding changes nothing.
struct FleetSums {
  int64_t requests = 0, tokens = 0, rounds = 0, verified_tokens = 0, steps = 0;
  int64_t busy_ns = 0;  // of all replicas
  int64_t span_ns = 0;  // from the first arrival to the last end, sections one after the other
  int64_t decode_ns = 0, decode_tokens = 0;  // tokens behind each answer's first
  TimeHistogram ttft, e2e;
  void Add(const FleetSums& other);
};

// `make_arm`: one per replica. Requests wait in the replica that they were sent to.
FleetSums SimulateSection(const std::function<SimulatedArm()>& make_arm,
                          const SimulatedEngineOptions& engine, const FleetLoad& load);

}  // namespace dsb
