#include "harness/run/run_rows.h"

#include <bit>
#include <span>
#include <utility>

#include "base/clock.h"
#include "base/sha256.h"
#include "harness/machine/environment.h"
#include "harness/run/run_session.h"

namespace dsb {
namespace {

static_assert(std::endian::native == std::endian::little);

RunRecord MakeRunRecord(const RunInputs& inputs, const RunArm& arm) {
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
  run.load_mode = "closed";
  run.users = options.concurrency;
  run.temperature = options.temperature;
  run.top_p = options.top_p;
  run.top_k = options.top_k;
  run.max_tokens = options.max_tokens;
  run.seed = options.seed;
  run.threads = options.threads;
  run.device_time_source = arm.device_time_source;
  run.config_json = ConfigToJson(arm.config);
  run.config_sha256 = ConfigSha256(arm.config);
  return run;
}

}  // namespace

std::string TokenSha256(const std::vector<int32_t>& ids) {
  return Sha256Hex(std::as_bytes(std::span(ids)));
}

SharedRows PutSharedRows(Store& store, const RunInputs& inputs, const Backend& backend) {
  SharedRows shared;
  shared.environment_id = store.PutEnvironment(inputs.environment);
  shared.build_id = store.PutBuild(inputs.build);
  if (const auto target = backend.target()) shared.target_id = store.PutArtifact(*target);
  ArtifactRecord workload;
  workload.kind = "workload";
  workload.name = inputs.workload.name;
  workload.sha256 = inputs.workload.sha256;
  workload.size_bytes = inputs.workload.size_bytes;
  workload.source = WithoutFolders(inputs.workload.path);
  shared.workload_id = store.PutArtifact(workload);
  shared.prompt_ids.reserve(inputs.prompts.size());
  for (const Prompt& prompt : inputs.prompts) {
    PromptRecord record;
    record.item_key = prompt.key;
    record.conversation_key = prompt.key;
    record.dataset = prompt.dataset;
    record.domain = prompt.domain;
    record.num_prompt_tokens = static_cast<int64_t>(prompt.ids.size());
    record.token_sha256 = TokenSha256(prompt.ids);
    shared.prompt_ids.push_back(store.PutPrompt(record, shared.workload_id));
  }
  return shared;
}

void PutRunRows(Store& store, const RunInputs& inputs, const Backend& backend,
                const SharedRows& shared, const ResumePoint* resume, RunArm& arm) {
  if (resume != nullptr) {
    arm.run_id = resume->run_id;
    arm.active = !resume->complete;
    arm.steps_complete = resume->steps_complete;
    arm.num_segments = resume->num_segments;
    arm.finished = resume->finished;
    if (!arm.active) return;
    arm.clock.JumpTo(resume->time_ns);
    arm.first_step_idx = store.ResumeRun(arm.run_id);
  } else {
    arm.run_id = store.PutRun(MakeRunRecord(inputs, arm), shared.environment_id, shared.build_id);
    if (shared.target_id != 0) store.PutRunArtifact(arm.run_id, "target", shared.target_id);
    store.PutRunArtifact(arm.run_id, "workload", shared.workload_id);
    if (arm.backend.drafter) {
      store.PutRunArtifact(arm.run_id, "drafter", store.PutArtifact(*arm.backend.drafter));
    }
    if (!backend.is_real()) {
      store.PutRunFlag(arm.run_id, "synthetic_acceptance", "null engine");
    }
  }
  if (inputs.build.git_dirty) {
    store.PutRunFlag(arm.run_id, "dirty", inputs.build.diff_sha256.value_or(""));
  }
  arm.segment_id = store.PutSegment(arm.run_id, arm.clock.NowNs());
}

}  // namespace dsb
