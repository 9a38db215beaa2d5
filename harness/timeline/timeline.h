// A run as a timeline for Perfetto: its steps with their phases, its requests with their bursts,
// and the device's launches where they were taken. From the rows of a results file, so that it can
// be made at any time; single launches are not stored and come only from the run itself.
#pragma once

#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "harness/device_time/timeline_launch.h"
#include "results/checked_run.h"

namespace dsb {

struct TimelineOptions {
  bool launches_are_cut = false;  // the first ones only were kept
};

// One process a run. Only sums per phase are stored: phases of a step are laid one behind the other
// in the order in which a step goes through them, which the trace says.
void WriteTimeline(const std::vector<CheckedRun>& runs, std::span<const TimelineLaunch> launches,
                   const TimelineOptions& options, std::ostream& out);

// The same into a file, which is left behind whole or not at all. kResource if it cannot be
// written.
void WriteTimelineFile(const std::vector<CheckedRun>& runs,
                       std::span<const TimelineLaunch> launches, const TimelineOptions& options,
                       const std::string& path);

}  // namespace dsb
