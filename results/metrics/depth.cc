#include "results/metrics/depth.h"

#include <map>
#include <unordered_map>

#include "results/metrics/request_facts.h"
#include "results/metrics/selection.h"

namespace dsb {
namespace {

enum Column { kCommitted, kRounds, kDecodeNs, kDraftNs, kVerifyNs, kTimedRounds, kNumColumns };

struct PhaseNs {
  double draft = 0, verify = 0;
};

struct Depth {
  ClusterTable table{kNumColumns};
  int64_t requests = 0, prompt_tokens = 0;
};

std::unordered_map<int64_t, PhaseNs> PhasesByStep(const RunData& data) {
  std::unordered_map<int64_t, PhaseNs> steps;
  for (const StepRecord& step : data.steps) {
    PhaseNs& phases = steps[step.idx];
    for (const PhaseTimeRecord& phase : step.phases) {
      if (phase.phase == "draft") phases.draft = static_cast<double>(phase.wall_ns);
      if (phase.phase == "verify") phases.verify = static_cast<double>(phase.wall_ns);
    }
  }
  return steps;
}

std::vector<double> SumsOf(const RequestRecord& request,
                           const std::unordered_map<int64_t, PhaseNs>& steps) {
  const RequestFacts facts = FactsOf(request);
  std::vector<double> sums(kNumColumns);
  sums[kCommitted] = static_cast<double>(facts.rounds.committed);
  sums[kRounds] = static_cast<double>(facts.rounds.rounds);
  sums[kDecodeNs] = static_cast<double>(facts.timing.decode_ns);
  for (const RoundRecord& round : request.rounds) {
    const auto step = round.step_idx ? steps.find(*round.step_idx) : steps.end();
    if (step == steps.end()) continue;
    sums[kDraftNs] += step->second.draft;
    sums[kVerifyNs] += step->second.verify;
    sums[kTimedRounds] += 1;
  }
  return sums;
}

}  // namespace

std::vector<DepthFigures> FiguresByDepth(const CheckedRun& run, const BootstrapOptions& options) {
  std::map<int64_t, Depth> depths;
  const std::unordered_map<int64_t, PhaseNs> steps = PhasesByStep(run);
  for (const RequestRow* row : Select(run).timing) {
    Depth& depth = depths[row->prompt.context_depth_tokens];
    depth.table.Add(row->prompt.dataset, ClusterOf(*row), SumsOf(row->request, steps));
    ++depth.requests;
    depth.prompt_tokens += row->prompt.num_prompt_tokens;
  }
  std::vector<DepthFigures> all;
  if (depths.empty() || (depths.size() == 1 && depths.begin()->first == 0)) return all;
  for (const auto& entry : depths) {
    const Depth& depth = entry.second;
    DepthFigures& figures = all.emplace_back();
    figures.depth_tokens = entry.first;
    figures.requests = depth.requests;
    figures.prompts = depth.table.num_clusters();
    figures.mean_prompt_tokens =
        static_cast<double>(depth.prompt_tokens) / static_cast<double>(depth.requests);
    std::vector<double> totals;
    if (figures.prompts >= kMinPromptsForInterval) {
      // One key for all depths: the same prompts are drawn at each.
      totals = ResampleTotals(depth.table, options, "all", 0, options.num_resamples);
    }
    const auto ratio = [&](Column x, Column y) {
      if (totals.empty()) return PlainRatio(depth.table, x, y, options);
      return RatioOfSums(depth.table, totals, x, y, options);
    };
    figures.accepted_length = ratio(kCommitted, kRounds);
    figures.step_time = ratio(kDecodeNs, kRounds);
    figures.draft_time = ratio(kDraftNs, kTimedRounds);
    figures.verify_time = ratio(kVerifyNs, kTimedRounds);
  }
  return all;
}

}  // namespace dsb
