#include "harness/backends/native_backend.h"

#include <utility>

#include "base/console.h"
#include "harness/options/file_name.h"
#include "harness/options/names.h"
#include "harness/options/policy_number.h"

namespace dsb {

NativeBackend::NativeBackend(const ModelOptions& options)
    : options_(options),
      scheduling_files_(options),
      device_kind_(RequireDevice(options.device)),
      target_(LoadTarget(options.target, WeightModeFromName(options.weights),
                         PromptFormFromName(options.prompt_form))),
      pool_(options.threads) {
  PrintModelWarnings(options.target, target_->warnings);
  if (device_kind_ == DeviceKind::kCuda) device_ = std::make_unique<DeviceBackend>(target_);
}

RenderedPrompt NativeBackend::Render(std::span<const ChatMessage> conversation) const {
  Tokenizer::Encoding encoded = RenderChat(*target_->tokenizer, target_->chat_format, conversation);
  return {.ids = std::move(encoded.ids), .dropped_bytes = encoded.dropped_bytes};
}

std::string NativeBackend::AnswerText(std::span<const int32_t> ids, int64_t /*num_tokens*/) const {
  StreamingDecoder decoder(*target_->tokenizer);
  std::string text;
  for (const int32_t id : ids) {
    if (!target_->tokenizer->IsControl(id)) text += decoder.Push(id);
  }
  return text + decoder.Finish();
}

std::optional<ArtifactRecord> NativeBackend::target() const {
  ArtifactRecord record;
  record.kind = "target";
  record.name = target_->name;
  record.sha256 = target_->identity_sha256;
  record.size_bytes = target_->size_bytes;
  record.source = FileName(options_.target);
  return record;
}

ModelHashes NativeBackend::target_hashes() const {
  const bool whole = target_->identity_sha256 == target_->sha256;
  return {.sha256 = target_->sha256, .identity_sha256 = whole ? "" : target_->identity_sha256};
}

BackendArm NativeBackend::MakeArm(const ArmOptions& options, const ArmRoom& room, Clock& clock) {
  const std::string& drafter = options.drafter;
  NativeEngineOptions engine;
  engine.drafter = drafter;
  engine.max_concurrency = room.max_concurrency;
  engine.context_tokens = room.context_tokens;
  BackendArm arm;
  if (drafter == "none") {
    engine.policy.kind = PolicyKind::kNone;
  } else {
    engine.drafter_path = options_.drafter_folders.at(options.source());
    engine.drafter_folder = std::make_shared<ModelFolder>(engine.drafter_path);
    engine.drafter_weights = WeightModeFromName(options_.drafter_weights);
    engine.draft_length = options.draft_length;
    engine.may_draft_less = options.may_draft_less;
    engine.policy =
        room.make_budget ? PolicyOptions{.kind = PolicyKind::kBudget} : PolicyOptionsOf(options);
    engine.policy.make_budget = room.make_budget;
    engine.complete_policy = [&](const DrafterFacts& facts, PolicyOptions& policy) {
      CompletePolicy(*engine.drafter_folder, drafter, facts, policy, arm);
    };
  }
  arm.engine = device_ == nullptr ? MakeNativeEngine(target_, engine, pool_, clock)
                                  : device_->Make(engine, pool_, clock);
  if (drafter == "none") return arm;
  // What the engine was made from: no file is read again.
  const DrafterFile file = DescribeDrafter(*engine.drafter_folder);
  if (warned_of_.insert(file.path).second) {
    PrintModelWarnings(file.path, engine.drafter_folder->warnings());
  }
  arm.drafter.emplace();
  arm.drafter->kind = "drafter";
  arm.drafter->name = file.name;
  arm.drafter->sha256 = file.identity_sha256;
  arm.drafter->size_bytes = file.size_bytes;
  arm.drafter->source = FileName(file.path);
  arm.drafter_hashes = {.sha256 = file.sha256, .identity_sha256 = file.identity_sha256};
  return arm;
}

void NativeBackend::CompletePolicy(const ModelFolder& drafter, const std::string& drafter_name,
                                   const DrafterFacts& facts, PolicyOptions& policy,
                                   BackendArm& arm) const {
  if (!DescribePolicy(policy.kind).needs_confidence) return;
  CostConditions run = ConditionsOf(options_, target_->identity_sha256);
  run.drafter = drafter_name;
  run.drafter_sha256 = DescribeDrafter(drafter).identity_sha256;
  run.drafter_weights = options_.drafter_weights;
  run.draft_length = facts.draft_length;
  scheduling_files_.Complete(run, facts.has_confidence, policy, arm.scheduling_files);
}

void PrintModelWarnings(const std::string& path, const std::vector<std::string>& warnings) {
  for (const std::string& warning : warnings) {
    Say("warning", path + ": " + warning);
  }
}

std::unique_ptr<Backend> MakeNativeBackend(const ModelOptions& options) {
  return std::make_unique<NativeBackend>(options);
}

}  // namespace dsb
