#include "harness/proof/enumeration.h"

#include <algorithm>
#include <span>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "kernels/vocabulary_row.h"

namespace dsb {
namespace {

mpq_class TenthsOf(int count) {
  mpq_class value(count, 10);
  value.canonicalize();
  return value;
}

struct RequestState {
  Tokens emitted;
  std::map<int32_t, int32_t> noise;  // position -> cell, with reused keys only
  auto operator<=>(const RequestState&) const = default;
};

struct State {
  std::vector<RequestState> requests;
  std::vector<FinishedRounds> finished;
  auto operator<=>(const State&) const = default;
};

struct Drafted {
  DraftedPath path;
  std::map<int32_t, int32_t> noise;
  mpq_class probability;
};

class Run {
 public:
  explicit Run(const EnumerationSetup& setup) : setup_(setup) {}

  JointLaw Emitted() {
    std::map<State, mpq_class> states;
    states[{.requests = std::vector<RequestState>(setup_.requests.size()), .finished = {}}] = 1;
    JointLaw law;
    while (!states.empty()) {
      next_.clear();
      for (const auto& [state, probability] : states) {
        if (Active(state).empty()) {
          JointTokens tokens;
          for (const RequestState& request : state.requests) tokens.push_back(request.emitted);
          law[tokens] += probability;
        } else {
          Round(state, probability);
        }
      }
      states = std::move(next_);
    }
    return law;
  }

 private:
  std::vector<size_t> Active(const State& state) const {
    std::vector<size_t> active;
    for (size_t r = 0; r < state.requests.size(); ++r) {
      if (static_cast<int32_t>(state.requests[r].emitted.size()) < setup_.horizon) {
        active.push_back(r);
      }
    }
    return active;
  }

  // All blocks that one request can draft, by production's inverse-CDF draw of each tenth.
  std::vector<Drafted> Drafts(size_t r, const RequestState& request) const {
    const ProofWorld& world = setup_.requests[r];
    const bool keep_cells =
        setup_.keys == NoiseKeys::kByPositionOnly || setup_.rule == AcceptanceRule::kSharedUniform;
    std::vector<Drafted> drafts = {{.path = {}, .noise = request.noise, .probability = 1}};
    for (int32_t k = 0; k < world.draft_length; ++k) {
      std::vector<Drafted> longer;
      for (const Drafted& draft : drafts) Extend(world, request, draft, keep_cells, longer);
      drafts = std::move(longer);
    }
    return drafts;
  }

  void Extend(const ProofWorld& world, const RequestState& request, const Drafted& draft,
              bool keep_cells, std::vector<Drafted>& longer) const {
    Tokens before = request.emitted;
    before.insert(before.end(), draft.path.tokens.begin(), draft.path.tokens.end());
    const Tenths law = world.draft(before);
    std::vector<float> weights(law.begin(), law.end());
    const auto position = static_cast<int32_t>(before.size());
    const bool reuse = setup_.keys == NoiseKeys::kByPositionOnly;
    const auto known = draft.noise.find(position);
    std::map<std::pair<int32_t, int32_t>, int> draws;  // (token, cell or -1) -> tenths
    for (int32_t cell = 0; cell < 10; ++cell) {
      if (reuse && known != draft.noise.end() && known->second != cell) continue;
      ++draws[{SampleIndex(weights, (cell + 0.5) / 10), keep_cells ? cell : -1}];
    }
    for (const auto& [draw, tenths] : draws) {
      Drafted& next = longer.emplace_back(draft);
      next.path.tokens.push_back(draw.first);
      if (keep_cells) next.path.cells.push_back(draw.second);
      if (reuse && known != draft.noise.end()) continue;
      if (reuse) next.noise[position] = draw.second;
      next.probability *= TenthsOf(tenths);
    }
  }

  float ConfidenceIn(const ProofWorld& world, const Tokens& before, int32_t token) const {
    if (setup_.confidence == ConfidenceSource::kWorld) return world.confidence(before);
    const Tenths law = world.draft(before);
    const int tenths = setup_.confidence == ConfidenceSource::kLargestOfLaw
                           ? *std::max_element(law.begin(), law.end())
                           : law[static_cast<size_t>(token)];
    return static_cast<float>(tenths) / 10;
  }

  std::vector<float> Confidence(size_t r, const RequestState& request, const Tokens& drafts) const {
    std::vector<float> confidence;
    Tokens before = request.emitted;
    for (const int32_t token : drafts) {
      confidence.push_back(ConfidenceIn(setup_.requests[r], before, token));
      before.push_back(token);
    }
    return confidence;
  }

  // A round between its draft and its commit.
  struct Drafting {
    const State* state;
    std::vector<size_t> active;
    std::vector<RequestLoad> load;  // [active]
    int32_t budget;
    VerifyPolicy policy;                 // having seen the rounds before
    std::vector<const Drafted*> chosen;  // [active]
  };

  std::vector<RequestLoad> LoadOf(const State& state, const std::vector<size_t>& active) const {
    std::vector<RequestLoad> load;
    for (const size_t r : active) {
      load.push_back({.slot = static_cast<int32_t>(r),
                      .generation = static_cast<int64_t>(r),
                      .round = static_cast<uint32_t>(state.finished.size()),
                      .most = std::min(setup_.draft_length, setup_.requests[r].draft_length)});
    }
    return load;
  }

  VerifyPolicy PolicyAfter(const State& state) const {
    VerifyPolicy policy = MakePolicy(setup_.policy);
    if (setup_.make_budget) policy.budget = setup_.make_budget();
    for (const FinishedRounds& finished : state.finished) policy.budget->Observe(finished);
    return policy;
  }

  static int64_t StepOf(const State& state) {
    return static_cast<int64_t>(state.finished.size()) + 1;
  }

  // Every combination of blocks of the batch, the lengths chosen for it, every outcome of each.
  void Round(const State& state, const mpq_class& probability) {
    Drafting round{.state = &state,
                   .active = Active(state),
                   .load = {},
                   .budget = 0,
                   .policy = PolicyAfter(state),
                   .chosen = {}};
    round.load = LoadOf(state, round.active);
    // Before anything is drafted, as in the engines.
    round.budget = round.policy.budget->Next({.step = StepOf(state), .requests = round.load});
    std::vector<std::vector<Drafted>> drafts;
    for (const size_t r : round.active) {
      const RequestState& request = state.requests[r];
      drafts.push_back(round.budget == kNoDraft
                           ? std::vector<Drafted>{{{}, request.noise, mpq_class(1)}}
                           : Drafts(r, request));
    }
    ForEachBlock(round, drafts, probability);
  }

  void ForEachBlock(Drafting& round, const std::vector<std::vector<Drafted>>& drafts,
                    const mpq_class& probability) {
    if (round.chosen.size() == round.active.size()) return Verify(round, probability);
    for (const Drafted& draft : drafts[round.chosen.size()]) {
      round.chosen.push_back(&draft);
      ForEachBlock(round, drafts, probability * draft.probability);
      round.chosen.pop_back();
    }
  }

  void Verify(const Drafting& round, const mpq_class& probability) {
    FinishedRounds finished{.step = StepOf(*round.state), .rounds = {}};
    for (size_t i = 0; i < round.active.size(); ++i) {
      const size_t r = round.active[i];
      std::vector<float> confidence =
          Confidence(r, round.state->requests[r], round.chosen[i]->path.tokens);
      const int32_t proposed = round.budget == kNoDraft ? 0 : round.load[i].most;
      confidence.resize(static_cast<size_t>(proposed));
      finished.rounds.push_back(
          {.request = round.load[i], .proposed = proposed, .confidence = std::move(confidence)});
    }
    std::vector<DraftedRequest> drafted;
    for (const FinishedRound& one : finished.rounds) {
      drafted.push_back({.proposed = one.proposed, .confidence = one.confidence});
    }
    const std::vector<int32_t> lengths = round.policy.Choose(round.budget, drafted);
    DSB_CHECK(lengths.size() == round.active.size());
    State next = *round.state;
    std::vector<const std::vector<VerifyLeaf>*> leaves;
    for (size_t i = 0; i < round.active.size(); ++i) {
      const size_t r = round.active[i];
      finished.rounds[i].verified = lengths[i];
      next.requests[r].noise = round.chosen[i]->noise;
      leaves.push_back(
          &Leaves(r, round.state->requests[r].emitted, round.chosen[i]->path, lengths[i]));
    }
    next.finished.push_back(std::move(finished));
    Commit(round, leaves, 0, next, probability);
  }

  void Commit(const Drafting& round, const std::vector<const std::vector<VerifyLeaf>*>& leaves,
              size_t i, State& next, const mpq_class& probability) {
    if (i == round.active.size()) {
      next_[next] += probability;
      return;
    }
    Tokens& emitted = next.requests[round.active[i]].emitted;
    const Tokens before = emitted;
    for (const VerifyLeaf& leaf : *leaves[i]) {
      next.finished.back().rounds[i].accepted = leaf.accepted;
      const Tokens& drafts = round.chosen[i]->path.tokens;
      emitted.insert(emitted.end(), drafts.begin(), drafts.begin() + leaf.accepted);
      emitted.push_back(leaf.next_token);
      if (static_cast<int32_t>(emitted.size()) > setup_.horizon) {
        emitted.resize(static_cast<size_t>(setup_.horizon));
      }
      Commit(round, leaves, i + 1, next, probability * leaf.probability);
      emitted = before;
    }
  }

  const std::vector<VerifyLeaf>& Leaves(size_t r, const Tokens& context, const DraftedPath& path,
                                        int32_t verified) {
    const bool by_cells = setup_.rule == AcceptanceRule::kSharedUniform;
    const auto key = std::tuple(r, context, path.tokens,
                                by_cells ? path.cells : std::vector<int32_t>{}, verified);
    const auto found = leaves_.find(key);
    if (found != leaves_.end()) return found->second;
    return leaves_[key] = EnumerateVerify(setup_.requests[r], setup_.rule, context, path, verified);
  }

  const EnumerationSetup& setup_;
  std::map<State, mpq_class> next_;
  std::map<std::tuple<size_t, Tokens, Tokens, std::vector<int32_t>, int32_t>,
           std::vector<VerifyLeaf>>
      leaves_;
};

}  // namespace

JointLaw EmittedLaw(const EnumerationSetup& setup) { return Run(setup).Emitted(); }

JointLaw TargetLaw(const EnumerationSetup& setup) {
  JointLaw law = {{JointTokens(setup.requests.size()), 1}};
  for (size_t r = 0; r < setup.requests.size(); ++r) {
    for (int32_t i = 0; i < setup.horizon; ++i) {
      JointLaw longer;
      for (const auto& [tokens, probability] : law) {
        const Tenths next = setup.requests[r].target(tokens[r]);
        for (size_t token = 0; token < next.size(); ++token) {
          if (next[token] == 0) continue;
          JointTokens extended = tokens;
          extended[r].push_back(static_cast<int32_t>(token));
          longer[extended] += probability * TenthsOf(next[token]);
        }
      }
      law = std::move(longer);
    }
  }
  return law;
}

mpq_class TotalVariation(const JointLaw& a, const JointLaw& b) {
  JointLaw difference = a;
  for (const auto& [tokens, probability] : b) difference[tokens] -= probability;
  mpq_class sum = 0;
  for (const auto& [tokens, probability] : difference) sum += abs(probability);
  return sum / 2;
}

}  // namespace dsb
