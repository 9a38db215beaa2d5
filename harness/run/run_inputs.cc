#include "harness/run/run_inputs.h"

namespace dsb {
namespace {

ScheduleLaw LawOf(const RunInputs& inputs) {
  const RunOptions& options = inputs.options;
  ScheduleLaw law;
  law.process = options.load;
  law.seed = static_cast<uint64_t>(options.seed);
  law.think_mean_ns = options.think_ms * 1'000'000;
  if (options.load == kLoadOpen) {
    law.process = options.cv == 1 ? "poisson" : "gamma";
    law.rate_per_s = options.rate;
    law.cv = options.cv;
  }
  if (options.load == kLoadTrace) {
    law.rate_scale = options.rate_scale;
    law.trace_sha256 = inputs.trace.value().sha256;
  }
  return law;
}

}  // namespace

LoadPlan PlanLoad(const RunInputs& inputs, size_t num_arms) {
  const RunOptions& options = inputs.options;
  PlannedWork work{
      .num_arms = num_arms, .warmup = options.warmup, .max_tokens = options.max_tokens};
  for (const Prompt& prompt : inputs.prompts) work.turns.push_back(prompt.num_turns());
  if (options.load == kLoadPaired) {
    return PairedClosedLoops(work, {.repeats = options.repeats, .users = options.concurrency});
  }
  const auto num_prompts = static_cast<int64_t>(inputs.prompts.size());
  WindowLoad load{
      .law = LawOf(inputs),
      .num_visits = options.requests > 0 ? options.requests : num_prompts * options.repeats,
      .users = options.concurrency,
      .client_cap = options.client_cap,
      .drain_s = options.drain_s};
  if (options.load == kLoadTrace) {
    load.num_visits = num_prompts;  // the rows that are left of those asked for
    for (const Prompt& prompt : inputs.prompts) load.trace_times_ns.push_back(prompt.arrival_ns);
  }
  return OneWindowEach(work, load);
}

}  // namespace dsb
