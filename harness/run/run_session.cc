#include "harness/run/run_session.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "base/error.h"
#include "engines/scheduling/calibration.h"
#include "harness/device_time/nvtx_ranges.h"
#include "harness/machine/environment.h"
#include "harness/options/names.h"
#include "harness/options/stored_command.h"
#include "harness/replay/queued_engine.h"
#include "harness/run/plan_replay.h"
#include "harness/run/run_end.h"
#include "harness/run/run_rows.h"

namespace dsb {
namespace {

// A server has a queue of its own: what is due goes there.
constexpr int32_t kServerPlaces = 65536;
// A launch takes about 150 bytes in memory and 200 in the trace.
constexpr int64_t kMaxTimelineLaunches = 500'000;

}  // namespace

RunSession::RunSession(const RunInputs& inputs, Backend& backend, Clock& clock,
                       DeviceTimeSource* source)
    : inputs_(inputs), backend_(backend), clock_(clock), source_(source) {
  const std::string session = RandomUuid();
  for (const ArmOptions& options : inputs.options.arms) {
    AddArm(options, false, session);
    if (inputs.options.device_time) AddArm(options, true, session);
  }
  RefuseEqualArms();
}

// Two arms that differ in what was asked for may do the same once the drafters are known.
void RunSession::RefuseEqualArms() const {
  for (size_t i = 0; i < arms_.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      const Arm &arm = *arms_[i], &other = *arms_[j];
      if (arm.observed != other.observed || !(arm.options == other.options)) continue;
      ThrowBadInput("--drafters: two arms of " + arm.options.source() + " draft " +
                    std::to_string(arm.options.draft_length) +
                    " tokens with one policy, expected each arm once");
    }
  }
}

void RunSession::AddArm(const ArmOptions& options, bool observed, const std::string& session) {
  const ModelHashes target = backend_.target_hashes();
  Arm& arm = *arms_.emplace_back(std::make_unique<Arm>(clock_));
  arm.options = options;
  arm.observed = observed;
  const RunOptions& asked = inputs_.options;
  const bool has_users = asked.load == kLoadPaired || asked.load == kLoadClosed;
  const bool is_server = EngineFromName(asked.engine) == EngineKind::kRemote;
  const int32_t places = is_server && !has_users ? kServerPlaces : SlotsOf(asked);
  arm.backend = backend_.MakeArm(
      options, {.max_concurrency = places, .context_tokens = inputs_.context_tokens}, arm.clock);
  const bool may_overflow =
      has_users ? asked.concurrency > arm.backend.engine->Describe().max_concurrency : !is_server;
  if (may_overflow) {
    arm.backend.engine = std::make_unique<QueuedEngine>(std::move(arm.backend.engine));
  }
  if (options.drafter != "none") {  // a default length is cut to the drafter's own
    arm.options.draft_length = arm.backend.engine->Describe().draft_length;
  }
  arm.device_time_source = DeviceTimeSourceOf(arm);
  RunConfig& facts = arm.config = MakeRunConfig(inputs_.options, arm.options);
  facts.target_sha256 = target.sha256;
  facts.target_identity_sha256 = target.identity_sha256;
  if (arm.backend.drafter) {
    facts.drafter_sha256 = arm.backend.drafter_hashes.sha256;
    facts.drafter_identity_sha256 = arm.backend.drafter_hashes.identity_sha256;
  }
  facts.planner_table_sha256 = arm.backend.planner_table_sha256;
  facts.acceptance = arm.backend.acceptance;
  const std::string confidence = arm.backend.engine->Describe().confidence;
  if (confidence != kHeadConfidence) facts.confidence = confidence;
  for (const auto& [role, file] : arm.backend.scheduling_files) {
    (role == "calibration" ? facts.calibration_sha256 : facts.cost_table_sha256) = file.sha256;
  }
  facts.server_url = arm.backend.server.url;
  facts.server = arm.backend.server.text;
  if (!arm.backend.server.model.empty()) facts.server_model = arm.backend.server.model;
  facts.workload = inputs_.workload.name;
  facts.workload_sha256 = inputs_.workload.sha256;
  facts.isa = inputs_.isa;
  if (observed) facts.observers = "on";
  if (inputs_.options.device_time) facts.device_time_source = arm.device_time_source;
  facts.context_tokens = inputs_.context_tokens;
  facts.block_prompts = static_cast<int64_t>(BlockSize(inputs_.options.concurrency));
  if (inputs_.trace) facts.trace_sha256 = inputs_.trace->sha256;
  facts.command_line = inputs_.command_line;
  facts.session = session;
  facts.load_average_1m = inputs_.load_average;
}

std::string RunSession::DeviceTimeSourceOf(const Arm& arm) const {
  if (inputs_.options.device_time && !arm.observed) return "none";
  if (arm.observed && source_ != nullptr) return source_->Name();
  return arm.backend.engine->Describe().device_time_source;
}

RunSession::~RunSession() = default;

RunSummary RunSession::Run(const LoadPlan& plan, Store& store, Progress& progress,
                           const std::atomic<bool>& stop) {
  RunSummary summary;
  OpenRuns(plan, store, summary);
  if (summary.was_complete) return summary;
  recorder_ = std::make_unique<Recorder>(store, Recorder::Options{});
  std::unique_ptr<PlanReplay> replay;
  try {
    StartTracer();
    replay = std::make_unique<PlanReplay>(PlanReplay::Parts{.inputs = inputs_,
                                                            .backend = backend_,
                                                            .arms = arms_,
                                                            .prompt_rows = prompt_rows_,
                                                            .clock = clock_,
                                                            .recorder = *recorder_,
                                                            .tracer = *tracer_,
                                                            .progress = progress},
                                          plan);
    summary.num_resumed = replay->num_resumed();
    summary.interrupted = !replay->Run(stop);
    tracer_->Finish();
    recorder_->Finish();
  } catch (const std::exception& error) {
    FailRuns(store, arms_, Flush(), WithNamesOnly(error.what(), inputs_.options));
    throw;
  }
  CloseRuns(store, arms_, recorder_->stall_ns(), summary);
  return summary;
}

bool RunSession::Flush() {
  // Each to its end, whatever the other says: both have threads that use the store.
  bool flushed = true;
  const auto finish = [&](const auto& end) {
    try {
      end();
    } catch (const std::exception&) {
      flushed = false;  // the error that led here came first
    }
  };
  finish([&] {
    if (tracer_ != nullptr) tracer_->Finish();
  });
  finish([&] { recorder_->Finish(); });
  return flushed;
}

void RunSession::OpenRuns(const LoadPlan& plan, Store& store, RunSummary& summary) {
  // A crash leaves all of a command's runs, with all that they stand on, or none.
  store.Transact([&] { PutRuns(plan, store, summary); });
}

void RunSession::PutRuns(const LoadPlan& plan, Store& store, RunSummary& summary) {
  ResumeState resume;
  resume.arms.resize(arms_.size());
  if (inputs_.options.resume) {
    std::vector<RunConfig> configs;
    for (const auto& arm : arms_) configs.push_back(arm->config);
    const bool talks = std::ranges::any_of(
        inputs_.prompts, [](const Prompt& prompt) { return prompt.num_turns() > 1; });
    resume = FindResumePoint(store, configs, talks);
  }
  const SharedRows shared = PutSharedRows(store, inputs_, plan, backend_);
  prompt_rows_ = shared.prompt_rows;
  summary.was_complete = true;
  for (size_t i = 0; i < arms_.size(); ++i) {
    Arm& arm = *arms_[i];
    const ResumePoint* point = resume.arms[i] ? &*resume.arms[i] : nullptr;
    // A run that a crash kept from being created joins the session of the others.
    if (!resume.session.empty()) arm.config.session = resume.session;
    PutRunRows(store, inputs_, plan, shared, point, arm);
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

}  // namespace dsb
