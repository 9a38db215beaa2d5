// `dsbench sweep` behind its command line: every load point with every arm, in passes, each point a
// `run` of its own into one results file; or the largest rate that keeps an SLO, found by
// bisection. An interrupted one goes on where it was.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "harness/options/run_options.h"
#include "harness/run/run_command.h"

namespace dsb {

struct SweepOptions {
  std::vector<std::string> points;  // users, rates or rate scales, by the kind of load
  int32_t passes = 5;               // over all points; each is one run of every arm
  bool find_max_load = false;
  double attainment = 0.9;  // that the whole interval must lie above
  std::string format = "terminal";
};
std::vector<Option> DescribeOptions(SweepOptions& options);

// kDone; kResource if interrupted. Throws as `run` does, before the first point on bad input.
ExitCode ExecuteSweep(const RunOptions& run, const SweepOptions& sweep, const RunTyped& how);

// The options of one point: its load, its pass in its label, and in odd passes the arms backwards,
// so that a linear drift cancels. kBadInput on a point that is none of this kind of load.
RunOptions PointOptions(const RunOptions& run, const std::string& point, int32_t pass,
                        int32_t passes);
// Points 0 .. num-1 in even passes, backwards in odd ones.
std::vector<size_t> PointOrder(size_t num_points, int32_t pass);

}  // namespace dsb
