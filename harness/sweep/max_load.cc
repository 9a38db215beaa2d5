#include "harness/sweep/max_load.h"

#include <algorithm>

#include "base/console.h"
#include "base/error.h"
#include "harness/run/results_file.h"
#include "harness/sweep/rate_search.h"
#include "harness/sweep/stored_points.h"
#include "reports/text/number_text.h"
#include "results/metrics/metrics.h"
#include "results/run_facts.h"
#include "results/store/reader.h"

namespace dsb {
namespace {

// The newest complete run of the probe.
LoadProbe ReadProbe(const RunOptions& options, double target) {
  const Store store(options.output, ReadingOptions(options.output));
  LoadProbe probe{.rate_per_s = options.rate, .attainment = {}, .flags = {}};
  std::vector<RunRecord> runs = UnobservedRuns(ReadRuns(store));
  std::reverse(runs.begin(), runs.end());
  const auto run = std::find_if(runs.begin(), runs.end(), [&](const RunRecord& one) {
    return one.label == options.label && one.state == "complete" &&
           one.offered_rate_per_s == options.rate && ConfigProblem(one).empty() &&
           ConfigOf(one).arms == options.drafters;
  });
  DSB_CHECK(run != runs.end());
  for (const auto& [flag, detail] : ReadRun(store, run->id, {.steps = false}).flags) {
    probe.flags.push_back(flag);
  }
  const std::vector<MetricRecord> metrics = ReadMetrics(store, run->id);
  const MetricRecord* const kept = FindMetric(metrics, "slo_attainment", "slo:" + options.slo);
  if (kept != nullptr) probe.attainment = kept->estimate;
  probe.passes = Passes(probe.attainment, probe.flags, target);
  return probe;
}

}  // namespace

bool Passes(const Estimate& attainment, const std::vector<std::string>& flags, double target) {
  const auto has = [&](const char* flag) {
    return std::find(flags.begin(), flags.end(), flag) != flags.end();
  };
  if (has("overload") || has("client_limited")) return false;
  return attainment.lo && *attainment.lo > target;
}

std::vector<MaxLoad> FindMaxLoads(const RunOptions& run, double target, const RunTyped& how) {
  std::vector<MaxLoad> loads;
  for (const std::string& arm : run.drafters) {
    MaxLoad& load = loads.emplace_back();
    load.arm = arm;
    RunOptions options = run;
    options.drafters = {arm};
    options.label = PassLabel(run.label, 0, 1);
    options.no_report = true;
    RateSearch search({.first_per_s = run.rate});
    while (const std::optional<double> rate = search.Next()) {
      options.rate = *rate;
      Say(arm + ": " + Shortest(*rate) + " requests/s");
      if (RunPoint(options, how) != ExitCode::kDone) return {};
      load.probes.push_back(ReadProbe(options, target));
      search.Tell(*rate, load.probes.back().passes);
    }
    load.rate_per_s = search.best();
    load.lowest_failed = search.lowest_failed();
  }
  return loads;
}

Document MaxLoadDocument(const std::vector<MaxLoad>& loads, const std::string& slo, double target) {
  Table best, probes;
  best.columns = {{"arm", true}, {"max_load_at_slo /s", false}, {"lowest that failed /s", false}};
  probes.columns = {{"arm", true}, {"rate /s", false}, {"kept by %", false}, {"", true}};
  for (const MaxLoad& load : loads) {
    best.rows.push_back({load.arm, FixedOr(load.rate_per_s, 3), FixedOr(load.lowest_failed, 3)});
    for (const LoadProbe& probe : load.probes) {
      std::string kept = probe.attainment.value ? Fixed(100 * *probe.attainment.value, 1) : "n/a";
      if (probe.attainment.lo && probe.attainment.hi) {
        kept += " [" + Fixed(100 * *probe.attainment.lo, 1) + ", " +
                Fixed(100 * *probe.attainment.hi, 1) + "]";
      }
      std::string marks = probe.passes ? "passes" : "fails";
      for (const std::string& flag : probe.flags) marks += ", " + flag;
      probes.rows.push_back({load.arm, Fixed(probe.rate_per_s, 3), kept, marks});
    }
  }
  Document document;
  document.emplace_back(Heading{1, "Largest load at the SLO " + slo});
  document.emplace_back(std::move(best));
  document.emplace_back(
      Line{"A rate passes if the 95 % interval of the requests that keep the SLO "
           "lies above " +
           Fixed(100 * target, 0) + " %, without overload and without a late client."});
  document.emplace_back(Heading{2, "Probes"});
  document.emplace_back(std::move(probes));
  return document;
}

}  // namespace dsb
