#include <memory>

#include "harness/cli/command.h"
#include "harness/cli/common_options.h"
#include "harness/crosscheck/crosscheck_command.h"
#include "harness/options/names.h"

namespace dsb {
namespace {

std::vector<Option> DescribeCrosscheck(CrosscheckChoice& c) {
  const auto file = [](const char* name, std::string& path, const char* help) {
    return Option{.name = name,
                  .value = &path,
                  .value_name = "FILE",
                  .help = help,
                  .check = NotEmpty(),
                  .positional = true,
                  .required = true,
                  .path = PathForm::kPlain};
  };
  const auto run = [](const char* name, std::string& value, const char* help) {
    return Option{
        .name = name, .value = &value, .value_name = "RUN", .help = help, .check = NotEmpty()};
  };
  return {file("results", c.left, "results file of one engine"),
          file("other-results", c.right, "results file of the other"),
          run("run", c.left_run,
              "run number, arm or drafter of the first file; default: every drafter that both "
              "have"),
          run("other-run", c.right_run, "the same of the second file; default: as --run"),
          {.name = "target",
           .value = &c.target,
           .value_name = "PATH",
           .help = "GGUF file or Hugging Face folder of the target: tells how near its best two "
                   "tokens are where answers part, and checks sampled answers; default: neither",
           .check = NotEmpty(),
           .path = PathForm::kPlain},
          {.name = "weights",
           .value = &c.weights,
           .value_name = "MODE",
           .help = "how that target's weights are kept: stored, bf16 or f32",
           .choices = TargetWeightNames()},
          {.name = "largest-gap",
           .value = &c.rules.largest_gap,
           .value_name = "LOGITS",
           .help = "the lead of the best logit over the second that rounding may turn round",
           .check = NumberIn(0, 100)},
          {.name = "most-unequal-rounds",
           .value = &c.rules.most_unequal_rounds,
           .value_name = "SHARE",
           .help = "of the rounds inside the common prefixes, that rounding may change",
           .check = NumberIn(0, 1)},
          {.name = "least-identical",
           .value = &c.rules.least_identical,
           .value_name = "SHARE",
           .help = "of greedy answers; fewer is another algorithm",
           .check = NumberIn(0, 1)},
          FormatOption(c.format, {"text", "markdown", "json"}, "text, markdown or json")};
}

}  // namespace

Command CrosscheckCommand() {
  auto choice = std::make_shared<CrosscheckChoice>();
  return {.name = "crosscheck",
          .summary = "Compare one drafter in two engines, answer by answer and round by round",
          .options = DescribeCrosscheck(*choice),
          .action = [choice] { return ExecuteCrosscheck(*choice); },
          .footer =
              "Exit code 0: the same, but for rounding; 1: another algorithm, or sampled "
              "answers that are not the target's; 4: that cannot be told."};
}

}  // namespace dsb
