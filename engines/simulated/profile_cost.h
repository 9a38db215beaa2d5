// A measured cost table (scheduling/cost_table.h) as the simulated engine's cost.
#pragma once

#include <memory>
#include <optional>

#include "engines/scheduling/cost_table.h"
#include "engines/simulated/step_cost.h"

namespace dsb {

// `prefill_tokens_per_s`: what prompts are read at; none: a chunk costs what the table says of a
// pass of one request with as many tokens, which beyond its last point is the last line gone on.
std::unique_ptr<StepCost> MakeProfileCost(std::shared_ptr<const CostTable> table,
                                          std::optional<double> prefill_tokens_per_s = {});

}  // namespace dsb
