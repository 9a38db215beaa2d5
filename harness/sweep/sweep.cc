#include "harness/sweep/sweep.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <numeric>
#include <set>

#include "base/console.h"
#include "base/quoted.h"
#include "harness/run/results_file.h"
#include "harness/sweep/max_load.h"
#include "harness/sweep/stored_points.h"
#include "harness/sweep/sweep_json.h"
#include "harness/terminal/screen.h"
#include "reports/pareto/pareto.h"

namespace dsb {
namespace {

void CheckSweep(const RunOptions& run, const SweepOptions& sweep) {
  if (run.load == kLoadBatch) {
    ThrowBadInput("--load batch: has no points to sweep, expected closed, open or trace");
  }
  if (sweep.find_max_load) {
    if (run.load != kLoadOpen) {
      ThrowBadInput("--find-max-load: bisects on a rate, expected --load open, found " + run.load);
    }
    if (run.slo.empty()) {
      ThrowBadInput("--find-max-load: expected --slo, like ttft=2000ms,decode_rate=30");
    }
    if (!sweep.points.empty()) {
      ThrowBadInput("--find-max-load chooses its own points, expected no --points");
    }
  } else if (sweep.points.empty()) {
    ThrowBadInput("--points is missing, expected the loads, like --points 1,2,4,8");
  }
  std::set<double> seen;
  for (const std::string& point : sweep.points) {
    PointOptions(run, point, 0, 1);
    if (!seen.insert(ParseNumber(point).value()).second) {
      ThrowBadInput("--points: found " + point + " twice, expected each load once");
    }
  }
}

// Every point of every pass that is not complete.
ExitCode RunPoints(const RunOptions& run, const SweepOptions& sweep, const RunTyped& how) {
  for (int32_t pass = 0; pass < sweep.passes; ++pass) {
    for (const size_t index : PointOrder(sweep.points.size(), pass)) {
      RunOptions point = PointOptions(run, sweep.points[index], pass, sweep.passes);
      Say("pass " + std::to_string(pass + 1) + " of " + std::to_string(sweep.passes) + ", load " +
          sweep.points[index]);
      const ExitCode code = RunPoint(std::move(point), how);
      if (code != ExitCode::kDone) return code;
    }
  }
  return ExitCode::kDone;
}

void Print(const Document& document, const SweepOptions& sweep, const std::string& output) {
  std::string text = sweep.format == "markdown" ? PrintMarkdown(document)
                                                : PrintTerminal(document, ColumnsOf(stdout));
  text += "\nresults: " + Shown(output) + '\n';
  WriteOutput(text);
}

}  // namespace

std::vector<Option> DescribeOptions(SweepOptions& o) {
  constexpr auto kExecution = OptionGroup::kExecution;
  return {{.name = "points",
           .value = &o.points,
           .value_name = "LOAD,...",
           .help = "the loads: users of --load closed, arrivals a second of open, rate scales of "
                   "trace; default: none",
           .check = NumberIn(0, 1e9, true),
           .group = kExecution},
          {.name = "passes",
           .value = &o.passes,
           .value_name = "TIMES",
           .help = "over all points, one run of each arm at each; below 5 nothing is concluded",
           .check = IntegerIn(1, 1000),
           .group = kExecution},
          {.name = "find-max-load",
           .value = &o.find_max_load,
           .value_name = "",
           .help = "instead of points: for each arm the largest rate, from --rate on, at which the "
                   "interval of requests that keep --slo lies above --attainment",
           .group = kExecution},
          {.name = "attainment",
           .value = &o.attainment,
           .value_name = "SHARE",
           .help = "of requests that must keep the SLO",
           .check = NumberIn(0, 1),
           .group = kExecution},
          {.name = "format",
           .value = &o.format,
           .value_name = "FORM",
           .help = "of the table: terminal, markdown or json",
           .choices = {"terminal", "markdown", "json"},
           .group = OptionGroup::kResults}};
}

RunOptions PointOptions(const RunOptions& run, const std::string& point, int32_t pass,
                        int32_t passes) {
  RunOptions options = run;
  const std::optional<double> value = ParseNumber(point);
  if (!value || *value <= 0) {
    ThrowBadInput("--points: expected a number above 0, found '" + point + "'");
  }
  if (run.load == kLoadClosed) {
    const std::optional<int64_t> users = ParseInteger(point);
    if (!users || *users < 1 || *users > 1024) {
      ThrowBadInput("--points: expected users from 1 to 1024, found '" + point + "'");
    }
    options.concurrency = static_cast<int32_t>(*users);
  } else if (run.load == kLoadTrace) {
    options.rate_scale = *value;
  } else {
    options.rate = *value;
  }
  options.label = PassLabel(run.label, pass, passes);
  options.no_report = true;
  if (pass % 2 == 1) std::reverse(options.drafters.begin(), options.drafters.end());
  return options;
}

std::vector<size_t> PointOrder(size_t num_points, int32_t pass) {
  std::vector<size_t> order(num_points);
  std::iota(order.begin(), order.end(), size_t{0});
  if (pass % 2 == 1) std::reverse(order.begin(), order.end());
  return order;
}

ExitCode ExecuteSweep(const RunOptions& typed, const SweepOptions& sweep, const RunTyped& how) {
  RunOptions run = typed;
  if (run.load == kLoadPaired) run.load = kLoadClosed;
  CheckSweep(run, sweep);
  std::error_code ignored;
  const bool exists = std::filesystem::exists(run.output, ignored);
  if (run.resume && !exists) {
    ThrowResource("--resume: no results file '" + run.output +
                  "' to go on with (leave --resume out to start one)");
  }
  if (run.resume && !HasSweep(run.output, run.label)) {
    Say("note", run.output +
                    ": nothing to resume, it has no sweep with this --label: one is "
                    "started");
  }
  if (!run.resume && exists && HasSweep(run.output, run.label)) {
    ThrowBadInput(run.output +
                  " holds points of a sweep with this --label, expected --resume to "
                  "go on with it, or another --label");
  }
  if (sweep.find_max_load) {
    const std::vector<MaxLoad> found = FindMaxLoads(run, sweep.attainment, how);
    if (found.empty()) return ExitCode::kResource;  // interrupted
    if (sweep.format == "json") {
      WriteOutput(MaxLoadJson(found, run.slo, sweep.attainment, run.output));
    } else {
      Print(MaxLoadDocument(found, run.slo, sweep.attainment), sweep, run.output);
    }
    return ExitCode::kDone;
  }
  const ExitCode code = RunPoints(run, sweep, how);
  if (code != ExitCode::kDone) return code;
  const Store store(run.output, ReadingOptions(run.output));
  const std::vector<PointRun> runs = ReadPoints(store, run.label);
  const std::vector<ParetoPoint> points = ParetoPoints(runs);
  std::string differs = DifferencesAmong(runs);
  if (!differs.empty()) {
    differs = "the points of this --label were not asked the same: " + differs;
  }
  if (sweep.format == "json") {
    if (!differs.empty()) Say("warning", differs);
    WriteOutput(SweepJson(points, run.output));
  } else {
    Document document = ParetoDocument(points);
    if (!differs.empty()) document.emplace_back(Line{"Note: " + differs + "."});
    Print(document, sweep, run.output);
  }
  return ExitCode::kDone;
}

}  // namespace dsb
