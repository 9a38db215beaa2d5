#include "results/checked_run.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/error.h"
#include "results/invariants.h"

namespace dsb {
namespace {

// What a sum over a run may come to. Tokens are also a vector of that length, sorted: 256 MiB.
constexpr double kMaxTotalNs = 4e18, kMaxTokens = 1 << 25;

class Refusal {
 public:
  explicit Refusal(const RunData& data) : run_("run " + std::to_string(data.run.id)) {}

  [[noreturn]] void Throw(const std::string& what) const { ThrowBadInput(run_ + what); }

  // A time, count or number of bytes of a row.
  void Expect(int64_t value, const char* name, const std::string& where) const {
    if (0 <= value && value <= kMaxTimeNs) return;
    Throw(", " + where + ": found " + name + " " + std::to_string(value) + ", expected 0 to " +
          std::to_string(kMaxTimeNs));
  }
  void Expect(const std::optional<int64_t>& value, const char* name,
              const std::string& where) const {
    if (value) Expect(*value, name, where);
  }
  // A step's tokens or requests: of any number of steps the sum is a number too.
  void ExpectCount(const std::optional<int64_t>& value, const char* name, const std::string& where,
                   int64_t most = int64_t{1} << 32) const {
    if (!value || (0 <= *value && *value <= most)) return;
    Throw(", " + where + ": found " + std::to_string(*value) + " " + name + ", expected 0 to " +
          std::to_string(most));
  }
  void ExpectTotal(double total, double most, const char* name) const {
    if (total > most) {
      Throw(": found " + std::string(name) + " of " + std::to_string(total) + " in all, expected " +
            std::to_string(most) + " at most");
    }
  }

 private:
  std::string run_;
};

double D(int64_t value) { return static_cast<double>(value); }

// No time of the request is longer, in whatever order its events are.
int64_t SpanNs(const RequestRecord& request) {
  int64_t first_ns = request.scheduled_ns, last_ns = first_ns;
  const auto add = [&](int64_t t_ns) {
    first_ns = std::min(first_ns, t_ns);
    last_ns = std::max(last_ns, t_ns);
  };
  add(request.issued_ns);
  if (request.admitted_ns) add(*request.admitted_ns);
  for (const BurstRecord& burst : request.bursts) add(burst.t_ns);
  if (request.finished_ns) add(*request.finished_ns);
  return last_ns - first_ns;
}

void CheckRequests(const RunData& data, const Refusal& refusal) {
  const RequestRules rules = RulesOf(data);
  double tokens = 0, time_ns = 0;
  for (const RequestRow& row : data.requests) {
    refusal.ExpectCount(row.prompt.num_prompt_tokens, "prompt tokens", NameOf(row));
    refusal.ExpectCount(row.prompt.context_depth_tokens, "tokens of depth", NameOf(row));
    for (const BrokenInvariant& broken : CheckRequest(row.request, rules)) {
      if (!broken.unusable) continue;
      refusal.Throw(", " + NameOf(row) + (broken.where.empty() ? ": " : ", ") + MessageOf(broken));
    }
    time_ns += D(SpanNs(row.request));
    for (const BurstRecord& burst : row.request.bursts) tokens += D(burst.num_tokens);
  }
  refusal.ExpectTotal(tokens, kMaxTokens, "tokens");
  refusal.ExpectTotal(time_ns, kMaxTotalNs, "request times");
}

void CheckSteps(const RunData& data, const Refusal& refusal) {
  double time_ns = 0;
  for (const StepRecord& step : data.steps) {
    const std::string where = "step " + std::to_string(step.idx);
    refusal.Expect(step.t_start_ns, "start", where);
    refusal.Expect(step.wall_ns, "wall time", where);
    refusal.Expect(step.device_busy_ns, "busy time", where);
    refusal.ExpectCount(step.num_requests, "requests", where);
    refusal.ExpectCount(step.num_prefill_tokens, "prefill tokens", where);
    refusal.ExpectCount(step.num_draft_tokens, "draft tokens", where);
    refusal.ExpectCount(step.num_verify_tokens, "verified tokens", where);
    refusal.ExpectCount(step.padded_tokens, "padded tokens", where);
    refusal.ExpectCount(step.context_tokens, "context tokens", where);
    refusal.ExpectCount(step.budget_tokens, "tokens of a budget", where);
    time_ns += D(step.wall_ns);
    for (const PhaseTimeRecord& phase : step.phases) {
      refusal.Expect(phase.wall_ns, "wall time", where + ", " + phase.phase);
      refusal.Expect(phase.thread_cpu_ns, "CPU time", where + ", " + phase.phase);
      refusal.Expect(phase.device_kernel_ns, "kernel time", where + ", " + phase.phase);
      refusal.Expect(phase.device_busy_ns, "busy time", where + ", " + phase.phase);
      time_ns += D(phase.wall_ns + phase.thread_cpu_ns.value_or(0) +
                   phase.device_kernel_ns.value_or(0) + phase.device_busy_ns.value_or(0));
    }
  }
  for (const KernelTimeRecord& kernel : data.kernels) {
    const std::string where = "kernel " + kernel.kernel;
    refusal.Expect(kernel.calls, "calls", where);
    refusal.Expect(kernel.total_ns, "time", where);
    refusal.Expect(kernel.min_ns, "shortest time", where);
    refusal.Expect(kernel.max_ns, "longest time", where);
    time_ns += D(kernel.calls) + D(kernel.total_ns);
  }
  refusal.ExpectTotal(time_ns, kMaxTotalNs, "step and kernel times");
}

}  // namespace

CheckedRun CheckRun(RunData data) {
  const Refusal refusal(data);
  refusal.Expect(data.run.id, "number", "its row");
  refusal.ExpectCount(data.run.draft_length, "drafts a round", "its row", 1 << 20);
  if (!(data.run.temperature >= 0 && std::isfinite(data.run.temperature))) {
    refusal.Throw(", its row: found temperature " + std::to_string(data.run.temperature) +
                  ", expected a number of 0 or more");
  }
  CheckRequests(data, refusal);
  CheckSteps(data, refusal);
  return CheckedRun(std::move(data));
}

CheckedRun WithoutSteps(CheckedRun run) {
  run.data_.steps.clear();
  run.data_.steps.shrink_to_fit();
  return run;
}

}  // namespace dsb
