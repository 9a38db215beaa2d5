#include <memory>

#include "base/console.h"
#include "harness/cli/command.h"
#include "harness/cli/common_options.h"
#include "harness/prediction/paper_command.h"
#include "harness/terminal/screen.h"

namespace dsb {
namespace {

struct PaperChoice {
  PaperCommandOptions options;
  std::string format;
};

std::vector<Option> DescribePaper(PaperChoice& choice) {
  PaperCommandOptions& o = choice.options;
  return {PublishedDataOption(o.data),
          {.name = "mtp1-length",
           .value = &o.mtp1_length,
           .value_name = "TOKENS",
           .help = "tokens a round of MTP-1",
           .check = NumberIn(1, 2, true)},
          {.name = "accepted-length",
           .value = &o.accepted_length,
           .value_name = "TOKENS",
           .help = "tokens a round of DSpark on whole blocks of 5",
           .check = NumberIn(1.01, 5.99)},
          {.name = "draft-multiplier",
           .value = &o.draft_multiplier,
           .value_name = "NUMBER",
           .help = "DSpark's drafting over its share of the target's layers",
           .check = NumberIn(0, 100, true)},
          {.name = "draws",
           .value = &o.draws,
           .value_name = "DRAWS",
           .help = "of the inputs, for the bands",
           .check = IntegerIn(1, 10000)},
          {.name = "seed",
           .value = &o.seed,
           .value_name = "INTEGER",
           .help = "of the draws",
           .check = IntegerIn(0, INT64_MAX)},
          PredictionThreadsOption(o.threads),
          FormatOption(choice.format, {"text", "markdown", "json"}, "text, markdown or json")};
}

}  // namespace

Command PaperCommand() {
  auto choice = std::make_shared<PaperChoice>();
  return {.name = "paper",
          .summary = "Predict the paper's production figures from its baseline alone",
          .options = DescribePaper(*choice),
          .action = [choice] {
            WriteOutput(RunPaperStudy(choice->options, choice->format, ColumnsOf(stdout)));
            return ExitCode::kDone;
          }};
}

}  // namespace dsb
