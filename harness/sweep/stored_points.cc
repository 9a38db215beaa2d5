#include "harness/sweep/stored_points.h"

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "harness/options/validators.h"
#include "harness/run/results_file.h"
#include "results/run_facts.h"
#include "results/store/checked_reader.h"
#include "results/store/reader.h"

namespace dsb {
namespace {

std::string Prefix(const std::string& label) {
  return (label.empty() ? "sweep" : label) + ", pass ";
}

bool IsPoint(const RunRecord& run, const RunOptions& options) {
  if (run.label != options.label || run.load_mode != options.load) return false;
  if (!ConfigProblem(run).empty()) return false;
  const RunConfig config = ConfigOf(run);
  return config.concurrency == options.concurrency && config.rate == options.rate &&
         config.rate_scale == options.rate_scale && config.arms == options.drafters;
}

}  // namespace

std::string PassLabel(const std::string& label, int32_t pass, int32_t passes) {
  return Prefix(label) + std::to_string(pass + 1) + " of " + std::to_string(passes);
}

std::optional<int64_t> PassOf(const std::string& run_label, const std::string& label) {
  const std::string prefix = Prefix(label);
  if (!run_label.starts_with(prefix)) return std::nullopt;
  const std::string rest = run_label.substr(prefix.size());
  const size_t of = rest.find(" of ");
  if (of == std::string::npos || !ParseInteger(rest.substr(of + 4))) return std::nullopt;
  return ParseInteger(rest.substr(0, of));
}

bool HasSweep(const std::string& path, const std::string& label) {
  const std::vector<RunRecord> runs = ReadRuns(Store(path, ReadingOptions(path)));
  return std::any_of(runs.begin(), runs.end(),
                     [&](const RunRecord& run) { return PassOf(run.label, label).has_value(); });
}

std::vector<PointRun> ReadPoints(const Store& store, const std::string& label) {
  std::vector<PointRun> points;
  for (const RunRecord& run : UnobservedRuns(ReadRuns(store))) {
    const std::optional<int64_t> pass = PassOf(run.label, label);
    if (!pass || run.state != "complete" || !ConfigProblem(run).empty()) continue;
    PointRun& point = points.emplace_back();
    point.run = run;
    point.metrics = ReadMetrics(store, run.id);
    for (const auto& [flag, detail] : ReadRun(store, run.id, {.steps = false}).flags) {
      point.flags.push_back(flag);
    }
    point.pass = *pass;
  }
  return points;
}

std::string DifferencesAmong(const std::vector<PointRun>& points) {
  std::string text;
  for (const PointRun& point : points) {
    for (const Difference& difference :
         Differences(AskedFacts(points.front().run), AskedFacts(point.run))) {
      const std::string one = DifferenceText(difference, {"first", "another"});
      if (text.find(one) == std::string::npos) text += (text.empty() ? "" : ", ") + one;
    }
  }
  return text;
}

ExitCode RunPoint(RunOptions options, const RunTyped& how) {
  options.resume = false;
  std::error_code ignored;
  if (std::filesystem::exists(options.output, ignored)) {
    const std::vector<RunRecord> runs =
        ReadRuns(Store(options.output, ReadingOptions(options.output)));
    options.resume = std::any_of(runs.begin(), runs.end(),
                                 [&](const RunRecord& run) { return IsPoint(run, options); });
  }
  return ExecuteRun(options, how);
}

}  // namespace dsb
