// Hands one sequence's rows (slot 0) to a drafter.
#pragma once

#include <cstdint>
#include <span>

#include "engines/drafter.h"

namespace dsb {

inline void AdvanceSlot0(Drafter& drafter, int32_t first_position, const FeatureRows& features,
                         std::span<const int32_t> next_tokens = {}) {
  const CommittedRows rows = {.slot = 0,
                              .first_position = first_position,
                              .features = features,
                              .next_tokens = next_tokens};
  drafter.Advance(std::span(&rows, 1));
}

}  // namespace dsb
