// Finds where an interrupted command left off in a results file. Reads only.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "results/run_config.h"
#include "results/store/store.h"

namespace dsb {

struct ResumePoint {
  int64_t run_id = 0;
  bool complete = false;       // nothing to do for this arm
  bool steps_complete = true;  // false if a crash may have lost steps
  int64_t num_segments = 0;
  int64_t time_ns = 0;                             // behind everything that is stored
  std::set<std::pair<int64_t, int64_t>> finished;  // (prompt id, repeat)
  std::map<std::pair<int64_t, int64_t>, std::vector<int32_t>> answers = {};  // if asked for
};

struct ResumeState {
  std::string session;  // empty: nothing was found, start afresh
  std::vector<std::optional<ResumePoint>>
      arms;  // in the order of `configs`; none: this arm has no run yet
};

// The newest session in the file whose configurations equal `configs` (one per arm). kBadInput
// naming the keys that differ if the file's newest session has another configuration.
// `with_answers`: also the token ids of what the finished requests answered.
ResumeState FindResumePoint(const Store& store, const std::vector<RunConfig>& configs,
                            bool with_answers = false);

}  // namespace dsb
