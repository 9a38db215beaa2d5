#include "harness/proof/prove.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "harness/cli/cli.h"
#include "harness/options/validators.h"
#include "harness/run/run_command.h"

namespace dsb {
namespace {

void AddSampleOptions(CLI::App& prove, ProveOptions& options) {
  RunOptions& o = options.run;
  prove
      .add_option("--samples", options.num_samples,
                  "also draw so many answers of each drafter at each load and test their first "
                  "three tokens against the target's law; 0: enumeration only")
      ->type_name("SAMPLES")
      ->check(IntegerIn(0, 100'000'000))
      ->capture_default_str();
  prove.add_option("--loads", options.loads, "requests decoded at the same time; comma list")
      ->type_name("REQUESTS,...")
      ->delimiter(',')
      ->check(IntegerIn(1, 256))
      ->capture_default_str();
  prove.add_option("--prompt", options.prompt, "raw text that every sample continues")
      ->type_name("TEXT")
      ->check(NotEmpty())
      ->capture_default_str();
  prove.add_option("--drafters", o.drafters, "which drafters to sample; comma list")
      ->type_name("NAME,...")
      ->delimiter(',')
      ->check(NotEmpty())
      ->capture_default_str();
  prove
      .add_option("--target", o.target,
                  "GGUF file or Hugging Face folder; default: $DSBENCH_TARGET, else the pinned "
                  "model in the cache")
      ->type_name("PATH")
      ->check(NotEmpty());
  prove.add_option("--weights", o.weights, "target weights in memory: stored, bf16 or f32")
      ->type_name("MODE")
      ->check(OneOf({"stored", "bf16", "f32"}))
      ->capture_default_str();
  prove.add_option("--draft-length", o.draft_length, "tokens drafted per round, at most")
      ->type_name("TOKENS")
      ->check(IntegerIn(1, 64))
      ->capture_default_str();
  prove.add_option("--policy", o.policy, "fixed, threshold or none")
      ->type_name("NAME")
      ->check(OneOf({"none", "fixed", "threshold"}))
      ->capture_default_str();
  prove.add_option("--threshold", o.threshold, "confidence from 0 to 1, for --policy threshold")
      ->type_name("PROBABILITY")
      ->check(NumberIn(0, 1))
      ->capture_default_str();
  prove.add_option("--temperature", o.temperature, "of target and drafter")
      ->type_name("NUMBER")
      ->check(NumberIn(0.01, 100))
      ->capture_default_str();
  prove.add_option("--top-p", o.top_p, "sample from the smallest set of this probability; 1: off")
      ->type_name("PROBABILITY")
      ->check(NumberIn(0, 1, true))
      ->capture_default_str();
  prove.add_option("--threads", o.threads, "CPU threads; 0: one per usable core")
      ->type_name("THREADS")
      ->check(IntegerIn(0, 256))
      ->capture_default_str();
  prove.add_option("--seed", o.seed, "of all random draws")
      ->type_name("INTEGER")
      ->check(IntegerIn(0, INT64_MAX))
      ->capture_default_str();
}

}  // namespace

Action AddProve(CLI::App& app) {
  CLI::App* prove = app.add_subcommand(
      "prove", "Show that speculative decoding leaves the target's law as it is");
  auto options = std::make_shared<ProveOptions>();
  options->run.temperature = 1;
  options->run.top_p = 0.9;
  options->run.workloads = {"none"};
  auto format = std::make_shared<std::string>("text");
  AddSampleOptions(*prove, *options);
  prove->add_option("--format", *format, "text or json")
      ->type_name("NAME")
      ->check(OneOf({"text", "json"}))
      ->capture_default_str();
  return [options, format] {
    options->json = *format == "json";
    if (options->num_samples > 0) options->run = WithDefaults(options->run);
    return Prove(*options);
  };
}

}  // namespace dsb
