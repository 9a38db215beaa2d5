// The device ops over the vocabulary of one round of one greedy request: the acceptance rule, and
// DSpark's Markov block of the drafts that the round verifies.
#pragma once

#include <vector>

#include "kernels/cuda/bench/op_case.h"

namespace dsb::bench {

// As PassOps; a round with shape.num_rows - 1 drafts. No Markov block without drafts.
std::vector<OpCase> VocabularyOps(const PassShape& shape, bool allocate);

}  // namespace dsb::bench
