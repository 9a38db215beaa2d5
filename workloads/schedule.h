// The whole load of a run before it starts: which item is asked when, and how long its user thinks.
// A value that is stored with the run, hashed, and can be drawn again from what it says of itself.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dsb {

// Which law the times follow.
struct ScheduleLaw {
  std::string process = {};       // closed, batch, poisson, gamma, trace
  double rate_per_s = 0;          // poisson, gamma
  double cv = 0;                  // gamma
  double rate_scale = 1;          // trace: its gaps are divided by it
  std::string trace_sha256 = {};  // of the file
  int64_t think_mean_ns = 0;      // 0: users do not think
  uint64_t seed = 0;
};

// One conversation, or a single request.
struct Visit {
  int64_t offset_ns = 0;  // open loops, batch, trace: when its first turn is due, from the start
  uint32_t item = 0;      // of the workload as it is run
  int64_t repeat = 0;     // how often that item came before; of warm-up negative
  // Before each turn after the first, and in a closed loop last before the user's next visit;
  // empty: no time at all.
  std::vector<int64_t> think_ns = {};
};

struct Schedule {
  ScheduleLaw law = {};
  std::vector<Visit> visits = {};  // in order of time; closed loop: in which users take them
};

// `num_visits` visits over items 0 .. turns.size()-1, each pass over them in a drawn order (a
// trace: in its own). `turns`: each item's turns, all >= 1. `trace_times_ns`: of a trace,
// [num_visits]. kBadInput as arrivals.h.
Schedule DrawSchedule(const ScheduleLaw& law, const std::vector<int32_t>& turns, int64_t num_visits,
                      const std::vector<int64_t>& trace_times_ns = {});

// JSON on one line, always the same of one schedule: what is stored and hashed.
std::string ScheduleText(const Schedule& schedule);

// Visits a second, from the first to the last; 0 if they take no time.
double AchievedRate(const Schedule& schedule);

}  // namespace dsb
