#include "harness/run/run_inputs.h"

namespace dsb {

LoadPlan PlanLoad(const RunInputs& inputs, size_t num_arms) {
  const RunOptions& options = inputs.options;
  return InterleavedClosedLoops({.num_prompts = inputs.prompts.size(),
                                 .num_arms = num_arms,
                                 .repeats = options.repeats,
                                 .users = options.concurrency,
                                 .warmup = options.warmup,
                                 .max_tokens = options.max_tokens});
}

}  // namespace dsb
