#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "engines/drafters/registry.h"
#include "harness/cli/cli.h"
#include "harness/generate/generate.h"
#include "harness/options/validators.h"
#include "harness/run/run_command.h"

namespace dsb {
namespace {

struct GenerateChoice {
  GenerateOptions options;
  std::string colour = "auto";
  std::string drafter = "dspark", drafter_path;
};

std::vector<std::string> NoneAndDrafters() {
  std::vector<std::string> names = DrafterNames();
  names.insert(names.begin(), "none");
  return names;
}

void AddOptions(CLI::App& generate, GenerateChoice& choice) {
  RunOptions& o = choice.options.run;
  generate.add_option("--prompt", choice.options.prompt, "user message; -: read standard input")
      ->type_name("TEXT")
      ->check(NotEmpty())
      ->required();
  generate.add_option("--drafter,--drafters", choice.drafter, "none, " + DrafterNameList())
      ->type_name("NAME")
      ->check(OneOf(NoneAndDrafters()))
      ->capture_default_str();
  generate
      .add_option("--color", choice.colour,
                  "colour accepted drafts: auto (on a terminal), always or never")
      ->type_name("WHEN")
      ->check(OneOf({"auto", "always", "never"}))
      ->capture_default_str();
  generate.add_option("--max-tokens", o.max_tokens, "longest answer, end token included")
      ->type_name("TOKENS")
      ->check(IntegerIn(1, 1'000'000))
      ->capture_default_str();
  generate.add_option("--temperature", o.temperature, "0: greedy")
      ->type_name("NUMBER")
      ->check(NumberIn(0, 100))
      ->capture_default_str();
  generate.add_option("--top-k", o.top_k, "sample from the k most probable tokens; 0: off")
      ->type_name("TOKENS")
      ->check(IntegerIn(0, 10'000'000))
      ->capture_default_str();
  generate
      .add_option("--top-p", o.top_p, "sample from the smallest set of this probability; 1: off")
      ->type_name("PROBABILITY")
      ->check(NumberIn(0, 1, true))
      ->capture_default_str();
  generate.add_option("--seed", o.seed, "of all random draws")
      ->type_name("INTEGER")
      ->check(IntegerIn(0, INT64_MAX))
      ->capture_default_str();
  generate.add_option("--draft-length", o.draft_length, "tokens drafted per round, at most")
      ->type_name("TOKENS")
      ->check(IntegerIn(0, 64))
      ->capture_default_str();
  generate
      .add_option("--policy", o.policy,
                  "how many drafted tokens are verified: fixed (all), threshold (up to the first "
                  "confidence below --threshold) or none")
      ->type_name("NAME")
      ->check(OneOf({"none", "fixed", "threshold"}))
      ->capture_default_str();
  generate.add_option("--threshold", o.threshold, "confidence from 0 to 1, for --policy threshold")
      ->type_name("PROBABILITY")
      ->check(NumberIn(0, 1))
      ->capture_default_str();
  generate
      .add_option("--device", o.device,
                  "where target and drafter run: cpu, or cuda (exit 3 without a usable GPU)")
      ->type_name("NAME")
      ->check(OneOf({"cpu", "cuda"}))
      ->capture_default_str();
  generate.add_option("--threads", o.threads, "CPU threads; 0: one per usable core")
      ->type_name("THREADS")
      ->check(IntegerIn(0, 256))
      ->capture_default_str();
  generate.add_option("--weights", o.weights, "target weights in memory: stored, bf16 or f32")
      ->type_name("MODE")
      ->check(OneOf({"stored", "bf16", "f32"}))
      ->capture_default_str();
  generate.add_option("--drafter-weights", o.drafter_weights, "stored, q8 or f32")
      ->type_name("MODE")
      ->check(OneOf({"stored", "q8", "f32"}))
      ->capture_default_str();
  generate
      .add_option("--target", o.target,
                  "GGUF file or Hugging Face folder; default: $DSBENCH_TARGET, else the pinned "
                  "model in the cache")
      ->type_name("PATH")
      ->check(NotEmpty());
  generate
      .add_option("--drafter-path", choice.drafter_path,
                  "drafter's folder; default: the shipped one")
      ->type_name("FOLDER")
      ->check(NotEmpty());
}

bool WantsColour(const std::string& when) {
  return when == "always" || (when == "auto" && isatty(STDOUT_FILENO) == 1);
}

}  // namespace

Action AddGenerate(CLI::App& app) {
  CLI::App* generate = app.add_subcommand(
      "generate", "Answer one prompt on the terminal, accepted drafts in colour");
  auto choice = std::make_shared<GenerateChoice>();
  AddOptions(*generate, *choice);
  return [choice] {
    GenerateOptions options = choice->options;
    options.run.drafters = {choice->drafter};
    if (!choice->drafter_path.empty() && choice->drafter != "none") {
      options.run.drafter_paths = {choice->drafter_path};
    }
    options.run.workloads = {"none"};
    options.run = WithDefaults(options.run);
    options.colour = WantsColour(choice->colour);
    return Generate(options);
  };
}

}  // namespace dsb
