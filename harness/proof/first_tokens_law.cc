#include "harness/proof/first_tokens_law.h"

#include <iterator>

#include "engines/sampling/target_law.h"

namespace dsb {
namespace {

struct Growing {
  TargetRunner* runner;
  std::vector<int32_t> tokens;  // prompt and prefix
  size_t prompt_size;
  SamplingParams sampling;
  size_t num_tokens;
  double least;
  FirstTokensLaw* law;

  void Grow(double probability, size_t first_new) {
    const size_t length = tokens.size() - prompt_size;
    if (length == num_tokens) {
      law->cells[std::vector<int32_t>(tokens.begin() + static_cast<std::ptrdiff_t>(prompt_size),
                                      tokens.end())] = probability;
      return;
    }
    const TargetInput input = {.slot = 0,
                               .first_position = static_cast<int32_t>(first_new),
                               .tokens = std::span(tokens).subspan(first_new),
                               .num_logit_rows = 1};
    runner->Forward(std::span(&input, 1));
    TokenLaw next;
    ComputeTargetLaw(runner->Logits(0, 0), sampling, next);
    for (size_t token = 0; token < next.weights.size(); ++token) {
      const double extended = probability * next.probability(static_cast<int32_t>(token));
      if (!(extended >= least)) {  // also what is no number
        if (extended > 0) law->rest += extended;
        continue;
      }
      tokens.push_back(static_cast<int32_t>(token));
      // The slot's row of the last token is overwritten by each sibling.
      Grow(extended, tokens.size() - 1);
      tokens.pop_back();
    }
  }
};

}  // namespace

size_t FirstTokensLaw::CellOf(const std::vector<int32_t>& tokens) const {
  const auto found = cells.find(tokens);
  return found == cells.end() ? cells.size()
                              : static_cast<size_t>(std::distance(cells.begin(), found));
}

std::vector<double> FirstTokensLaw::Probabilities() const {
  std::vector<double> probabilities;
  for (const auto& [tokens, probability] : cells) probabilities.push_back(probability);
  probabilities.push_back(rest);
  return probabilities;
}

FirstTokensLaw ComputeFirstTokensLaw(TargetRunner& runner, std::span<const int32_t> prompt,
                                     const SamplingParams& sampling, int32_t num_tokens,
                                     double least) {
  FirstTokensLaw law;
  Growing growing = {.runner = &runner,
                     .tokens = std::vector<int32_t>(prompt.begin(), prompt.end()),
                     .prompt_size = prompt.size(),
                     .sampling = sampling,
                     .num_tokens = static_cast<size_t>(num_tokens),
                     .least = least,
                     .law = &law};
  growing.Grow(1, 0);
  return law;
}

}  // namespace dsb
