// What one request adds to the sums that metrics are ratios of (measurement.md 2 and 4), computed
// once: its times, the counters of its rounds, and the squared errors of its confidence. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "results/metrics/acceptance.h"
#include "results/metrics/speed.h"

namespace dsb {

struct RequestFacts {
  // The position k (from 1) or the reader's tokens/s of a metric that is asked for several of them.
  double at = 0;
  RequestTiming timing;  // all zero if the request delivered nothing
  RoundCounts rounds;
  // By position: squared errors of the survival probability, and the rounds that count there.
  struct SquaredErrors {
    double sum = 0, weight = 0;
  };
  std::vector<SquaredErrors> confidence;
  const RequestRecord* request = nullptr;  // outlives the facts

  bool delivered() const { return timing.tokens > 0; }
  double stall_ns() const { return StallNs(*request, at); }
};

RequestFacts FactsOf(const RequestRecord& request);

}  // namespace dsb
