#include "harness/run/run_rows.h"

#include <bit>
#include <span>
#include <utility>

#include "base/clock.h"
#include "base/console.h"
#include "base/sha256.h"
#include "engines/sampling/target_law.h"
#include "engines/scheduling/policy_kind.h"
#include "harness/machine/environment.h"
#include "harness/options/file_name.h"

namespace dsb {
namespace {

static_assert(std::endian::native == std::endian::little);

// Of the ids as little-endian int32, or of the messages' roles and contents, a zero byte after
// each.
std::string PromptSha256(const RenderedPrompt& prompt) {
  if (prompt.messages.empty()) return Sha256Hex(std::as_bytes(std::span(prompt.ids)));
  std::string text;
  for (const ChatMessage& message : prompt.messages) {
    text += message.role + '\0' + message.content + '\0';
  }
  return Sha256Hex(text);
}

// What is verified how, and by which law tokens are drawn.
void SetSampling(const RunOptions& options, const EngineDescription& description,
                 const std::string& policy_name, RunRecord& run) {
  const SamplingParams sampling = {
      .temperature = options.temperature, .top_k = options.top_k, .top_p = options.top_p};
  run.temperature = options.temperature;
  run.top_p = options.top_p;
  run.top_k = options.top_k;
  run.max_tokens = options.max_tokens;
  run.seed = options.seed;
  // A biased policy changes what is drawn, not what is greedily chosen. A server's has no name
  // here.
  const PolicyEntry* const policy = FindPolicy(policy_name);
  const bool lossless = policy == nullptr || policy->lossless;
  const bool exact = description.verifies_exactly && (IsGreedy(sampling) || lossless);
  run.verification_rule = !exact ? "unknown" : IsGreedy(sampling) ? "greedy_exact" : "rejection";
  if (exact) run.sampling_law = SamplingLawText(sampling);
}

void SetLoad(const LoadPlan& plan, RunRecord& run) {
  run.load_mode = plan.mode;
  run.arrival = plan.arrival;
  run.users = plan.users;
  run.client_cap = plan.client_cap;
  run.think_time_ns = plan.think_time_ns;
  run.offered_rate_per_s = plan.offered_rate_per_s;
  run.achieved_rate_per_s = plan.achieved_rate_per_s;
  run.arrival_cv = plan.arrival_cv;
  run.rate_scale = plan.rate_scale;
}

RunRecord MakeRunRecord(const RunInputs& inputs, const LoadPlan& plan, const SharedRows& shared,
                        const RunArm& arm) {
  const RunOptions& options = inputs.options;
  const EngineDescription description = arm.backend.engine->Describe();
  RunRecord run;
  run.uuid = RandomUuid();
  run.label = options.label;
  run.started_utc = UtcNow();
  run.engine = description.engine;
  run.drafter = arm.options.drafter;
  run.policy = arm.options.policy;
  run.draft_length = arm.options.drafter == "none" ? 0 : description.draft_length;
  SetLoad(plan, run);
  SetSampling(options, description, arm.options.policy, run);
  run.prompt_form = shared.prompt_form;
  run.provenance = ProvenanceName(description.provenance);
  run.reports_rounds = description.reports_rounds;
  run.weight_bytes_per_pass = description.weight_bytes_per_pass;
  run.flops_per_token = description.flops_per_token;
  run.bytes_per_draft = description.bytes_per_draft;
  run.flops_per_draft = description.flops_per_draft;
  if (shared.target_id != 0) run.target_precision = options.weights;
  if (arm.backend.drafter) run.drafter_precision = options.drafter_weights;
  run.threads = options.threads;
  run.clock = arm.clock.is_virtual() ? "virtual" : "real";
  run.device_time_source = arm.device_time_source;
  run.config_json = ConfigToJson(arm.config);
  run.config_sha256 = ConfigSha256(arm.config);
  return run;
}

}  // namespace

SharedRows PutSharedRows(Store& store, const RunInputs& inputs, const LoadPlan& plan,
                         const Backend& backend) {
  SharedRows shared;
  shared.prompt_form = backend.prompt_form();
  shared.environment_id = store.PutEnvironment(inputs.environment);
  shared.build_id = store.PutBuild(inputs.build);
  if (const auto target = backend.target()) shared.target_id = store.PutArtifact(*target);
  ArtifactRecord workload;
  workload.kind = "workload";
  workload.name = inputs.workload.name;
  workload.sha256 = inputs.workload.sha256;
  workload.size_bytes = inputs.workload.size_bytes;
  workload.source = FileNames(inputs.options.workloads);
  shared.workload_id = store.PutArtifact(workload);
  shared.prompt_rows.reserve(inputs.prompts.size());
  for (const Prompt& prompt : inputs.prompts) {
    PromptRecord record;
    record.item_key = prompt.key;
    record.conversation_key = prompt.cluster();
    record.dataset = prompt.dataset;
    record.domain = prompt.domain;
    record.context_depth_tokens = prompt.depth_tokens;
    std::vector<int64_t>& rows = shared.prompt_rows.emplace_back();
    // Of a later turn the message alone: what is before it depends on the answers.
    for (int32_t turn = 0; turn < prompt.num_turns(); ++turn) {
      const RenderedPrompt& rendered =
          turn == 0 ? prompt.first : prompt.later[static_cast<size_t>(turn - 1)];
      record.turn = turn;
      record.num_prompt_tokens = static_cast<int64_t>(rendered.ids.size());
      record.token_sha256 = PromptSha256(rendered);
      rows.push_back(store.PutPrompt(record, shared.workload_id));
    }
  }
  if (inputs.trace) {
    ArtifactRecord trace;
    trace.kind = "trace";
    trace.name = inputs.trace->name;
    trace.sha256 = inputs.trace->sha256;
    trace.size_bytes = inputs.trace->size_bytes;
    trace.source = FileName(inputs.trace->path);
    shared.trace_id = store.PutArtifact(trace);
  }
  if (plan.schedule != nullptr) {
    ArtifactRecord schedule;
    schedule.kind = "schedule";
    schedule.name = plan.schedule->law.process;
    schedule.detail_json = ScheduleText(*plan.schedule);
    schedule.sha256 = Sha256Hex(schedule.detail_json);
    schedule.size_bytes = static_cast<int64_t>(schedule.detail_json.size());
    shared.schedule_id = store.PutArtifact(schedule);
  }
  return shared;
}

void PutRunRows(Store& store, const RunInputs& inputs, const LoadPlan& plan,
                const SharedRows& shared, const ResumePoint* resume, RunArm& arm) {
  if (resume != nullptr) {
    arm.run_id = resume->run_id;
    arm.active = !resume->complete;
    arm.steps_complete = resume->steps_complete;
    arm.num_segments = resume->num_segments;
    arm.finished = resume->finished;
    arm.answers = resume->answers;
    if (!arm.active) return;
    arm.clock.JumpTo(resume->time_ns);
    const std::string changed =
        store.ChangedSince(arm.run_id, shared.environment_id, shared.build_id);
    if (!changed.empty()) {
      Say("warning", "--resume: run " + std::to_string(arm.run_id) + " goes on with " + changed +
                         " than it was begun with: its times are of both");
    }
    arm.first_step_idx = store.ResumeRun(arm.run_id, changed);
  } else {
    arm.steps_complete = arm.backend.engine->Describe().reports_steps;
    arm.run_id = store.PutRun(MakeRunRecord(inputs, plan, shared, arm), shared.environment_id,
                              shared.build_id);
    if (shared.target_id != 0) store.PutRunArtifact(arm.run_id, "target", shared.target_id);
    store.PutRunArtifact(arm.run_id, "workload", shared.workload_id);
    if (shared.trace_id != 0) store.PutRunArtifact(arm.run_id, "trace", shared.trace_id);
    if (shared.schedule_id != 0) store.PutRunArtifact(arm.run_id, "schedule", shared.schedule_id);
    if (arm.backend.drafter) {
      store.PutRunArtifact(arm.run_id, "drafter", store.PutArtifact(*arm.backend.drafter));
    }
    for (const auto& [role, file] : arm.backend.scheduling_files) {
      store.PutRunArtifact(arm.run_id, role, store.PutArtifact(file));
    }
    if (arm.backend.tokenizer) {
      store.PutRunArtifact(arm.run_id, "tokenizer", store.PutArtifact(*arm.backend.tokenizer));
    }
    const Provenance provenance = arm.backend.engine->Describe().provenance;
    if (provenance.acceptance == Provenance::Acceptance::kSynthetic) {
      store.PutRunFlag(arm.run_id, "synthetic_acceptance", provenance.note);
    }
  }
  std::vector<SkippedItemRecord> left_out = inputs.left_out;
  for (SkippedItemRecord& item : left_out) item.run_id = arm.run_id;
  store.PutSkippedItems(left_out);
  store.StartChain(arm.run_id);
  if (inputs.build.git_dirty) {
    store.PutRunFlag(arm.run_id, "dirty", inputs.build.diff_sha256.value_or(""));
  }
  arm.segment_id = store.PutSegment(arm.run_id, arm.clock.NowNs());
}

}  // namespace dsb
