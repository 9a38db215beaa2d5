#include "reports/bridge/bridge_runs.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "base/error.h"
#include "results/metrics/load.h"
#include "results/metrics/selection.h"

namespace dsb {
namespace {

// Sums over a run's requests.
enum Column : int64_t { kTokens, kRounds, kDraftNs, kDecodeNs, kUserTokens, kUserNs, kNumColumns };

struct StepParts {
  double draft_ns = 0, decode_ns = 0;  // of decode_ns draft_ns is a part; prefill is in neither
};

std::map<int64_t, StepParts> PartsOf(const RunData& data) {
  std::map<int64_t, StepParts> parts;
  for (const StepRecord& step : data.steps) {
    StepParts& part = parts[step.idx];
    part.decode_ns = static_cast<double>(step.wall_ns);
    for (const PhaseTimeRecord& phase : step.phases) {
      const auto ns = static_cast<double>(phase.wall_ns);
      if (phase.phase == "prefill") part.decode_ns -= ns;
      if (phase.phase == "draft" || phase.phase == "confidence") part.draft_ns += ns;
    }
  }
  return parts;
}

using Sums = std::array<double, kNumColumns>;
using Cluster = std::pair<std::string, std::string>;  // data set, prompt

// A user waits for the whole step that one of its rounds is in.
std::map<Cluster, Sums> SumsOf(const RunData& data) {
  const std::map<int64_t, StepParts> parts = PartsOf(data);
  std::map<Cluster, Sums> all;
  for (const RequestRow* row : Select(data).timing) {
    Sums& sums = all[{row->prompt.dataset, ClusterOf(*row)}];
    for (const RoundRecord& round : row->request.rounds) {
      const auto step = round.step_idx ? parts.find(*round.step_idx) : parts.end();
      if (step == parts.end()) continue;  // a crash may lose steps
      sums[kTokens] += static_cast<double>(round.committed);
      sums[kRounds] += 1;
      sums[kDraftNs] += step->second.draft_ns;
      sums[kDecodeNs] += step->second.decode_ns;
    }
    const std::vector<BurstRecord>& bursts = row->request.bursts;
    if (bursts.size() < 2) continue;
    for (size_t b = 1; b < bursts.size(); ++b) {
      sums[kUserTokens] += static_cast<double>(bursts[b].num_tokens);
    }
    sums[kUserNs] += static_cast<double>(bursts.back().t_ns - bursts.front().t_ns);
  }
  return all;
}

// What a load delivers, over users x their speed: 1 but for prefill, first tokens and idle slots.
double BusyShare(const CheckedRun& data, double user_rate) {
  const std::optional<LoadSummary> load = SummariseLoad(data);
  const auto users = static_cast<double>(data->run.users.value_or(0));
  if (!load || load->window_ns <= 0 || users <= 0) return 0;
  const double per_s =
      static_cast<double>(load->tokens) * 1e9 / static_cast<double>(load->window_ns);
  return per_s / (users * user_rate);
}

// One row of totals, seen as the runs' sums.
struct Totals {
  std::span<const double> row;
  double Of(size_t run, Column column) const {
    return row[run * kNumColumns + static_cast<size_t>(column)];
  }
  double Ratio(size_t run, Column x, Column y) const { return Of(run, x) / Of(run, y); }
  double UserRate(size_t run) const { return 1e9 * Ratio(run, kUserTokens, kUserNs); }
};

// Where the runs of an arm stand among the columns.
struct Places {
  size_t offline = 0, fixed = 0, served = 0;
  bool has_fixed = false;
  std::vector<size_t> loads;  // all of the served arm, served among them
};

class Plan {
 public:
  Plan(const BridgeArm& baseline, const BridgeArm& candidate) {
    places_[0] = Place(baseline);
    places_[1] = Place(candidate);
    std::set<Cluster> common;
    for (size_t r = 0; r < runs_.size(); ++r) {
      sums_.push_back(SumsOf(*runs_[r]));
      std::set<Cluster> here;
      for (const auto& [cluster, sums] : sums_.back()) {
        if (r == 0 || common.contains(cluster)) here.insert(cluster);
      }
      common = std::move(here);
    }
    if (common.empty()) ThrowBadInput("bridge: the runs have no prompt in common");
    ClusterTable table(static_cast<int64_t>(runs_.size()) * kNumColumns);
    for (const Cluster& cluster : common) {
      std::vector<double> row;
      for (const auto& sums : sums_) {
        row.insert(row.end(), sums.at(cluster).begin(), sums.at(cluster).end());
      }
      table.Add(cluster.first, cluster.second, row);
    }
    table_ = std::move(table);
    const std::vector<double> totals = table_.Totals();
    for (size_t r = 0; r < runs_.size(); ++r) {
      const Totals all{totals};
      if (!(all.Of(r, kDecodeNs) > 0 && all.Of(r, kUserNs) > 0)) {
        ThrowBadInput("bridge: run " + std::to_string((*runs_[r])->run.id) +
                      " has no rounds with steps, expected a run that stores both");
      }
      busy_.push_back(BusyShare(*runs_[r], all.UserRate(r)));
    }
  }

  const ClusterTable& table() const { return table_; }

  // Empty: a sum was 0.
  std::vector<BridgeStage> Stages(std::span<const double> row,
                                  std::vector<std::string>* notes) const {
    const Totals totals{row};
    const auto both = [&](const char* name, const char* counterfactual, auto speed) {
      return BridgeStage{name, counterfactual, speed(places_[0]), speed(places_[1])};
    };
    const auto length = [&](const Places& arm) {
      return totals.Ratio(arm.offline, kTokens, kRounds);
    };
    // The baseline's, so that only drafting differs.
    const double pass_ns = totals.Ratio(places_[0].offline, kDecodeNs, kRounds) -
                           totals.Ratio(places_[0].offline, kDraftNs, kRounds);
    std::vector<BridgeStage> stages;
    stages.push_back(both("accepted length at a fixed block",
                          "tokens a round, one user, whole blocks verified; a round costs the same "
                          "in both arms",
                          length));
    stages.push_back(both("draft cost",
                          "the same rounds, each with its own drafting and with the baseline's "
                          "pass of one user",
                          [&](const Places& arm) {
                            return length(arm) /
                                   (pass_ns + totals.Ratio(arm.offline, kDraftNs, kRounds));
                          }));
    const bool has_fixed = places_[0].has_fixed && places_[1].has_fixed;
    if (has_fixed) {
      stages.push_back(both("verification at this load",
                            "the same rounds, whole blocks, in steps as long as they are with all "
                            "users",
                            [&](const Places& arm) {
                              return length(arm) / totals.Ratio(arm.fixed, kDecodeNs, kRounds);
                            }));
    }
    stages.push_back(
        both(has_fixed ? "what the scheduler prunes"
                       : "verification at this load and what the scheduler prunes",
             "the rounds and decode steps of the served run; where it verifies whole "
             "blocks, the same answers in its steps",
             [&](const Places& arm) { return totals.Ratio(arm.served, kTokens, kDecodeNs); }));
    stages.push_back(both("prefill and waiting between rounds",
                          "measured: an answer's tokens behind its first over the time they took, "
                          "at equal users",
                          [&](const Places& arm) { return totals.UserRate(arm.served); }));
    if (const std::optional<double> matched = BaselineAtThroughputOf(totals)) {
      stages.push_back(BridgeStage{"from equal users to matched throughput",
                                   "the baseline at the load where it delivers what the candidate "
                                   "delivers here, between its measured loads",
                                   *matched, totals.UserRate(places_[1].served)});
    } else if (notes != nullptr) {
      notes->push_back(
          "no matched throughput: the baseline has no loads on both sides of what the candidate "
          "delivers; the last factor is at equal users");
    }
    if (notes != nullptr && !has_fixed) {
      notes->push_back(
          "no run with policy fixed at this load: what verification costs and what the scheduler "
          "prunes are one factor");
    }
    for (const BridgeStage& stage : stages) {
      if (!(stage.baseline > 0 && stage.candidate > 0)) return {};
    }
    return stages;
  }

 private:
  size_t Add(const CheckedRun* run) {
    const auto found = std::find(runs_.begin(), runs_.end(), run);
    if (found != runs_.end()) return static_cast<size_t>(found - runs_.begin());
    runs_.push_back(run);
    return runs_.size() - 1;
  }
  Places Place(const BridgeArm& arm) {
    Places places;
    places.offline = Add(arm.offline);
    places.served = Add(arm.served);
    places.has_fixed = arm.fixed != nullptr;
    if (places.has_fixed) places.fixed = Add(arm.fixed);
    places.loads.push_back(places.served);
    for (const CheckedRun* run : arm.other_loads) places.loads.push_back(Add(run));
    return places;
  }
  double Throughput(const Totals& totals, size_t run) const {
    return busy_[run] * static_cast<double>((*runs_[run])->run.users.value_or(0)) *
           totals.UserRate(run);
  }
  // By a straight line in the logarithms between the baseline's two loads around it.
  std::optional<double> BaselineAtThroughputOf(const Totals& totals) const {
    const double wanted = Throughput(totals, places_[1].served);
    std::vector<std::pair<double, double>> points;
    for (const size_t run : places_[0].loads) {
      const double throughput = Throughput(totals, run);
      if (throughput > 0) points.emplace_back(throughput, totals.UserRate(run));
    }
    std::sort(points.begin(), points.end());
    for (size_t i = 0; i + 1 < points.size(); ++i) {
      const auto& [x0, y0] = points[i];
      const auto& [x1, y1] = points[i + 1];
      if (!(wanted >= x0 && wanted <= x1 && x1 > x0)) continue;
      return y0 * std::pow(y1 / y0, std::log(wanted / x0) / std::log(x1 / x0));
    }
    return std::nullopt;
  }

  std::vector<const CheckedRun*> runs_;
  std::vector<std::map<Cluster, Sums>> sums_;
  std::vector<double> busy_;
  std::array<Places, 2> places_;
  ClusterTable table_{0};
};

}  // namespace

BridgeResult BridgeRuns(const BridgeArm& baseline, const BridgeArm& candidate,
                        const BootstrapOptions& options) {
  const Plan plan(baseline, candidate);
  BridgeResult result;
  result.num_prompts = plan.table().num_clusters();
  result.users = (*candidate.served)->run.users.value_or(0);
  result.stages = plan.Stages(plan.table().Totals(), &result.notes);
  if (result.stages.empty()) ThrowBadInput("bridge: a run has no tokens or no time to compare");
  std::vector<std::vector<double>> resampled;
  if (result.num_prompts >= kMinPromptsForInterval) {
    const int64_t columns = plan.table().num_columns();
    const std::vector<double> totals =
        ResampleTotals(plan.table(), options, "all", 0, options.num_resamples);
    for (int64_t i = 0; i < options.num_resamples; ++i) {
      const std::vector<BridgeStage> stages = plan.Stages(
          std::span(totals).subspan(static_cast<size_t>(i * columns), static_cast<size_t>(columns)),
          nullptr);
      // A resample whose loads do not reach the candidate's throughput has no last factor.
      if (stages.size() == result.stages.size()) resampled.push_back(FactorsOf(stages));
    }
  } else {
    result.notes.push_back("fewer than " + std::to_string(kMinPromptsForInterval) +
                           " prompts in common: no intervals");
  }
  result.waterfall = MakeWaterfall(result.stages, resampled);
  return result;
}

}  // namespace dsb
