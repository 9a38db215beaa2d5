// One arm of a run session: its engine on its own clock, its run row and how far it has come.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "harness/backends/backend.h"
#include "harness/machine/cpu_use.h"
#include "harness/replay/active_clock.h"
#include "harness/replay/replayer.h"
#include "results/run_config.h"

namespace dsb {

struct RunArm {
  explicit RunArm(Clock& base) : clock(base) {}

  ArmOptions options;
  bool observed = false;  // phases, NVTX and device times on (--device-time)
  std::string device_time_source = "none";
  ActiveClock clock;
  BackendArm backend;
  RunConfig config;
  std::unique_ptr<Replayer> replayer;

  int64_t run_id = 0, segment_id = 0;
  bool active = true;  // false: was complete before
  bool steps_complete = true;
  int64_t num_segments = 0;                        // before this one
  std::set<std::pair<int64_t, int64_t>> finished;  // (prompt id, repeat) of earlier segments
  // What they answered, as ids: where conversations go on.
  std::map<std::pair<int64_t, int64_t>, std::vector<int32_t>> answers;
  int64_t next_request_id = 1;
  int64_t first_step_idx = 0;
  int64_t window_start_ns = 0, window_end_ns = 0;
  std::vector<ServerSampleRecord> server_samples;  // before and after the measured stages
  CpuUse cpu_use;                                  // of the measured stages
  int64_t idle_ns = 0;                             // of them
  bool replaying = false;                          // an error that comes out now is this arm's
  std::string overload;                            // how the load was cut short; empty: it was not
};
using RunArms = std::vector<std::unique_ptr<RunArm>>;

}  // namespace dsb
