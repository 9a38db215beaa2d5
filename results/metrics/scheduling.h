// What a run's policy did: how much of what was drafted it let the target verify, by load. A
// scheduler that verifies everything at every load is none, whatever it is called.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "results/checked_run.h"

namespace dsb {

// Steps without prefill that worked on so many requests: from, from + 1, ... to.
struct SchedulingLoad {
  int64_t from = 0, to = 0;
  int64_t steps = 0;
  int64_t drafting_steps = 0;  // that drafted
  double budget = 0;           // drafts that the pass was allowed, a request and step
  double verified = 0;         // drafts in the pass, a request and step
  double step_ns = 0;          // mean
};

struct SchedulingSummary {
  int64_t rounds = 0;
  int64_t undrafted = 0;  // rounds for which nothing was drafted, though something could be
  int64_t cut = 0;        // rounds that verified fewer than were drafted
  std::vector<SchedulingLoad> loads;  // 1, 2, 3-4, 5-8, ... requests, those that occurred

  bool never_cut() const { return rounds > 0 && undrafted == 0 && cut == 0; }
  bool load_changed() const { return loads.size() > 1; }
};

// Over the rounds and steps of its measured requests; none without a drafter or without rounds.
std::optional<SchedulingSummary> SummariseScheduling(const CheckedRun& run);

// Whether the policy's name says that it may cut: any but none and fixed.
bool IsScheduling(const RunRecord& run);
// Why the run is flagged policy_inert: its policy never cut anything though the load changed.
// Empty: it is not.
std::string PolicyInertDetail(const CheckedRun& run);

}  // namespace dsb
