#include "harness/run/plan_replay.h"

#include <string>
#include <utility>

#include "base/counted.h"

namespace dsb {

PlanReplay::PlanReplay(const Parts& parts, const LoadPlan& plan) : parts_(parts), plan_(plan) {
  for (const auto& arm : parts_.arms) {
    if (!arm->active) continue;
    DeviceTracer* const tracer = arm->observed ? &parts_.tracer : nullptr;
    sinks_.push_back(std::make_unique<RecordingSink>(
        RecordingSink::Targets{parts_.recorder, tracer, parts_.progress, counts_},
        arm->options.drafter != "none"));
    Replayer::Options replay;
    replay.run_id = arm->run_id;
    replay.segment_id = arm->segment_id;
    replay.first_step_idx = arm->first_step_idx;
    replay.vocab_size = parts_.backend.vocab_size();
    arm->replayer =
        std::make_unique<Replayer>(*arm->backend.engine, arm->clock, *sinks_.back(), replay);
  }
  for (const LoadStage& stage : plan_.measured) {
    const RunArm& arm = *parts_.arms[stage.arm];
    if (!arm.active) continue;
    for (const PlannedRequest& planned : stage.requests) {
      ++(IsFinished(arm, planned) ? num_resumed_ : counts_.total);
    }
  }
}

bool PlanReplay::Run(const std::atomic<bool>& stop) {
  bool going = true;
  const size_t num_warmup = plan_.warmup.empty() ? 0 : plan_.warmup.front().requests.size();
  parts_.progress.Note("warm-up: " + Counted(static_cast<int64_t>(num_warmup), "request") +
                       " per arm");
  for (const LoadStage& stage : plan_.warmup) {
    if (!RunStage(stage, true, stop)) going = false;
    // At once: another arm's warm-up may fail.
    RunArm& arm = *parts_.arms[stage.arm];
    arm.window_start_ns = arm.window_end_ns = arm.clock.NowNs();
  }
  for (const auto& arm : parts_.arms) {
    arm->window_start_ns = arm->window_end_ns = arm->clock.NowNs();
    SampleServer(*arm);
  }
  parts_.progress.Note("measuring: " + Counted(counts_.total, "request"));
  for (const LoadStage& stage : plan_.measured) {
    if (!going) break;
    going = RunStage(stage, false, stop);
  }
  for (const auto& arm : parts_.arms) SampleServer(*arm);
  parts_.progress.Finish(counts_);
  return going;
}

void PlanReplay::SampleServer(RunArm& arm) {
  if (!arm.active) return;
  for (EngineCounter& counter : arm.backend.engine->ReadCounters()) {
    ServerSampleRecord& sample = arm.server_samples.emplace_back();
    sample.run_id = arm.run_id;
    sample.t_ns = arm.clock.NowNs();
    sample.name = std::move(counter.name);
    sample.value = counter.value;
  }
}

bool PlanReplay::RunStage(const LoadStage& stage, bool warmup, const std::atomic<bool>& stop) {
  RunArm& arm = *parts_.arms[stage.arm];
  if (!arm.active) return true;
  std::vector<PreparedRequest> requests = Prepare(stage, warmup, arm);
  if (requests.empty()) return !stop;
  arm.replaying = true;
  arm.clock.Resume();
  if (arm.observed) parts_.tracer.Resume(parts_.clock.NowNs() - arm.clock.NowNs());
  const auto source = stage.make_source(
      std::move(requests), {.start_ns = arm.clock.NowNs(),
                            .max_in_flight = arm.backend.engine->Describe().max_concurrency});
  const CpuUse before = ReadCpuUse();
  const int64_t idle_before_ns = arm.replayer->counters().idle_ns;
  const Replayer::Outcome outcome = arm.replayer->Run(*source, stop);
  if (!warmup) {
    arm.cpu_use += ReadCpuUse() - before;
    arm.idle_ns += arm.replayer->counters().idle_ns - idle_before_ns;
  }
  arm.window_end_ns = outcome.issuing_stopped_ns;
  if (arm.observed) parts_.tracer.Pause();
  arm.clock.Pause();
  arm.replaying = false;
  return !outcome.stopped;
}

std::vector<PreparedRequest> PlanReplay::Prepare(const LoadStage& stage, bool warmup,
                                                 RunArm& arm) const {
  const RunOptions& options = parts_.inputs.options;
  std::vector<PreparedRequest> requests;
  for (const PlannedRequest& planned : stage.requests) {
    if (!warmup && IsFinished(arm, planned)) continue;
    const Prompt& prompt = parts_.inputs.prompts[planned.prompt];
    PreparedRequest& prepared = requests.emplace_back();
    prepared.prompt_id = parts_.prompt_ids[planned.prompt];
    prepared.repeat = planned.repeat;
    if (warmup) {
      prepared.phase = "warmup";
      // Another set for each segment: (run, prompt, repeat) stays unique.
      prepared.repeat -= 1000 * arm.num_segments;
    }
    EngineRequest& request = prepared.engine;
    request.id = arm.next_request_id++;
    request.random_id = RandomId(prompt.key, prepared.repeat);
    request.seed = static_cast<uint64_t>(options.seed);
    request.prompt = prompt.first.ids;
    request.messages = prompt.first.messages;
    request.sampling = {
        .temperature = options.temperature, .top_k = options.top_k, .top_p = options.top_p};
    request.max_tokens = stage.max_tokens;
    request.stop_tokens = parts_.backend.stop_tokens();
  }
  return requests;
}

bool PlanReplay::IsFinished(const RunArm& arm, const PlannedRequest& planned) const {
  return arm.finished.contains({parts_.prompt_ids[planned.prompt], planned.repeat});
}

}  // namespace dsb
