#include "harness/proof/acceptance_rule.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <tuple>

#include "base/error.h"
#include "engines/decoding/verify.h"
#include "kernels/vocabulary_row.h"

namespace dsb {
namespace {

std::vector<float> Weights(const Tenths& law) {
  std::vector<float> weights;
  for (const int tenths : law) weights.push_back(static_cast<float>(tenths));
  return weights;
}

std::vector<float> Logits(const Tenths& law) {
  std::vector<float> logits;
  for (const int tenths : law) {
    logits.push_back(tenths == 0 ? -1e4f : std::log(static_cast<float>(tenths)));
  }
  return logits;
}

// One round of one request, ready to be verified again and again with other numbers.
class Round {
 public:
  Round(const ProofWorld& world, AcceptanceRule rule, Tokens before, const DraftedPath& drafts,
        int32_t verified)
      : rule_(rule), drafts_(drafts) {
    for (int32_t k = 0; k <= verified; ++k) {
      logits_.push_back(Logits(world.target(before)));
      if (k == verified) break;
      draft_weights_.push_back(Weights(world.draft(before)));
      before.push_back(drafts.tokens[static_cast<size_t>(k)]);
    }
    for (int32_t k = 0; k < verified; ++k) {
      DraftedToken& token = drafted_.emplace_back();
      token.token = token.draft_index = drafts.tokens[static_cast<size_t>(k)];
      token.weights = draft_weights_[static_cast<size_t>(k)];
      token.weight_sum = 10;
    }
  }

  template <RoundUniforms Uniforms>
  VerifyOutcome Verify(Uniforms& uniform) {
    if (rule_ == AcceptanceRule::kProduction) return VerifyRound(Input(), uniform, scratch_);
    if (rule_ == AcceptanceRule::kSharedUniform) {
      const auto shared = [this, &uniform](RandomPurpose purpose, int32_t k) -> double {
        if (purpose != RandomPurpose::kAccept) return uniform(purpose, k);
        return (drafts_.cells[static_cast<size_t>(k)] + 0.5) / 10;
      };
      return VerifyRound(Input(), shared, scratch_);
    }
    return VerifyBroken(uniform);
  }

 private:
  VerifyInput Input() {
    return {.drafted = drafted_,
            .target_ids = {},
            .sampling = {.temperature = 1},
            .logits = [this](int32_t k) -> std::span<const float> {
              return logits_[static_cast<size_t>(k)];
            }};
  }

  template <RoundUniforms Uniforms>
  VerifyOutcome VerifyBroken(Uniforms& uniform) {
    VerifyOutcome outcome = VerifyRound(Input(), uniform, scratch_);
    const bool all = outcome.accepted == static_cast<int32_t>(drafted_.size());
    if (rule_ == AcceptanceRule::kResidualFromTarget && !all) {
      outcome.next_token = SampleIndex(scratch_.law.weights, uniform.last());
    }
    if (rule_ == AcceptanceRule::kBonusFromResidual && all && !drafted_.empty()) {
      ComputeTargetLaw(logits_[drafted_.size() - 1], {.temperature = 1}, scratch_.law);
      outcome.next_token = SampleResidual(drafted_.back(), {}, uniform.last(), scratch_);
    }
    return outcome;
  }

  AcceptanceRule rule_;
  const DraftedPath& drafts_;
  std::vector<std::vector<float>> logits_, draft_weights_;
  std::vector<DraftedToken> drafted_;
  VerifyScratch scratch_;
};

// Numbers for one call: given cells first, then the cell under test, then any.
class CellNumbers {
 public:
  using Request = std::tuple<RandomPurpose, int32_t>;
  explicit CellNumbers(const std::vector<int32_t>& cells) : cells_(cells) {}

  double operator()(RandomPurpose purpose, int32_t k) {
    const size_t draw = num_draws_++;
    if (draw == cells_.size()) beyond_ = Request(purpose, k);
    last_ = ((draw < cells_.size() ? cells_[draw] : 0) + 0.5) / kUniformCells;
    return last_;
  }
  size_t num_draws() const { return num_draws_; }
  // What was asked for after the given cells; empty if they were enough.
  const std::optional<Request>& beyond() const { return beyond_; }
  double last() const { return last_; }

 private:
  const std::vector<int32_t>& cells_;
  size_t num_draws_ = 0;
  std::optional<Request> beyond_;
  double last_ = 0;
};

class Enumeration {
 public:
  explicit Enumeration(Round& round) : round_(round) {}

  std::vector<VerifyLeaf> Run() {
    std::vector<int32_t> none;
    CellNumbers probe(none);
    const VerifyOutcome outcome = round_.Verify(probe);
    if (probe.num_draws() == 0) return {{outcome.accepted, outcome.next_token, 1}};
    Descend(1);
    return std::move(leaves_);
  }

 private:
  // Sorts the cells of the next draw by what they lead to: an outcome, or the next number asked
  // for. Cells that lead to the same next question differ in nothing else.
  void Descend(const mpq_class& probability) {
    using Key = std::tuple<bool, RandomPurpose, int32_t, int32_t, int32_t>;
    std::map<Key, std::pair<int32_t, int32_t>> classes;  // -> first cell, number of cells
    cells_.push_back(0);
    for (int32_t cell = 0; cell < kUniformCells; ++cell) {
      cells_.back() = cell;
      CellNumbers numbers(cells_);
      const VerifyOutcome outcome = round_.Verify(numbers);
      DSB_CHECK(outcome.finite && numbers.num_draws() >= cells_.size());
      const bool open = numbers.beyond().has_value();
      const auto [purpose, k] = numbers.beyond().value_or(CellNumbers::Request{});
      const Key key = open ? Key(true, purpose, k, 0, 0)
                           : Key(false, {}, 0, outcome.accepted, outcome.next_token);
      ++classes.try_emplace(key, cell, 0).first->second.second;
    }
    for (const auto& [key, cells] : classes) {
      cells_.back() = cells.first;
      mpq_class share(cells.second, kUniformCells);
      share.canonicalize();
      share *= probability;
      if (std::get<0>(key)) {
        Descend(share);
      } else {
        leaves_.push_back({std::get<3>(key), std::get<4>(key), share});
      }
    }
    cells_.pop_back();
  }

  Round& round_;
  std::vector<int32_t> cells_;
  std::vector<VerifyLeaf> leaves_;
};

}  // namespace

std::vector<VerifyLeaf> EnumerateVerify(const ProofWorld& world, AcceptanceRule rule,
                                        const Tokens& context, const DraftedPath& drafts,
                                        int32_t verified) {
  Round round(world, rule, context, drafts, verified);
  return Enumeration(round).Run();
}

}  // namespace dsb
