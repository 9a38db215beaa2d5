#include "harness/run/run_session.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "base/error.h"
#include "harness/device_time/nvtx_ranges.h"
#include "harness/machine/environment.h"
#include "harness/run/run_rows.h"

namespace dsb {
namespace {

// Warm-up answers: long enough for several rounds, short enough to cost little.
constexpr int32_t kWarmupTokens = 16;
// A launch takes about 150 bytes in memory and 200 in the trace.
constexpr int64_t kMaxTimelineLaunches = 500'000;

// From the replayer to the recorder, counting for the progress line.
class RecordingSink : public ReplaySink {
 public:
  // `tracer`: gives an observed arm's steps their device times first; else null.
  RecordingSink(Recorder& recorder, DeviceTracer* tracer, Progress& progress,
                ProgressCounts& counts, bool drafts)
      : recorder_(recorder),
        tracer_(tracer),
        progress_(progress),
        counts_(counts),
        drafts_(drafts) {}

  void OnRequest(RequestRecord record) override {
    if (record.phase == "measured") {
      ++counts_.done;
      counts_.tokens += static_cast<int64_t>(record.output_ids.size());
      for (const RoundRecord& round : record.rounds) {
        if (!drafts_) break;
        ++counts_.rounds;
        counts_.committed_tokens += round.committed;
      }
    }
    recorder_.Add(std::move(record));
  }
  void OnStep(StepRecord record) override {
    if (tracer_ != nullptr) {
      tracer_->OnStep(std::move(record));
    } else {
      recorder_.Add(std::move(record));
    }
    progress_.Update(counts_);
  }

 private:
  Recorder& recorder_;
  DeviceTracer* const tracer_;
  Progress& progress_;
  ProgressCounts& counts_;
  const bool drafts_;
};

}  // namespace

RunSession::RunSession(const RunInputs& inputs, Backend& backend, Clock& clock,
                       DeviceTimeSource* source)
    : inputs_(inputs), backend_(backend), clock_(clock), source_(source) {
  const std::string session = RandomUuid();
  for (const ArmOptions& options : inputs.options.arms) {
    AddArm(options, false, session);
    if (inputs.options.device_time) AddArm(options, true, session);
  }
}

void RunSession::AddArm(const ArmOptions& options, bool observed, const std::string& session) {
  const std::optional<ArtifactRecord> target = backend_.target();
  Arm& arm = *arms_.emplace_back(std::make_unique<Arm>(clock_));
  arm.options = options;
  arm.observed = observed;
  arm.device_time_source = DeviceTimeSourceOf(observed);
  arm.backend = backend_.MakeArm(options, inputs_.context_tokens, arm.clock);
  RunConfig& facts = arm.config = MakeRunConfig(inputs_.options, options);
  facts.target_sha256 = target ? target->sha256 : "";
  if (arm.backend.drafter) facts.drafter_sha256 = arm.backend.drafter->sha256;
  facts.workload = inputs_.workload.name;
  facts.workload_sha256 = inputs_.workload.sha256;
  facts.isa = inputs_.isa;
  if (observed) facts.observers = "on";
  if (inputs_.options.device_time) facts.device_time_source = arm.device_time_source;
  facts.context_tokens = inputs_.context_tokens;
  facts.block_prompts = static_cast<int64_t>(BlockSize(inputs_.options.concurrency));
  facts.command_line = inputs_.command_line;
  facts.session = session;
  facts.load_average_1m = inputs_.load_average;
}

std::string RunSession::DeviceTimeSourceOf(bool observed) const {
  if (inputs_.options.device_time && !observed) return "none";
  if (observed && source_ != nullptr) return source_->Name();
  return backend_.is_real() && !backend_.uses_gpu() ? "cpu_thread" : "none";
}

RunSession::~RunSession() = default;

RunSummary RunSession::Run(Store& store, Progress& progress, const std::atomic<bool>& stop) {
  RunSummary summary;
  OpenRuns(store, summary);
  if (summary.was_complete) return summary;
  recorder_ = std::make_unique<Recorder>(store, Recorder::Options{});
  try {
    StartTracer();
    ReplayAll(progress, stop, summary);
    tracer_->Finish();
    recorder_->Finish();
  } catch (const std::exception& error) {
    FailRuns(store, error.what());
    throw;
  }
  CloseRuns(store, summary);
  return summary;
}

void RunSession::OpenRuns(Store& store, RunSummary& summary) {
  ResumeState resume;
  resume.arms.resize(arms_.size());
  if (inputs_.options.resume) {
    std::vector<RunConfig> configs;
    for (const auto& arm : arms_) configs.push_back(arm->config);
    resume = FindResumePoint(store, configs);
  }
  const SharedRows shared = PutSharedRows(store, inputs_, backend_);
  prompt_ids_ = shared.prompt_ids;
  summary.was_complete = true;
  for (size_t i = 0; i < arms_.size(); ++i) {
    Arm& arm = *arms_[i];
    const ResumePoint* point = resume.arms[i] ? &*resume.arms[i] : nullptr;
    // A run that a crash kept from being created joins the session of the others.
    if (!resume.session.empty()) arm.config.session = resume.session;
    PutRunRows(store, inputs_, backend_, shared, point, arm);
    summary.run_ids.push_back(arm.run_id);
    if (arm.active) summary.was_complete = false;
  }
}

void RunSession::StartTracer() {
  DeviceTracer::Options options;
  if (!inputs_.options.timeline.empty()) options.max_timeline_launches = kMaxTimelineLaunches;
  tracer_ = std::make_unique<DeviceTracer>(
      source_, clock_,
      DeviceTracer::Sink{
          .on_step = [this](StepRecord record) { recorder_->Add(std::move(record)); },
          .on_kernels =
              [this](std::vector<KernelTimeRecord> records) {
                recorder_->Add(std::move(records));
              }},
      options);
  for (const auto& arm : arms_) {
    Instrumentation instrumentation;
    instrumentation.phase_times = arm->observed || !inputs_.options.device_time;
    // Nsight may look at any run; a run beside an observed one stays unwatched.
    const bool watched = arm->observed || (HasNvtx() && !inputs_.options.device_time);
    instrumentation.observer = watched ? tracer_.get() : nullptr;
    arm->backend.engine->Instrument(instrumentation);
  }
}

void RunSession::ReplayAll(Progress& progress, const std::atomic<bool>& stop, RunSummary& summary) {
  const RunOptions& options = inputs_.options;
  const auto blocks =
      PlanBlocks(inputs_.prompts.size(), options.repeats, BlockSize(options.concurrency));
  ProgressCounts counts;
  std::vector<std::unique_ptr<RecordingSink>> sinks;
  for (const auto& arm : arms_) {
    sinks.push_back(
        std::make_unique<RecordingSink>(*recorder_, arm->observed ? tracer_.get() : nullptr,
                                        progress, counts, arm->options.drafter != "none"));
    if (!arm->active) continue;
    counts.total += static_cast<int64_t>(inputs_.prompts.size()) * options.repeats;
    for (const auto& block : blocks) {
      for (const PlannedRequest& planned : block) {
        if (arm->finished.contains({prompt_ids_[planned.prompt], planned.repeat})) {
          --counts.total;
          ++summary.num_resumed;
        }
      }
    }
    Replayer::Options replay;
    replay.run_id = arm->run_id;
    replay.segment_id = arm->segment_id;
    replay.first_step_idx = arm->first_step_idx;
    replay.vocab_size = backend_.vocab_size();
    arm->replayer =
        std::make_unique<Replayer>(*arm->backend.engine, arm->clock, *sinks.back(), replay);
  }
  progress.Note("warm-up: " + std::to_string(options.warmup) + " requests per arm");
  for (const auto& arm : arms_) {
    if (!arm->active) continue;
    if (!Replay(*arm, WarmupRequests(*arm), stop)) summary.interrupted = true;
    arm->window_start_ns = arm->window_end_ns = arm->clock.NowNs();
  }
  progress.Note("measuring: " + std::to_string(counts.total) + " requests");
  for (size_t block = 0; block < blocks.size() && !summary.interrupted; ++block) {
    for (const size_t index : ArmOrder(block, arms_.size())) {
      Arm& arm = *arms_[index];
      if (!arm.active) continue;
      if (!Replay(arm, BlockRequests(arm, blocks[block]), stop)) {
        summary.interrupted = true;
        break;
      }
    }
  }
  progress.Finish(counts);
}

bool RunSession::Replay(Arm& arm, std::vector<PreparedRequest> requests,
                        const std::atomic<bool>& stop) {
  if (requests.empty()) return !stop;
  replaying_ = &arm;
  arm.clock.Resume();
  if (arm.observed) tracer_->Resume(clock_.NowNs() - arm.clock.NowNs());
  ClosedLoop source(std::move(requests), inputs_.options.concurrency, arm.clock.NowNs());
  const Replayer::Outcome outcome = arm.replayer->Run(source, stop);
  arm.window_end_ns = outcome.issuing_stopped_ns;
  if (arm.observed) tracer_->Pause();
  arm.clock.Pause();
  replaying_ = nullptr;
  return !outcome.stopped;
}

PreparedRequest RunSession::Prepare(Arm& arm, size_t prompt, int64_t repeat,
                                    int32_t max_tokens) const {
  const RunOptions& options = inputs_.options;
  PreparedRequest prepared;
  prepared.prompt_id = prompt_ids_[prompt];
  prepared.repeat = repeat;
  EngineRequest& request = prepared.engine;
  request.id = arm.next_request_id++;
  request.random_id = RandomId(inputs_.prompts[prompt].key, repeat);
  request.seed = static_cast<uint64_t>(options.seed);
  request.prompt = inputs_.prompts[prompt].ids;
  request.sampling = {
      .temperature = options.temperature, .top_k = options.top_k, .top_p = options.top_p};
  request.max_tokens = max_tokens;
  request.stop_tokens = backend_.stop_tokens();
  return prepared;
}

std::vector<PreparedRequest> RunSession::WarmupRequests(Arm& arm) const {
  const size_t num_prompts = inputs_.prompts.size();
  std::vector<PreparedRequest> requests;
  for (int32_t i = 0; i < inputs_.options.warmup; ++i) {
    // Negative repeats, another set for each segment, keep the key (run, prompt, repeat) unique.
    const auto round = static_cast<int64_t>(static_cast<size_t>(i) / num_prompts);
    const int64_t repeat = -1 - round - 1000 * arm.num_segments;
    PreparedRequest prepared = Prepare(arm, static_cast<size_t>(i) % num_prompts, repeat,
                                       std::min(kWarmupTokens, inputs_.options.max_tokens));
    prepared.phase = "warmup";
    requests.push_back(std::move(prepared));
  }
  return requests;
}

std::vector<PreparedRequest> RunSession::BlockRequests(
    Arm& arm, const std::vector<PlannedRequest>& block) const {
  std::vector<PreparedRequest> requests;
  for (const PlannedRequest& planned : block) {
    if (arm.finished.contains({prompt_ids_[planned.prompt], planned.repeat})) continue;
    requests.push_back(Prepare(arm, planned.prompt, planned.repeat, inputs_.options.max_tokens));
  }
  return requests;
}

void RunSession::CloseRuns(Store& store, RunSummary& summary) {
  for (const auto& arm : arms_) {
    if (!arm->active) continue;
    if (recorder_->stall_ns() > 0) {
      store.PutRunFlag(arm->run_id, "client_limited",
                       "recorder stalled " + std::to_string(recorder_->stall_ns()) + " ns");
    }
    const ReplayCounters& counters = arm->replayer->counters();
    std::string failure;
    if (counters.errors > 0) {
      failure = std::to_string(counters.errors) +
                " requests ended in error; the first: " + counters.first_error;
      if (summary.num_errors == 0) summary.first_error = counters.first_error;
      summary.num_errors += counters.errors;
    }
    const int64_t now_ns = arm->clock.NowNs();
    store.EndSegment(arm->segment_id, now_ns, arm->window_start_ns, arm->window_end_ns);
    const std::string state = !failure.empty()      ? "failed"
                              : summary.interrupted ? "interrupted"
                                                    : "complete";
    store.EndRun(arm->run_id, state, failure, now_ns, arm->steps_complete);
  }
}

void RunSession::FailRuns(Store& store, const std::string& reason) {
  bool flushed = true;
  try {
    if (tracer_ != nullptr) tracer_->Finish();
    recorder_->Finish();
  } catch (const std::exception&) {
    flushed = false;  // `reason` came first
  }
  for (const auto& arm : arms_) {
    if (!arm->active) continue;
    const bool culprit = arm.get() == replaying_;
    try {
      const int64_t now_ns = arm->clock.NowNs();
      store.EndSegment(arm->segment_id, now_ns, arm->window_start_ns,
                       std::max(arm->window_start_ns, arm->window_end_ns));
      store.EndRun(arm->run_id, culprit ? "failed" : "interrupted",
                   culprit ? reason : "the other arm failed", now_ns,
                   arm->steps_complete && flushed);
    } catch (const std::exception&) {
      // A store that cannot be written to keeps the run as running; the next open marks it
      // interrupted.
    }
  }
}

}  // namespace dsb
