#include "harness/options/model_options.h"

#include <algorithm>

#include "base/console.h"
#include "base/counted.h"
#include "base/error.h"
#include "engines/drafters/registry.h"
#include "engines/scheduling/policy_kind.h"
#include "harness/machine/environment.h"
#include "harness/machine/paths.h"
#include "harness/options/drafter_paths.h"
#include "harness/options/names.h"

namespace dsb {
namespace {

constexpr auto kModel = OptionGroup::kModel;
constexpr int kMostThreads = 256;

// "none (no draft), fixed (all drafts), ...".
std::string PolicyHelp() {
  std::string list;
  for (const std::string& name : PolicyNames()) {
    list += (list.empty() ? "" : ", ") + name + " (" + FindPolicy(name)->what + ')';
  }
  return list;
}

std::vector<Option> TargetOptions(ModelOptions& o) {
  return {
      {.name = "target",
       .value = &o.target,
       .value_name = "PATH",
       .help = "GGUF file or Hugging Face folder of the target; default: $DSBENCH_TARGET, else "
               "the pinned model in the cache ($DSBENCH_CACHE or ~/.cache/dsbench)",
       .check = NotEmpty(),
       .group = kModel,
       .stored_as = AsFound{},
       .path = PathForm::kPlain},
      {.name = "device",
       .value = &o.device,
       .value_name = "NAME",
       .help = "where target and drafters run: cpu, or cuda (exit 3 without a usable GPU)",
       .choices = DeviceNames(),
       .group = kModel,
       .shared_by = kRun | kGenerate | kProfile,
       .stored_as = &RunConfig::device},
      {.name = "weights",
       .value = &o.weights,
       .value_name = "MODE",
       .help = "how the target's weights are kept in memory: stored (as the file has them), "
               "bf16 (memory-bound, like a GPU server) or f32",
       .choices = TargetWeightNames(),
       .group = kModel,
       .stored_as = &RunConfig::weights},
      {.name = "prompt-form",
       .value = &o.prompt_form,
       .value_name = "NAME",
       .help = "how a conversation is put before the target: auto (as its chat template says), "
               "raw (the text as it stands, special tokens included), chatml, smollm2 or "
               "qwen3-nonthinking",
       .choices = PromptFormNames(),
       .group = kModel,
       .stored_as = &RunConfig::prompt_form},
      {.name = "threads",
       .value = &o.threads,
       .value_name = "THREADS",
       .help = "CPU threads; 0: one per usable core",
       .check = IntegerIn(0, kMostThreads),
       .group = OptionGroup::kExecution,
       .stored_as = &RunConfig::threads},
      // null: self-tests drive the whole path without a model; not for measuring.
      {.name = "engine",
       .value = &o.engine,
       .value_name = "NAME",
       .help = "native (this program decodes), simulated (virtual time, no model: see the options "
               "of the simulated engine), remote (servers do, see --url and --arm), or null for "
               "self-tests",
       .choices = EngineNames(),
       .group = kModel,
       .shared_by = kRun,
       .stored_as = &RunConfig::engine}};
}

std::vector<Option> DrafterOptions(ModelOptions& o) {
  return {{.name = "drafters",
           .value = &o.drafters,
           .value_name = "ARM,...",
           .help = "one arm each, interleaved: none (plain decoding), " + DrafterNameList() +
                   ", or all; an arm may have a draft length and policy of its own, as in "
                   "dspark:4 or dspark:7:threshold=0.5, and a checkpoint, as in dspark@NAME; "
                   "comma list",
           .check = NotEmpty(),
           .group = kModel,
           .shared_by = kRun | kProve,
           .stored_as = &RunConfig::arms,
           .alias = "drafter"},
          {.name = "drafter-path",
           .value = &o.drafter_paths,
           .value_name = "[NAME=]FOLDER",
           .help = "folder with the drafter's config.json and model.safetensors; several "
                   "drafters: NAME=FOLDER, repeated, or a folder with one subfolder per name; "
                   "two checkpoints of one: --drafters dspark@A,dspark@B --drafter-path A=FOLDER "
                   "--drafter-path B=FOLDER; default: the shipped one ($DSBENCH_MODELS/NAME if "
                   "set)",
           .check = NotEmpty(),
           .group = kModel,
           .shared_by = kRun | kGenerate | kProve | kProfile,
           .stored_as = AsFound{},
           .path = PathForm::kNamed},
          {.name = "drafter-weights",
           .value = &o.drafter_weights,
           .value_name = "MODE",
           .help = "the drafter's weights: stored (bf16, as the file), q8 (8-bit blocks) or f32",
           .choices = DrafterWeightNames(),
           .group = kModel,
           .shared_by = kRun | kGenerate | kProve | kProfile,
           .stored_as = AsFound{}},
          {.name = "draft-length",
           .value = &o.draft_length,
           .value_name = "TOKENS",
           .help = "tokens drafted per round, at most (without this option also no more than "
                   "the drafter drafts); 0: none",
           .check = DraftLength(),
           .group = kModel,
           .shared_by = kRun | kGenerate | kProve | kProfile,
           .stored_as = AsFound{}},
          {.name = "policy",
           .value = &o.policy,
           .value_name = "NAME",
           .help = "which drafted tokens are verified: " + PolicyHelp(),
           .choices = PolicyNames(),
           .group = kModel,
           .shared_by = kRun | kGenerate | kProve,
           .stored_as = AsFound{}},
          {.name = "threshold",
           .value = &o.threshold,
           .value_name = "PROBABILITY",
           .help = "confidence from 0 to 1, for --policy threshold",
           .check = NumberIn(0, 1),
           .group = kModel,
           .shared_by = kRun | kGenerate | kProve,
           .stored_as = AsFound{}},
          {.name = "cost-table",
           .value = &o.cost_tables,
           .value_name = "FILE",
           .help = "what steps cost, from dsbench profile, for policies that weigh drafts by it, "
                   "and for the simulated engine's clock; "
                   "repeated: one for each drafter",
           .check = NotEmpty(),
           .group = kModel,
           .shared_by = kRun | kGenerate,
           .stored_as = AsFound{},
           .path = PathForm::kPlain},
          {.name = "calibration",
           .value = &o.calibrations,
           .value_name = "FILE",
           .help = "temperatures of the drafter's confidences, from dsbench calibrate; repeated: "
                   "one for each drafter",
           .check = NotEmpty(),
           .group = kModel,
           .shared_by = kRun | kGenerate,
           .stored_as = AsFound{},
           .path = PathForm::kPlain},
          {.name = "allow-biased",
           .value = &o.allow_biased,
           .value_name = "",
           .help = "take a policy that changes what sampling draws (global_argmax), for study",
           .group = kModel,
           .shared_by = kRun,
           .stored_as = AsFound{}}};
}

void RefuseBiased(const ModelOptions& options) {
  if (options.allow_biased) return;
  for (const ArmOptions& arm : options.arms) {
    const PolicyEntry* const policy = FindPolicy(arm.policy);
    if (policy == nullptr || policy->lossless) continue;
    ThrowBadInput("--policy " + arm.policy + " is biased: it changes what sampling draws; " +
                  "expected --allow-biased beside it, or lagged");
  }
}

}  // namespace

std::vector<Option> DescribeOptions(ModelOptions& options) {
  std::vector<Option> all = TargetOptions(options);
  for (Option& option : DrafterOptions(options)) all.push_back(std::move(option));
  return all;
}

void FillDefaults(ModelOptions& options) {
  options.drafters = ExpandDrafters(options.drafters);
  options.arms = ParseArms(options);
  RefuseBiased(options);
  const int cores = UsableCores();
  if (EngineFromName(options.engine) == EngineKind::kRemote) {
    options.threads = 1;  // of this program; the server's are not known
  } else if (options.threads == 0) {
    options.threads = std::min(kMostThreads, cores);
    if (cores > kMostThreads) {
      Say("warning", std::to_string(cores) + " cores are usable, no more than " +
                         std::to_string(kMostThreads) + " threads are used");
    }
  } else if (options.threads > cores) {
    Say("warning",
        "--threads " + std::to_string(options.threads) + ": only " + Counted(cores, "core") +
            " can be used here; threads that wait for each other make every step slower");
  }
  if (EngineFromName(options.engine) != EngineKind::kNative) return;
  if (options.target.empty()) options.target = DefaultTargetPath();
  options.drafter_folders = DrafterFolders(DraftersOf(options.arms), options.drafter_paths);
}

}  // namespace dsb
