#include "harness/gate/gate_selfcheck.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <utility>

#include "base/clock.h"
#include "harness/backends/null_engine.h"
#include "harness/replay/arrival.h"
#include "harness/replay/replayer.h"
#include "harness/run/load_plan.h"
#include "reports/gate/noise_floor.h"

namespace dsb {
namespace {

constexpr int32_t kDraftLength = 7;
constexpr int64_t kStepNs = 10'000'000;
constexpr double kStepNoise = 0.1, kAcceptanceNoise = 0.2, kPlantedLoss = 0.05;
constexpr int32_t kFewPrompts = 12;

class RunSink : public ReplaySink {
 public:
  explicit RunSink(RunData& data) : data_(data) {}
  void OnRequest(RequestRecord record) override {
    RequestRow row;
    row.id = static_cast<int64_t>(data_.requests.size()) + 1;
    row.prompt.item_key = row.prompt.conversation_key = "item-" + std::to_string(record.prompt_id);
    row.prompt.dataset = row.prompt.domain = "scripted";
    row.request = std::move(record);
    data_.requests.push_back(std::move(row));
  }
  void OnStep(StepRecord record) override { data_.steps.push_back(std::move(record)); }

 private:
  RunData& data_;
};

GatePair MakePair(CheckedRun baseline, CheckedRun candidate, const CheckedRun& plain,
                  const std::map<std::string, NoiseFloorRecord>& noise) {
  return {.baseline = std::move(baseline),
          .candidate = std::move(candidate),
          .target_only = plain,
          .noise = noise};
}

// The most prompts that any of its tests needs; 0: none says so.
int64_t Needed(const GateVerdict& verdict) {
  int64_t needed = 0;
  for (const GateTest& test : verdict.tests) {
    needed = std::max(needed, test.needed_n.value_or(0));
  }
  return needed;
}

bool FailsOn(const GateVerdict& verdict, const std::string& metric) {
  return std::any_of(verdict.tests.begin(), verdict.tests.end(), [&](const GateTest& test) {
    return test.metric == metric && test.state == GateState::kFail;
  });
}

}  // namespace

bool GateSelfCheckResult::ok() const {
  return std::all_of(rows.begin(), rows.end(), [](const GateSelfCheckRow& row) { return row.ok; });
}

CheckedRun MakeScriptedRun(const GateSelfCheckOptions& options, const ScriptedRun& run) {
  RunData data;
  data.run.id = static_cast<int64_t>(run.noise_seed);
  data.run.state = "complete";
  data.run.engine = kNullEngineName;
  data.run.drafter = run.plain ? "none" : "scripted";
  data.run.policy = run.plain ? "none" : "fixed";
  data.run.draft_length = run.plain ? 0 : kDraftLength;
  data.run.max_tokens = options.max_tokens;
  data.run.threads = 1;
  data.run.users = 1;
  data.run.clock = "virtual";
  data.num_segments = 1;

  VirtualClock clock;
  NullEngineOptions engine_options;
  engine_options.draft_length = static_cast<int32_t>(data.run.draft_length);
  engine_options.step_ns = static_cast<int64_t>(static_cast<double>(kStepNs) * run.step_factor);
  engine_options.noise_seed = run.noise_seed;
  engine_options.step_noise = kStepNoise;
  engine_options.acceptance_noise = kAcceptanceNoise;
  engine_options.accepted_cut = run.accepted_cut;
  NullEngine engine(engine_options, clock);
  std::vector<PreparedRequest> requests(static_cast<size_t>(options.prompts));
  for (size_t i = 0; i < requests.size(); ++i) {
    requests[i].prompt_id = static_cast<int64_t>(i);
    requests[i].engine.id = static_cast<int64_t>(i) + 1;
    requests[i].engine.random_id = RandomId("item-" + std::to_string(i), 0);
    requests[i].engine.prompt.assign(16, 1);
    requests[i].engine.max_tokens = options.max_tokens;
  }
  RunSink sink(data);
  Replayer replayer(engine, clock, sink, {});
  ClosedLoop source(std::move(requests), {.num_users = 1, .start_ns = clock.NowNs()});
  const std::atomic<bool> stop{false};
  replayer.Run(source, stop);
  data.run.duration_ns = clock.NowNs();
  return CheckRun(std::move(data));
}

GatePolicy SelfCheckPolicy() {
  GatePolicy policy;
  policy.primary = {{.metric = "accepted_length", .better = 1, .margin = 0.02},
                    {.metric = "user_decode_tokens_per_s", .better = 1, .margin = 0.02},
                    {.metric = "step_time", .better = -1, .margin = kPlantedLoss / 2},
                    {.metric = "exact_match", .better = 1, .margin = 0}};
  return policy;
}

GateSelfCheckResult RunGateSelfCheck(const GateSelfCheckOptions& options) {
  GateSelfCheckResult result;
  GateOptions gate;
  gate.bootstrap.num_resamples = options.num_resamples;
  const GatePolicy policy = SelfCheckPolicy();
  GatePolicy no_margin = policy;
  for (GateMetric& metric : no_margin.primary) metric.margin = 0;

  uint64_t noise_seed = 1000 * options.seed;
  const auto next = [&](ScriptedRun run = {}) {
    run.noise_seed = ++noise_seed;
    return MakeScriptedRun(options, run);
  };
  const CheckedRun plain = next({.plain = true});
  std::vector<std::pair<CheckedRun, CheckedRun>> equal;
  for (int64_t i = 0; i < options.equal_pairs; ++i) {
    CheckedRun first = next();
    equal.emplace_back(std::move(first), next());
  }
  std::vector<std::pair<const CheckedRun*, const CheckedRun*>> pointers;
  for (const auto& [first, second] : equal) pointers.emplace_back(&first, &second);
  result.noise = MeasureNoise(pointers, policy, gate.bootstrap);
  std::map<std::string, NoiseFloorRecord> noise;
  for (const NoiseFloorRecord& record : result.noise) noise[record.metric] = record;

  const std::string all = std::to_string(options.equal_pairs);
  // A gate that never decides would raise no alarm either.
  const auto judge_equal = [&](const GatePolicy& with, const std::string& what,
                               int64_t fewest_passes) {
    int64_t alarms = 0, passes = 0;
    for (const auto& [first, second] : equal) {
      const GateVerdict verdict = DecideGate({MakePair(first, second, plain, noise)}, with, gate);
      alarms += verdict.state == GateState::kFail;
      passes += verdict.state == GateState::kPass;
    }
    const std::string wanted =
        fewest_passes == 0 ? "" : ", " + std::to_string(fewest_passes) + " pass";
    const std::string found = fewest_passes == 0 ? "" : ", " + std::to_string(passes) + " pass";
    result.rows.push_back({all + " equal pairs, " + what, "at most 1 failure" + wanted,
                           std::to_string(alarms) + " failures" + found,
                           alarms <= 1 && passes >= fewest_passes});
  };
  judge_equal(policy, "2 % margin", options.equal_pairs / 2);
  judge_equal(no_margin, "no margin", 0);

  const auto plant = [&](const ScriptedRun& run, const std::string& what,
                         const std::string& metric) {
    const GateVerdict verdict =
        DecideGate({MakePair(equal.front().first, next(run), plain, noise)}, policy, gate);
    const bool found = FailsOn(verdict, metric);
    result.rows.push_back({what, "fail on " + metric,
                           GateStateName(verdict.state) + (found ? " on " + metric : ""), found});
  };
  plant({.accepted_cut = kPlantedLoss}, "5 % of accepted tokens cut", "accepted_length");
  plant({.step_factor = 1 + kPlantedLoss}, "steps 5 % slower", "step_time");

  GateSelfCheckOptions few = options;
  few.prompts = kFewPrompts;
  CheckedRun first = MakeScriptedRun(few, {.noise_seed = noise_seed + 1});
  CheckedRun second = MakeScriptedRun(few, {.noise_seed = noise_seed + 2});
  const GateVerdict verdict =
      DecideGate({MakePair(std::move(first), std::move(second), plain, noise)}, policy, gate);
  result.rows.push_back(
      {"12 prompts only", "inconclusive",
       std::string(GateStateName(verdict.state)) + ", needs " + std::to_string(Needed(verdict)) +
           " prompts",
       verdict.state == GateState::kInconclusive && Needed(verdict) > kFewPrompts});
  return result;
}

}  // namespace dsb
