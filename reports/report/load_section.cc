#include "reports/report/load_section.h"

#include <string>

#include "reports/report/figures.h"
#include "reports/text/number_text.h"
#include "results/run_facts.h"

namespace dsb {
namespace {

constexpr const char* kLoadWords =
    "output tokens/s: of all users, in the window; user tokens/s: of one, from first to last "
    "token; "
    "in system: time average; Little %: how far it lies from arrivals x time, 5 at most; client "
    "lag: "
    "how late requests were handed over.";

constexpr Figure kLoad[] = {
    {"output tokens/s", "output_tokens_per_s", 1}, {"user tokens/s", "user_decode_tokens_per_s", 1},
    {"requests/s", "requests_per_s", 3},           {"in system", "mean_concurrency", 2},
    {"Little %", "little_error", 1, 100},          {"client lag p99", "client_lag_p99", 2, 1e-6},
};

std::string LoadText(const RunRecord& run) {
  std::string text = "Load: " + run.load_mode;
  if (run.load_mode == "open") text += ", " + run.arrival.value_or("") + " arrivals";
  if (run.offered_rate_per_s) text += ", " + Shortest(*run.offered_rate_per_s) + "/s asked for";
  if (run.arrival_cv && run.arrival == "gamma") text += ", cv " + Shortest(*run.arrival_cv);
  if (run.achieved_rate_per_s) text += ", " + Fixed(*run.achieved_rate_per_s, 3) + "/s drawn";
  if (run.rate_scale) text += ", gaps / " + Shortest(*run.rate_scale);
  if (run.users) text += ", users " + std::to_string(*run.users);
  if (run.client_cap) text += ", at most " + std::to_string(*run.client_cap) + " in flight";
  if (run.think_time_ns.value_or(0) > 0) {
    text += ", " + Fixed(static_cast<double>(*run.think_time_ns) * 1e-9, 3) + " s of thought";
  }
  return text + ".";
}

std::string IntervalText(const Estimate& estimate) {
  const auto percent = [](double share) { return Fixed(100 * share, 1); };
  std::string text = estimate.value ? percent(*estimate.value) + " %" : "censored";
  if (estimate.lo && estimate.hi) {
    text += " [" + percent(*estimate.lo) + ", " + percent(*estimate.hi) + "]";
  }
  return text;
}

// The SLO's scope; "" if the run was promised nothing.
std::string SloScope(const ReportArm& arm) {
  for (const MetricRecord& metric : arm.metrics) {
    if (metric.scope.starts_with("slo:")) return metric.scope;
  }
  return "";
}

Table SloTable(const ReportSet& set) {
  Table table;
  table.columns = {{"arm", true},
                   {"SLO", true},
                   {"kept by", false},
                   {"goodput requests/s", false},
                   {"goodput tokens/s", false}};
  for (const ReportArm& arm : set.arms) {
    const std::string scope = SloScope(arm);
    if (scope.empty()) continue;
    const MetricRecord* const kept = arm.Find("slo_attainment", scope);
    table.rows.push_back({TimedName(arm), scope.substr(4),
                          kept == nullptr ? "n/a" : IntervalText(kept->estimate),
                          FixedOr(arm.ValueOf("goodput_requests_per_s", scope), 3),
                          FixedOr(arm.ValueOf("goodput_tokens_per_s", scope), 1)});
  }
  return table;
}

}  // namespace

std::vector<Block> LoadSection(const ReportSet& set) {
  std::vector<Block> blocks;
  const RunRecord& run = set.arms.front().data->run;
  if (!run.arrival) return blocks;
  blocks.emplace_back(Heading{2, "Load"});
  blocks.emplace_back(Line{LoadText(run)});
  blocks.emplace_back(FigureTable(set, kLoad));
  blocks.emplace_back(Line{kLoadWords});
  Table slo = SloTable(set);
  if (!slo.rows.empty()) blocks.emplace_back(std::move(slo));
  for (const ReportArm& arm : set.arms) {
    for (const char* flag : {"overload", "not_steady", "client_limited"}) {
      const auto found = arm.data->flags.find(flag);
      if (found == arm.data->flags.end()) continue;
      blocks.emplace_back(
          Line{"Note: " + arm.name + ": " + flag + ": " + found->second + ".", {arm.name}});
    }
  }
  return blocks;
}

}  // namespace dsb
