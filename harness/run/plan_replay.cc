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
    if (!parts_.arms[stage.arm]->active) continue;
    int64_t all = 0, left = 0;
    for (const Visit& visit : stage.schedule->visits) {
      all += parts_.inputs.prompts[visit.item].num_turns();
    }
    for (const OpenVisit& open : Conversations(PartsOf(stage, false)).Open()) {
      left += open.num_turns - open.first_turn;
    }
    counts_.total += left;
    num_resumed_ += all - left;
  }
}

bool PlanReplay::Run(const std::atomic<bool>& stop) {
  bool going = true;
  const size_t num_warmup = plan_.warmup.empty() ? 0 : plan_.warmup.front().schedule->visits.size();
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

Conversations::Parts PlanReplay::PartsOf(const LoadStage& stage, bool warmup) const {
  return {.inputs = parts_.inputs,
          .backend = parts_.backend,
          .prompt_rows = parts_.prompt_rows,
          .stage = stage,
          .warmup = warmup,
          .arm = *parts_.arms[stage.arm]};
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
  Conversations requests(PartsOf(stage, warmup));
  std::vector<OpenVisit> visits = requests.Open();
  if (visits.empty()) return !stop;
  arm.replaying = true;
  arm.clock.Resume();
  if (arm.observed) parts_.tracer.Resume(parts_.clock.NowNs() - arm.clock.NowNs());
  ScheduledLoad source(
      *stage.schedule, std::move(visits), requests,
      {.start_ns = arm.clock.NowNs(),
       .users = stage.users,
       .client_cap = warmup ? 0 : static_cast<int32_t>(plan_.client_cap.value_or(0)),
       .stop_if_overloaded = plan_.stop_if_overloaded && !warmup});
  const CpuUse before = ReadCpuUse();
  const int64_t idle_before_ns = arm.replayer->counters().idle_ns;
  const Replayer::Outcome outcome = arm.replayer->Run(source, stop, warmup ? 0 : plan_.drain_ns);
  if (!warmup) {
    arm.cpu_use += ReadCpuUse() - before;
    arm.idle_ns += arm.replayer->counters().idle_ns - idle_before_ns;
  }
  if (source.overloaded()) {
    arm.overload = "requests in the system and time to first token grew together; stopped with " +
                   Counted(source.num_unasked(), "request") + " not asked";
  }
  arm.window_end_ns = outcome.issuing_stopped_ns;
  if (arm.observed) parts_.tracer.Pause();
  arm.clock.Pause();
  arm.replaying = false;
  return !outcome.stopped;
}

}  // namespace dsb
