#include "harness/profile/measure.h"

#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <utility>

#include "base/error.h"

namespace dsb {
namespace {

constexpr int32_t kMostBudgets = 16;  // of one number of requests, besides 0
constexpr int32_t kWarmupCycles = 1;  // of every budget once, not timed
constexpr int64_t kNoLimit = std::numeric_limits<int64_t>::max();

class SetBudgetView : public VerifyBudget {
 public:
  explicit SetBudgetView(std::shared_ptr<const SetBudget> set) : set_(std::move(set)) {}
  int32_t Next(const LoadView& /*load*/) override { return set_->tokens; }
  void Observe(const FinishedRounds& /*finished*/) override {}

 private:
  std::shared_ptr<const SetBudget> set_;
};

// Drafting, and taking in what was committed.
int64_t DraftNs(const ProfileLoad& load, const StepResult& step) {
  if (load.on_device) return step.wall_ns;
  return step.phases[static_cast<int>(Phase::kDraft)].wall_ns +
         step.phases[static_cast<int>(Phase::kConfidence)].wall_ns;
}

CostPoint PointOf(int64_t at, std::vector<int64_t> ns, int64_t less) {
  std::sort(ns.begin(), ns.end());
  const auto fit = [less](int64_t value) { return std::max<int64_t>(1, value - less); };
  return {.at = at,
          .median_ns = fit(ns[ns.size() / 2]),
          .min_ns = fit(ns.front()),
          .max_ns = fit(ns.back()),
          .samples = static_cast<int64_t>(ns.size())};
}

int64_t MedianOf(std::vector<int64_t> ns) {
  return ns.empty() ? 0 : PointOf(1, std::move(ns), 0).median_ns;
}

// `first_id`: of the requests, which no earlier ones have had.
void AdmitRequests(const ProfileLoad& load, int64_t first_id, Engine& engine) {
  const auto depth = static_cast<size_t>(load.context_depth);
  for (int32_t r = 0; r < load.requests; ++r) {
    EngineRequest request;
    request.id = first_id + r;
    request.random_id = static_cast<uint64_t>(r);
    // Other text for each.
    const size_t first = static_cast<size_t>(r) * 97;
    for (size_t i = 0; i < depth; ++i) {
      request.prompt.push_back(load.text[(first + i) % load.text.size()]);
    }
    request.max_tokens = ProfileContext(load) - load.context_depth - load.draft_length - 1;
    engine.Admit(std::move(request));
  }
}

// Steps until every request decodes. False: stopped.
bool Prefill(int32_t requests, Engine& engine, const std::atomic<bool>& stop) {
  for (size_t begun = 0; begun < static_cast<size_t>(requests);) {
    if (stop) return false;
    const StepResult step = engine.Step(kNoLimit);
    for (const TokenBurst& burst : step.bursts) {
      if (burst.end == EndReason::kError)
        ThrowResource("a profiled request failed: " + burst.error);
    }
    if (step.num_prefill_tokens == 0) break;
    begun += step.bursts.size() - step.rounds.size();
  }
  return true;
}

struct Timings {
  std::vector<int64_t> plain, plain_draft;  // steps that draft nothing; DraftNs of them
  std::map<int32_t, std::vector<int64_t>> by_budget;
  std::vector<int64_t> drafting;  // DraftNs of steps that draft and verify nothing
};

// One step of each budget, with requests of this cycle's own, so that no context is much deeper
// than the load says. Negative cycles are not timed.
bool TimeCycle(const ProfileLoad& load, int32_t cycle, SetBudget& set, Engine& engine,
               const std::atomic<bool>& stop, Timings& timings, ProfiledRow& row) {
  const int64_t first_id = int64_t{cycle + kWarmupCycles} * load.requests + 1;
  // Drafting, with a step that is not timed, so that the drafter has taken in all before it is.
  set.tokens = load.draft_length > 0 ? 0 : kNoDraft;
  AdmitRequests(load, first_id, engine);
  if (!Prefill(load.requests, engine, stop)) return false;
  engine.Step(kNoLimit);
  for (const int32_t budget : ProfiledBudgets(load.requests, load.draft_length)) {
    if (stop) return false;
    set.tokens = budget;
    const StepResult step = engine.Step(kNoLimit);
    const int32_t wanted = load.requests + std::max(budget, 0);
    if (step.num_requests != load.requests || step.num_verify_tokens != wanted) {
      ThrowResource("a step verified " + std::to_string(step.num_verify_tokens) + " tokens of " +
                    std::to_string(step.num_requests) + " requests, expected " +
                    std::to_string(wanted) + " of " + std::to_string(load.requests));
    }
    row.deepest_context = std::max(row.deepest_context, step.context_tokens / load.requests);
    if (cycle < 0) continue;
    if (budget == kNoDraft) {
      timings.plain.push_back(step.wall_ns);
      timings.plain_draft.push_back(DraftNs(load, step));
    } else {
      timings.by_budget[budget].push_back(step.wall_ns);
      if (budget == 0) timings.drafting.push_back(DraftNs(load, step));
    }
  }
  for (int32_t r = 0; r < load.requests; ++r) engine.Cancel(first_id + r);
  engine.Step(kNoLimit);
  return true;
}

}  // namespace

std::unique_ptr<VerifyBudget> MakeSetBudget(std::shared_ptr<const SetBudget> set) {
  return std::make_unique<SetBudgetView>(std::move(set));
}

std::vector<int32_t> ProfiledBudgets(int32_t requests, int32_t draft_length) {
  if (draft_length == 0) return {kNoDraft};
  std::vector<int32_t> budgets;
  const int32_t all = requests * draft_length;
  const int32_t step = (all + kMostBudgets - 1) / kMostBudgets;
  for (int32_t n = 0; n < all; n += step) budgets.push_back(n);
  budgets.push_back(all);
  budgets.push_back(kNoDraft);  // last: what a drafter need not take in then, no other step finds
  return budgets;
}

int32_t ProfileContext(const ProfileLoad& load) {
  const auto cycle = static_cast<int32_t>(ProfiledBudgets(load.requests, load.draft_length).size());
  return load.context_depth + (cycle + load.requests + 3) * (load.draft_length + 1);
}

bool ProfileRequests(const ProfileLoad& load, SetBudget& set, Engine& engine,
                     const std::atomic<bool>& stop, ProfiledRow& row) {
  Timings timings;
  for (int32_t cycle = -kWarmupCycles; cycle < load.samples; ++cycle) {
    if (!TimeCycle(load, cycle, set, engine, stop, timings, row)) return false;
  }
  // What stays of it in a step without drafts: keeping what was committed for later.
  const int64_t keeping = MedianOf(timings.plain_draft);
  const int64_t drafting = std::max<int64_t>(1, MedianOf(timings.drafting) - keeping);
  std::vector<CostPoint> points = {PointOf(load.requests, timings.plain, 0)};
  for (const auto& [budget, ns] : timings.by_budget) {
    if (budget > 0) points.push_back(PointOf(load.requests + budget, ns, drafting));
  }
  row.verify = {.requests = load.requests, .by_tokens = {std::move(points), 0, "profile"}};
  if (!timings.drafting.empty()) row.draft = PointOf(load.requests, timings.drafting, keeping);
  return true;
}

}  // namespace dsb
