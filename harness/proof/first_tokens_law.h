// The exact law of the first tokens after a prompt, from the target's own logits: the cells of a
// chi-square test.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "engines/request.h"
#include "engines/target_model/target_runner.h"

namespace dsb {

struct FirstTokensLaw {
  std::map<std::vector<int32_t>, double> cells;  // sequences of `num_tokens` tokens
  double rest = 0;                               // probability of all other sequences

  // The cell's place in `cells`, or cells.size() for the rest.
  size_t CellOf(const std::vector<int32_t>& tokens) const;
  std::vector<double> Probabilities() const;  // of the cells in order, then of the rest
};

// Sequences at least as probable as `least`. Runs one pass for each prefix that may still hold
// such a sequence. Uses slot 0 of the runner.
FirstTokensLaw ComputeFirstTokensLaw(TargetRunner& runner, std::span<const int32_t> prompt,
                                     const SamplingParams& sampling, int32_t num_tokens,
                                     double least);

}  // namespace dsb
