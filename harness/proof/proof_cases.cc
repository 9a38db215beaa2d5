#include "harness/proof/proof_cases.h"

#include <memory>
#include <utility>

#include "engines/scheduling/survival_policies.h"

namespace dsb {
namespace {

LengthChoice Production(std::unique_ptr<VerifyPolicy> policy) {
  const std::shared_ptr<VerifyPolicy> shared = std::move(policy);
  return [shared](std::span<const PolicyRequest> round, PolicyMemory&) {
    return shared->Choose(round);
  };
}

LengthChoice Named(const std::string& name, int32_t draft_length, double threshold = 0.5) {
  return Production(
      MakePolicy({.name = name, .draft_length = draft_length, .threshold = threshold}));
}

// The next round verifies everything if this round's last confidence is above one half, else
// nothing; the first round verifies nothing.
LengthChoice LaggedAllOrNothing() {
  return [](std::span<const PolicyRequest> round, PolicyMemory& memory) {
    std::vector<int32_t> lengths;
    for (size_t r = 0; r < round.size(); ++r) {
      lengths.push_back(memory[r]);
      memory[r] = round[r].confidence.back() > 0.5f ? round[r].proposed : 0;
    }
    return lengths;
  };
}

StepRates AppendixARates() { return StepRates({1.0, 1.0, 0.5, 0.45}); }

StepRates SmoothRates() {
  std::vector<double> per_s;
  for (int b = 0; b <= 6; ++b) per_s.push_back(100 / (1 + b / 2.0));
  return StepRates(per_s);
}

StepRates CliffRates() { return StepRates({100, 100, 100, 60, 60, 60, 60}); }

const mpq_class kZero = 0;

class CaseList {
 public:
  // `exact` empty: any positive total variation.
  ProofCase& Add(std::vector<ProofWorld> worlds, std::string policy, LengthChoice choose,
                 std::vector<int32_t> horizons, std::optional<mpq_class> exact) {
    ProofCase& added = cases_.emplace_back();
    for (const ProofWorld& world : worlds) {
      added.world += (added.world.empty() ? "" : " + ") + world.name;
    }
    added.policy = std::move(policy);
    added.setup.requests = std::move(worlds);
    added.setup.choose = std::move(choose);
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
    list.Add({world}, "none", Named("none", 0), horizons, kZero);
    for (int32_t length = 1; length <= world.draft_length; ++length) {
      list.Add({world}, "fixed " + std::to_string(length), Named("fixed", length), horizons, kZero);
    }
    list.Add({world}, "threshold 0.5", Named("threshold", world.draft_length), horizons, kZero);
    list.Add({world}, "algorithm 1", Production(MakeAlgorithm1(AppendixARates())), horizons, kZero);
  }
  list.Add({AppendixAWorld()}, "global argmax", Production(MakeGlobalArgmax(AppendixARates())),
           horizons, mpq_class(3, 20));
}

void AddTwoRequests(CaseList& list) {
  const std::vector<ProofWorld> worlds = {AppendixAWorld(), NoiseReuseWorld(2)};
  for (int budget = 0; budget <= 4; ++budget) {
    list.Add(worlds, "first " + std::to_string(budget) + " by survival",
             Production(MakeBudget(budget)), {1, 2}, kZero);
  }
  list.Add(worlds, "algorithm 1, smooth step rates", Production(MakeAlgorithm1(SmoothRates())),
           {1, 2}, kZero);
  list.Add(worlds, "algorithm 1, step rates with a cliff", Production(MakeAlgorithm1(CliffRates())),
           {1, 2}, kZero);
}

void AddLagged(CaseList& list) {
  list.Add({NoiseReuseWorld()}, "lagged", LaggedAllOrNothing(), {1, 2, 3}, kZero)
      .setup.first_memory = {0};
  ProofCase& reused = list.Add({NoiseReuseWorld()}, "lagged, random keys without the round",
                               LaggedAllOrNothing(), {2}, mpq_class(39, 250));
  reused.setup.first_memory = {0};
  reused.setup.keys = NoiseKeys::kByPositionOnly;
}

void AddBrokenRules(CaseList& list) {
  const std::pair<const char*, AcceptanceRule> broken[] = {
      {"fixed 2, residual replaced by p", AcceptanceRule::kResidualFromTarget},
      {"fixed 2, bonus drawn from the residual", AcceptanceRule::kBonusFromResidual},
      {"fixed 2, test shares the draft's number", AcceptanceRule::kSharedUniform}};
  for (const auto& [name, rule] : broken) {
    list.Add({NoiseReuseWorld(2)}, name, Named("fixed", 2), {3}, std::nullopt).setup.rule = rule;
  }
}

}  // namespace

std::vector<ProofCase> AllProofCases() {
  CaseList list;
  AddSingleRequest(list);
  AddTwoRequests(list);
  AddLagged(list);
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
