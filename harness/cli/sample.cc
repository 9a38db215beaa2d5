#include "harness/sampling/sample.h"

#include <memory>

#include "harness/cli/command.h"

namespace dsb {
namespace {

std::vector<Option> DescribeSample(SampleOptions& o) {
  std::vector<Option> all = DescribeOptions(o);
  all.insert(
      all.begin(),
      {{.name = "workload",
        .value = &o.workload,
        .value_name = "FILE",
        .help = "JSONL, one {\"id\": ..., \"turns\": [...]} a line; with --raw {\"id\": ..., "
                "\"text\": ...}; optional keys domain, temperature, top_p, max_tokens",
        .check = NotEmpty(),
        .required = true,
        .path = PathForm::kPlain},
       {.name = "output",
        .value = &o.output,
        .value_name = "FOLDER",
        .help = "folder for answers.jsonl, features.bf16 and meta.json; what it has is kept",
        .check = NotEmpty(),
        .required = true,
        .path = PathForm::kPlain,
        .written = WrittenAs::kSamples},
       {.name = "raw",
        .value = &o.raw,
        .value_name = "",
        .help = "continue `text` as it stands, special tokens included, without a chat template"},
       {.name = "features",
        .value = &o.feature_layers,
        .value_name = "LAYER,...",
        .help = "target layers whose outputs are kept for every token, and the last normed hidden "
                "state; comma list; default: none",
        .check = IntegerIn(0, 10'000)},
       {.name = "concurrency",
        .value = &o.concurrency,
        .value_name = "ANSWERS",
        .help = "answers in progress at the same time",
        .check = IntegerIn(1, 512)}});
  return OptionsOf(kSample, std::move(all));
}

}  // namespace

Command SampleCommand() {
  auto options = std::make_shared<SampleOptions>();
  return {.name = "sample",
          .summary = "Answer many prompts and keep tokens and hidden states, to train drafters on",
          .options = DescribeSample(*options),
          .action = [options] { return Sample(*options); }};
}

}  // namespace dsb
