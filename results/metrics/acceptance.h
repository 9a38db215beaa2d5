// What a set of verify rounds says about acceptance (measurement.md 4): the counters, of which the
// ratios of catalogue.h are formed. Pure functions on rows; which rounds belong to a set is the
// caller's choice (selection.h).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "results/records.h"

namespace dsb {

// The four counters a position needs so that every tool's definition can be formed again, and the
// plain sums.
struct RoundCounts {
  int64_t rounds = 0, proposed = 0, verified = 0, accepted = 0, committed = 0;
  std::vector<int64_t> verified_at_least;  // [k-1]: rounds with v >= k
  std::vector<int64_t> accepted_at_least;  // [k-1]: rounds with a >= k
  std::vector<int64_t> reached;            // [k-1]: rounds with a >= k-1 and v >= k
  std::vector<int64_t> accept_histogram;   // [a]: rounds that accepted a drafts

  void Add(const RoundRecord& round);
  void Add(const RoundCounts& other);
  int64_t num_positions() const { return static_cast<int64_t>(verified_at_least.size()); }
};

RoundCounts CountRounds(std::span<const RoundRecord> rounds);

// tau: committed tokens a round. Empty without rounds.
std::optional<double> AcceptedLength(const RoundCounts& counts);
// #(a >= k) / #(v >= k), k from 1. Empty if no round verified k.
std::optional<double> Survival(const RoundCounts& counts, int64_t k);
// #(a >= k) / #(a >= k-1 and v >= k), k from 1.
std::optional<double> ConditionalAcceptance(const RoundCounts& counts, int64_t k);

}  // namespace dsb
