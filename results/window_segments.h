// Which segment of each arm counts for what is of a stretch of time (steps, phases, devices,
// throughput), if a session was resumed: for all arms the stretch of one process, so that their
// figures stand side by side. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <span>

namespace dsb {

struct SegmentSize {
  int64_t run_id = 0, segment_id = 0;
  int64_t num_timed = 0;  // measured requests that finished in it
};

// `segments`: of all runs of one session, in any order. A process opens the segments of its arms
// one after another, so by their numbers a new process begins where a run occurs again. Chosen is
// the process in which most arms have timed requests, then the one whose smallest arm has most,
// then the one with most in all, then the earliest. By run; a run that has none there is left out.
std::map<int64_t, int64_t> ChooseWindowSegments(std::span<const SegmentSize> segments);

}  // namespace dsb
