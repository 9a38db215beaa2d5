// Choosing one draft token from its logits: the arg max, or a draw from the draft law at the
// request's temperature (verification.md 1). Any thread.
#pragma once

#include <cstdint>
#include <span>

#include "engines/drafter.h"

namespace dsb {

// Appends the token at index anchor + 1 + k to `block`: both ids and, if it is drawn, exactly the
// law it was drawn from; with law_confidence that law's largest probability, greedily the one at
// temperature 1. `target_ids` as Drafter::target_ids.
void ChooseDraft(const DraftRequest& request, std::span<const float> logits,
                 std::span<const int32_t> target_ids, int32_t k, DraftBlock& block);

}  // namespace dsb
