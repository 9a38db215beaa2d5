#include "results/metrics/scheduling.h"

#include <map>

#include "results/metrics/selection.h"

namespace dsb {
namespace {

// 0 for 1 request, 1 for 2, 2 for 3 and 4, 3 for 5 to 8, ...
int BucketOf(int64_t requests) {
  int bucket = 0;
  while ((int64_t{1} << bucket) < requests) ++bucket;
  return bucket;
}

}  // namespace

bool IsScheduling(const RunRecord& run) {
  return run.drafter != "none" && run.policy != "none" && run.policy != "fixed";
}

std::optional<SchedulingSummary> SummariseScheduling(const CheckedRun& run) {
  const RunData& data = *run;
  if (data.run.drafter == "none") return std::nullopt;
  SchedulingSummary summary;
  for (const RequestRow* row : Select(data).acceptance) {
    const std::vector<RoundRecord>& rounds = row->request.rounds;
    for (size_t i = 0; i < rounds.size(); ++i) {
      ++summary.rounds;
      summary.cut += rounds[i].verified < rounds[i].proposed;
      // An answer's last token needs no draft.
      summary.undrafted += rounds[i].proposed == 0 && i + 1 < rounds.size();
    }
  }
  if (summary.rounds == 0) return std::nullopt;
  struct Sums {
    int64_t steps = 0, drafting = 0, requests = 0, budget = 0, verified = 0, wall_ns = 0;
  };
  std::map<int, Sums> buckets;
  for (const StepRecord* step : MeasuredSteps(data)) {
    if (step->num_prefill_tokens > 0 || step->num_requests == 0 || step->num_verify_tokens == 0) {
      continue;
    }
    Sums& sums = buckets[BucketOf(step->num_requests)];
    const int64_t verified = step->num_verify_tokens - step->num_requests;
    const int64_t all = data.run.draft_length * step->num_requests;
    const int64_t budget = step->budget_tokens.value_or(step->num_draft_tokens);
    ++sums.steps;
    sums.drafting += step->num_draft_tokens > 0;
    sums.requests += step->num_requests;
    sums.budget += budget < all ? budget : all;
    sums.verified += verified;
    sums.wall_ns += step->wall_ns;
  }
  for (const auto& [bucket, sums] : buckets) {
    const int64_t to = int64_t{1} << bucket;
    const auto requests = static_cast<double>(sums.requests);
    const auto steps = static_cast<double>(sums.steps);
    summary.loads.push_back({.from = bucket == 0 ? 1 : to / 2 + 1,
                             .to = to,
                             .steps = sums.steps,
                             .drafting_steps = sums.drafting,
                             .budget = static_cast<double>(sums.budget) / requests,
                             .verified = static_cast<double>(sums.verified) / requests,
                             .step_ns = static_cast<double>(sums.wall_ns) / steps});
  }
  return summary;
}

std::string PolicyInertDetail(const CheckedRun& run) {
  if (!IsScheduling(run->run)) return "";
  const std::optional<SchedulingSummary> summary = SummariseScheduling(run);
  if (!summary || !summary->never_cut() || !summary->load_changed()) return "";
  return run->run.policy + " verified every draft of " + std::to_string(summary->rounds) +
         " rounds at " + std::to_string(summary->loads.front().from) + " to " +
         std::to_string(summary->loads.back().to) + " requests a step";
}

}  // namespace dsb
