// A cost as a table of one load: what a policy that reads tables is given of a smooth form.
#pragma once

#include <cstdint>
#include <memory>

#include "engines/scheduling/cost_table.h"
#include "engines/simulated/step_cost.h"

namespace dsb {

// Passes of `requests` requests over `requests` to `most` tokens, each number a point, and drafting
// for `requests`. Says that it is modelled.
std::shared_ptr<const CostTable> SampleTable(const StepCost& cost, int64_t requests, int64_t most);

}  // namespace dsb
