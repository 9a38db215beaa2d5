#include "harness/proof/proof_cases.h"

#include <memory>
#include <string>
#include <utility>

#include "engines/scheduling/cost_table.h"
#include "engines/scheduling/lagged_budget.h"

namespace dsb {
namespace {

// The next round verifies everything if this round's last confidence is above one half, else
// nothing; the first round verifies nothing. Of one request.
class LaggedAllOrNothing : public VerifyBudget {
 public:
  int32_t Next(const LoadView& load) override { return all_ ? load.requests[0].most : 0; }
  void Observe(const FinishedRounds& finished) override {
    all_ = finished.rounds[0].confidence.back() > 0.5f;
  }

 private:
  bool all_ = false;
};

// Every number that a budget may see, from all rounds so far, in one that jumps about.
class EverythingSeen : public VerifyBudget {
 public:
  int32_t Next(const LoadView& load) override {
    int64_t all = 0;
    for (const RequestLoad& request : load.requests) all += request.most;
    return static_cast<int32_t>((seen_ + load.step - 1) % (all + 1));
  }
  void Observe(const FinishedRounds& finished) override {
    for (const FinishedRound& round : finished.rounds) {
      seen_ = 3 * seen_ + 2 * round.accepted + round.verified + round.request.slot;
      for (const float c : round.confidence) seen_ = 2 * seen_ + (c > 0.5f ? 1 : 0);
    }
  }

 private:
  int64_t seen_ = 0;
};

template <class Budget>
std::unique_ptr<VerifyBudget> Make() {
  return std::make_unique<Budget>();
}

StepRates AppendixARates() { return StepRates({1.0, 1.0, 0.5, 0.45}); }

StepRates SmoothRates() {
  std::vector<double> per_s;
  for (int b = 0; b <= 6; ++b) per_s.push_back(100 / (1 + b / 2.0));
  return StepRates(per_s);
}

StepRates CliffRates() { return StepRates({100, 100, 100, 60, 60, 60, 60}); }

PolicyOptions Rated(PolicyKind kind, StepRates rates) {
  return {.kind = kind, .rates = std::move(rates)};
}

const mpq_class kZero = 0;

class CaseList {
 public:
  // `exact` empty: any positive total variation.
  ProofCase& Add(std::vector<ProofWorld> worlds, std::string name, PolicyOptions policy,
                 std::vector<int32_t> horizons, std::optional<mpq_class> exact) {
    ProofCase& added = cases_.emplace_back();
    for (const ProofWorld& world : worlds) {
      added.world += (added.world.empty() ? "" : " + ") + world.name;
    }
    added.policy = std::move(name);
    added.setup.requests = std::move(worlds);
    added.setup.policy = std::move(policy);
    added.horizons = std::move(horizons);
    added.total_variation = std::move(exact);
    return added;
  }
  std::vector<ProofCase> Take() { return std::move(cases_); }

 private:
  std::vector<ProofCase> cases_;
};

void AddSingleRequest(CaseList& list) {
  const std::vector<int32_t> horizons = {1, 2, 3};
  for (const ProofWorld& world : {AppendixAWorld(), NoiseReuseWorld()}) {
    list.Add({world}, "none", {.kind = PolicyKind::kNone}, horizons, kZero);
    for (int32_t length = 1; length <= world.draft_length; ++length) {
      list.Add({world}, "fixed " + std::to_string(length), {.kind = PolicyKind::kFixed}, horizons,
               kZero)
          .setup.draft_length = length;
    }
    list.Add({world}, "threshold 0.5", {.kind = PolicyKind::kThreshold, .threshold = 0.5}, horizons,
             kZero);
    list.Add({world}, "algorithm 1", Rated(PolicyKind::kAlgorithm1, AppendixARates()), horizons,
             kZero);
  }
  list.Add({AppendixAWorld()}, "global argmax", Rated(PolicyKind::kGlobalArgmax, AppendixARates()),
           horizons, mpq_class(3, 20));
}

void AddTwoRequests(CaseList& list) {
  const std::vector<ProofWorld> worlds = {AppendixAWorld(), NoiseReuseWorld(2)};
  for (int budget = 0; budget <= 4; ++budget) {
    list.Add(worlds, "first " + std::to_string(budget) + " by survival",
             {.kind = PolicyKind::kBudget, .budget = budget}, {1, 2}, kZero);
  }
  list.Add(worlds, "algorithm 1, smooth step rates", Rated(PolicyKind::kAlgorithm1, SmoothRates()),
           {1, 2}, kZero);
  list.Add(worlds, "algorithm 1, step rates with a cliff",
           Rated(PolicyKind::kAlgorithm1, CliffRates()), {1, 2}, kZero);
}

void AddLagged(CaseList& list) {
  const PolicyOptions policy = {.kind = PolicyKind::kBudget};
  list.Add({NoiseReuseWorld()}, "lagged", policy, {1, 2, 3}, kZero).setup.make_budget =
      Make<LaggedAllOrNothing>;
  for (const std::vector<ProofWorld>& worlds :
       {std::vector{NoiseReuseWorld()}, std::vector{AppendixAWorld(), NoiseReuseWorld(2)}}) {
    list.Add(worlds, "a budget from all that is past", policy, {1, 2}, kZero).setup.make_budget =
        Make<EverythingSeen>;
  }
  ProofCase& reused = list.Add({NoiseReuseWorld()}, "lagged, random keys without the round", policy,
                               {2}, mpq_class(39, 250));
  reused.setup.make_budget = Make<LaggedAllOrNothing>;
  reused.setup.keys = NoiseKeys::kByPositionOnly;
}

// A stair of passes by their tokens, in any unit, and 20 for drafting.
std::shared_ptr<const CostTable> Stairs(const std::vector<std::pair<int64_t, int64_t>>& passes) {
  const auto at = [](int64_t place, int64_t ns) {
    return CostPoint{.at = place, .median_ns = ns, .min_ns = ns, .max_ns = ns, .samples = 0};
  };
  std::vector<CostPoint> points;
  for (const auto& [tokens, ns] : passes) points.push_back(at(tokens, ns));
  CostTable table;
  table.measured = false;
  table.captured_tokens = points.back().at;
  const int64_t captured = table.captured_tokens;
  table.verify.push_back({.requests = 1, .by_tokens = {std::move(points), captured, "stairs"}});
  table.draft = {{at(1, 20)}, 0, "draft"};
  return std::make_shared<const CostTable>(std::move(table));
}

// The production budget, with its own lag and with one that the first tokens already feel.
void AddProductionLagged(CaseList& list) {
  const std::vector<ProofWorld> one = {NoiseReuseWorld()},
                                two = {AppendixAWorld(), NoiseReuseWorld(2)};
  const auto stairs = Stairs({{2, 100}, {4, 115}, {6, 150}});
  // So dear that a third confidence of 0.1 or 0.9 behind a second of 0.1 decides.
  const auto dear = Stairs({{1, 100}, {4, 183}});
  for (const PolicyKind kind : {PolicyKind::kLagged, PolicyKind::kLaggedOld}) {
    const std::string name = DescribePolicy(kind).name;
    const auto add = [&](const std::vector<ProofWorld>& worlds, const std::string& more,
                         const std::shared_ptr<const CostTable>& costs,
                         std::vector<int32_t> horizons, std::optional<mpq_class> exact,
                         bool lags_one) -> ProofCase& {
      ProofCase& added = list.Add(worlds, name + more, {.kind = kind, .costs = costs},
                                  std::move(horizons), std::move(exact));
      if (lags_one) {
        added.setup.make_budget = [costs, old = kind == PolicyKind::kLaggedOld] {
          return MakeLaggedBudget({.costs = costs, .lag = 1, .ranks_old = old, .probe_share = 0.5});
        };
      }
      return added;
    };
    add(one, ", production budget", stairs, {1, 2, 3, 4}, kZero, false);
    add(two, ", production budget", stairs, {1, 2, 3}, kZero, false);
    add(two, ", one step old", stairs, {1, 2, 3}, kZero, true);
    add(one, ", one step old, dear passes", dear, {1, 2, 3}, kZero, true);
    add(one, ", the same, random keys without the round", dear, {2}, mpq_class(9, 350), true)
        .setup.keys = NoiseKeys::kByPositionOnly;
  }
}

// Confidence without a head: the draft law says how sure it is before its token is drawn.
void AddLawConfidence(CaseList& list) {
  const PolicyOptions threshold = {.kind = PolicyKind::kThreshold, .threshold = 0.65};
  for (const ProofWorld& world : {AppendixAWorld(), NoiseReuseWorld()}) {
    list.Add({world}, "threshold on the draft law's largest probability", threshold, {1, 2, 3},
             kZero)
        .setup.confidence = ConfidenceSource::kLargestOfLaw;
  }
  list.Add({NoiseReuseWorld()}, "threshold on the drawn token's probability", threshold, {2},
           mpq_class(63, 500))
      .setup.confidence = ConfidenceSource::kOfTheDrawnToken;
}

void AddBrokenRules(CaseList& list) {
  const std::pair<const char*, AcceptanceRule> broken[] = {
      {"fixed 2, residual replaced by p", AcceptanceRule::kResidualFromTarget},
      {"fixed 2, bonus drawn from the residual", AcceptanceRule::kBonusFromResidual},
      {"fixed 2, test shares the draft's number", AcceptanceRule::kSharedUniform}};
  for (const auto& [name, rule] : broken) {
    list.Add({NoiseReuseWorld(2)}, name, {}, {3}, std::nullopt).setup.rule = rule;
  }
}

}  // namespace

std::vector<ProofCase> AllProofCases() {
  CaseList list;
  AddSingleRequest(list);
  AddTwoRequests(list);
  AddLagged(list);
  AddProductionLagged(list);
  AddLawConfidence(list);
  AddBrokenRules(list);
  return list.Take();
}

ProofResult RunProofCase(const ProofCase& proof_case, int32_t horizon) {
  EnumerationSetup setup = proof_case.setup;
  setup.horizon = horizon;
  const JointLaw emitted = EmittedLaw(setup);
  ProofResult result;
  result.horizon = horizon;
  result.total_variation = TotalVariation(emitted, TargetLaw(setup));
  mpq_class mass = 0;
  for (const auto& [tokens, probability] : emitted) mass += probability;
  result.sums_to_one = mass == 1;
  const bool right = proof_case.total_variation
                         ? result.total_variation == *proof_case.total_variation
                         : result.total_variation > 0;
  result.as_expected = right && result.sums_to_one;
  return result;
}

}  // namespace dsb
