#include <CLI/CLI.hpp>
#include <memory>

#include "engines/drafters/registry.h"
#include "harness/cli/cli.h"
#include "harness/options/drafter_paths.h"
#include "harness/options/validators.h"
#include "harness/run/run_command.h"

namespace dsb {
namespace {

constexpr const char* kModel = "Model and drafters";
constexpr const char* kWork = "Workload and sampling";
constexpr const char* kHow = "Execution";
constexpr const char* kResults = "Results";

void AddModelOptions(CLI::App& run, RunOptions& o) {
  run.add_option("--target", o.target,
                 "GGUF file or Hugging Face folder of the target; default: $DSBENCH_TARGET, else "
                 "the pinned model in the cache ($DSBENCH_CACHE or ~/.cache/dsbench)")
      ->type_name("PATH")
      ->check(NotEmpty())
      ->group(kModel);
  run.add_option("--device", o.device,
                 "where target and drafters run: cpu, or cuda (exit 3 without a usable GPU)")
      ->type_name("NAME")
      ->check(OneOf({"cpu", "cuda"}))
      ->capture_default_str()
      ->group(kModel);
  run.add_option("--weights", o.weights,
                 "how the target's weights are kept in memory: stored (as the file has them), "
                 "bf16 (memory-bound, like a GPU server) or f32")
      ->type_name("MODE")
      ->check(OneOf({"stored", "bf16", "f32"}))
      ->capture_default_str()
      ->group(kModel);
  run.add_option("--drafters", o.drafters,
                 "one arm each, interleaved: none (plain decoding), " + DrafterNameList() +
                     ", or all; an arm may have a draft length and policy of its own, as in "
                     "dspark:4 or dspark:7:threshold=0.5; comma list")
      ->type_name("ARM,...")
      ->delimiter(',')
      ->check(NotEmpty())
      ->capture_default_str()
      ->group(kModel);
  run.add_option("--drafter-path", o.drafter_paths,
                 "folder with the drafter's config.json and model.safetensors; several drafters: "
                 "NAME=FOLDER, repeated, or a folder with one subfolder per name; default: the "
                 "shipped one ($DSBENCH_MODELS/NAME if set)")
      ->type_name("[NAME=]FOLDER")
      ->allow_extra_args(false)
      ->check(NotEmpty())
      ->group(kModel);
  run.add_option("--drafter-weights", o.drafter_weights,
                 "the drafter's weights: stored (bf16, as the file), q8 (8-bit blocks) or f32")
      ->type_name("MODE")
      ->check(OneOf({"stored", "q8", "f32"}))
      ->capture_default_str()
      ->group(kModel);
  run.add_option("--draft-length", o.draft_length, "tokens drafted per round, at most; 0: none")
      ->type_name("TOKENS")
      ->check(IntegerIn(0, kLongestDraft))
      ->capture_default_str()
      ->group(kModel);
  run.add_option("--policy", o.policy,
                 "how many drafted tokens are verified: fixed (all), threshold (up to the first "
                 "confidence below --threshold) or none")
      ->type_name("NAME")
      ->check(OneOf({"none", "fixed", "threshold"}))
      ->capture_default_str()
      ->group(kModel);
  run.add_option("--threshold", o.threshold, "confidence from 0 to 1, for --policy threshold")
      ->type_name("PROBABILITY")
      ->check(NumberIn(0, 1))
      ->capture_default_str()
      ->group(kModel);
}

void AddWorkOptions(CLI::App& run, RunOptions& o) {
  run.add_option("--workload", o.workloads,
                 "JSONL file with one {\"turns\": [...]} a line, first turns are used; repeatable, "
                 "comma list; default: the shipped math, code and chat")
      ->type_name("FILE,...")
      ->delimiter(',')
      ->check(NotEmpty())
      ->group(kWork);
  run.add_option("--domain", o.domains, "only items of these domains; comma list; default: all")
      ->type_name("NAME,...")
      ->delimiter(',')
      ->check(NotEmpty())
      ->group(kWork);
  run.add_option("--limit", o.limit, "prompts per domain at most; 0: all")
      ->type_name("PROMPTS")
      ->check(IntegerIn(0, 1'000'000))
      ->capture_default_str()
      ->group(kWork);
  run.add_option("--repeats", o.repeats, "times that every prompt is run, each with other draws")
      ->type_name("TIMES")
      ->check(IntegerIn(1, 10'000))
      ->capture_default_str()
      ->group(kWork);
  run.add_option("--temperature", o.temperature, "0: greedy; 1: the model's own distribution")
      ->type_name("NUMBER")
      ->check(NumberIn(0, 100))
      ->capture_default_str()
      ->group(kWork);
  run.add_option("--top-k", o.top_k, "sample from the k most probable tokens; 0: off")
      ->type_name("TOKENS")
      ->check(IntegerIn(0, 10'000'000))
      ->capture_default_str()
      ->group(kWork);
  run.add_option("--top-p", o.top_p, "sample from the smallest set of this probability; 1: off")
      ->type_name("PROBABILITY")
      ->check(NumberIn(0, 1, true))
      ->capture_default_str()
      ->group(kWork);
  run.add_option("--max-tokens", o.max_tokens, "longest answer, end token included")
      ->type_name("TOKENS")
      ->check(IntegerIn(1, 1'000'000))
      ->capture_default_str()
      ->group(kWork);
  run.add_option("--seed", o.seed, "of all random draws; arms and repeats share it")
      ->type_name("INTEGER")
      ->check(IntegerIn(0, INT64_MAX))
      ->capture_default_str()
      ->group(kWork);
}

void AddHowOptions(CLI::App& run, RunOptions& o) {
  run.add_option("--threads", o.threads, "CPU threads; 0: one per usable core")
      ->type_name("THREADS")
      ->check(IntegerIn(0, 256))
      ->capture_default_str()
      ->group(kHow);
  run.add_option("--concurrency", o.concurrency,
                 "users of the closed loop: requests decoded at the same time")
      ->type_name("USERS")
      ->check(IntegerIn(1, 1024))
      ->capture_default_str()
      ->group(kHow);
  run.add_option("--context", o.context,
                 "tokens per request (prompt, answer, draft length and 1); 0: what the longest "
                 "prompt needs")
      ->type_name("TOKENS")
      ->check(IntegerIn(0, 10'000'000))
      ->capture_default_str()
      ->group(kHow);
  run.add_option("--warmup", o.warmup, "requests per arm before measuring, stored and not counted")
      ->type_name("REQUESTS")
      ->check(IntegerIn(0, 999))
      ->capture_default_str()
      ->group(kHow);
  // Self-tests drive the whole path without a model; not for measuring.
  run.add_option("--engine", o.engine)->check(OneOf({"native", "null"}))->group("");
  run.add_option("--null-step-us", o.null_step_us)->check(IntegerIn(0, 10'000'000))->group("");
  run.add_option("--null-noise-seed", o.null_noise_seed)->check(IntegerIn(0, INT64_MAX))->group("");
  run.add_option("--null-accepted-cut", o.null_accepted_cut)->check(NumberIn(0, 1))->group("");
  run.add_option("--null-fail-step", o.null_fail_step)->check(IntegerIn(0, INT64_MAX))->group("");
}

void AddResultOptions(CLI::App& run, RunOptions& o) {
  run.add_option("--output", o.output, "SQLite results file; an existing one gets further runs")
      ->type_name("FILE")
      ->check(NotEmpty())
      ->capture_default_str()
      ->group(kResults);
  run.add_option("--label", o.label, "free text stored with the runs; default: none")
      ->type_name("TEXT")
      ->group(kResults);
  run.add_flag("--resume", o.resume,
               "continue the interrupted runs of --output with this same configuration; off by "
               "default")
      ->group(kResults);
  run.add_flag("--no-report", o.no_report, "do not print the report at the end; off by default")
      ->group(kResults);
  run.add_flag("--device-time", o.device_time,
               "run every arm twice, interleaved: once unobserved, which the times come from, and "
               "once with phases, NVTX and CUPTI, which says where the device's time goes and what "
               "watching costs; off by default")
      ->group(kResults);
  run.add_option("--device-time-source", o.device_time_source,
                 "what a GPU's times come from with --device-time: cupti (kernels), cuda_event "
                 "(time between events), or auto (cupti where it works)")
      ->type_name("NAME")
      ->check(OneOf({"auto", "cupti", "cuda_event"}))
      ->capture_default_str()
      ->group(kResults);
  run.add_option("--timeline", o.timeline,
                 "Chrome trace (JSON, for Perfetto) of the steps, phases and requests, with the "
                 "GPU's launches if --device-time has them; default: none")
      ->type_name("FILE")
      ->check(NotEmpty())
      ->group(kResults);
  run.add_flag("--durable", o.durable,
               "survive power loss too, at the price of a disk flush per request; off by default")
      ->group(kResults);
}

}  // namespace

Action AddRun(CLI::App& app, const Arguments& arguments) {
  CLI::App* run = app.add_subcommand(
      "run", "Run a workload through several drafters, interleaved, and store every round");
  auto options = std::make_shared<RunOptions>();
  auto config = std::make_shared<std::string>();
  AddModelOptions(*run, *options);
  AddWorkOptions(*run, *options);
  AddHowOptions(*run, *options);
  AddResultOptions(*run, *options);
  run->add_option("--config", *config,
                  "JSON file whose keys are these option names; the command line overrides it; "
                  "default: none")
      ->type_name("FILE")
      ->check(NotEmpty());
  run->footer(
      "Ctrl-C keeps what finished, ends with exit code 3 and says how to continue; a second one\n"
      "ends at once.");
  return [run, options, config, &arguments] {
    if (!config->empty()) ApplyConfigFile(*run, *config);
    return ExecuteRun(*options, arguments);
  };
}

}  // namespace dsb
