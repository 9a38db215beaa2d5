#include "harness/sampling/sample.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "harness/cli/cli.h"
#include "harness/options/validators.h"

namespace dsb {

Action AddSample(CLI::App& app) {
  CLI::App* sample = app.add_subcommand(
      "sample", "Answer many prompts and keep tokens and hidden states, to train drafters on");
  auto options = std::make_shared<SampleOptions>();
  SampleOptions& o = *options;
  sample
      ->add_option("--workload", o.workload,
                   "JSONL, one {\"id\": ..., \"turns\": [...]} a line; with --raw {\"id\": ..., "
                   "\"text\": ...}; optional keys domain, temperature, top_p, max_tokens")
      ->type_name("FILE")
      ->check(NotEmpty())
      ->required();
  sample
      ->add_option("--output", o.output,
                   "folder for answers.jsonl, features.bf16 and meta.json; what it has is kept")
      ->type_name("FOLDER")
      ->check(NotEmpty())
      ->required();
  sample->add_flag(
      "--raw", o.defaults.raw,
      "continue `text` as it stands, special tokens included, without a chat template");
  sample
      ->add_option("--features", o.feature_layers,
                   "target layers whose outputs are kept for every token, and the last normed "
                   "hidden state; comma list; default: none")
      ->type_name("LAYER,...")
      ->delimiter(',')
      ->check(IntegerIn(0, 10'000));
  sample
      ->add_option("--target", o.target,
                   "GGUF file or Hugging Face folder; default: $DSBENCH_TARGET, else the pinned "
                   "model in the cache")
      ->type_name("PATH")
      ->check(NotEmpty());
  sample->add_option("--weights", o.weights, "target weights in memory: stored, bf16 or f32")
      ->type_name("MODE")
      ->check(OneOf({"stored", "bf16", "f32"}))
      ->capture_default_str();
  sample->add_option("--temperature", o.defaults.temperature, "0: greedy")
      ->type_name("NUMBER")
      ->check(NumberIn(0, 100))
      ->capture_default_str();
  sample
      ->add_option("--top-p", o.defaults.top_p,
                   "sample from the smallest set of this probability; 1: off")
      ->type_name("PROBABILITY")
      ->check(NumberIn(0, 1, true))
      ->capture_default_str();
  sample->add_option("--max-tokens", o.defaults.max_tokens, "longest answer, end token included")
      ->type_name("TOKENS")
      ->check(IntegerIn(1, 1'000'000))
      ->capture_default_str();
  sample->add_option("--concurrency", o.concurrency, "answers in progress at the same time")
      ->type_name("ANSWERS")
      ->check(IntegerIn(1, 512))
      ->capture_default_str();
  sample->add_option("--threads", o.threads, "CPU threads; 0: one per usable core")
      ->type_name("THREADS")
      ->check(IntegerIn(0, 256))
      ->capture_default_str();
  sample->add_option("--seed", o.seed, "of all random draws")
      ->type_name("INTEGER")
      ->check(IntegerIn(0, INT64_MAX))
      ->capture_default_str();
  return [options] { return Sample(*options); };
}

}  // namespace dsb
