#include <memory>
#include <set>

#include "base/console.h"
#include "engines/drafters/registry.h"
#include "harness/cli/command.h"
#include "harness/cli/common_options.h"
#include "harness/prediction/whatif_command.h"
#include "harness/terminal/screen.h"

namespace dsb {
namespace {

struct WhatifChoice {
  WhatifCommandOptions options;
  std::string format;
  std::set<std::string> given;
};

std::vector<Option> DescribeWhatif(WhatifChoice& choice) {
  WhatifCommandOptions& o = choice.options;
  return {{.name = "acceptance",
           .value = &o.acceptance,
           .value_name = "FILE|WHAT",
           .help = "your drafter's rounds, as run --acceptance takes them: a results file, "
                   "survival:S1,S2,... or model:AL",
           .check = NotEmpty(),
           .required = true,
           .path = PathForm::kAcceptance},
          {.name = "drafter",
           .value = &o.drafter,
           .value_name = "NAME",
           .help = "whose run of a results file, and how drafting is counted",
           .choices = DrafterNames()},
          {.name = "cost-table",
           .value = &o.cost_table,
           .value_name = "FILE",
           .help = "the other machine's: of dsbench profile there, or a published one",
           .check = NotEmpty(),
           .path = PathForm::kPlain},
          {.name = "model",
           .value = &o.model,
           .value_name = "NAME",
           .help = "a target of published/models.json, with --device: the data sheet's bound",
           .check = NotEmpty()},
          {.name = "device",
           .value = &o.device,
           .value_name = "NAME",
           .help = "a device of published/hardware.json",
           .check = NotEmpty()},
          {.name = "devices",
           .value = &o.devices,
           .value_name = "DEVICES",
           .help = "that share the model evenly",
           .check = IntegerIn(1, 4096)},
          {.name = "draft-layers",
           .value = &o.draft_layers,
           .value_name = "LAYERS",
           .help = "of the drafter, for the bound; 0: 1, of block drafters 5, on experts 3",
           .check = IntegerIn(0, 1000)},
          {.name = "users",
           .value = &o.users,
           .value_name = "USERS,...",
           .help = "loads; comma list",
           .check = IntegerIn(1, 65536)},
          {.name = "most-drafts",
           .value = &o.most_drafts,
           .value_name = "TOKENS",
           .help = "longest block; 0: what rounds and costs tell of, up to 7",
           .check = DraftLength()},
          {.name = "draws",
           .value = &o.draws,
           .value_name = "DRAWS",
           .help = "for the bands",
           .check = IntegerIn(1, 1000)},
          PublishedDataOption(o.data),
          PredictionThreadsOption(o.threads),
          FormatOption(choice.format, {"text", "markdown", "json"}, "text, markdown or json")};
}

}  // namespace

Command WhatifCommand() {
  auto choice = std::make_shared<WhatifChoice>();
  return {.name = "whatif",
          .summary = "Put a drafter's rounds on another machine's costs: where does it pay",
          .options = DescribeWhatif(*choice),
          .action =
              [choice] {
                if (!choice->options.cost_table.empty()) {
                  RefuseThese({"devices", "draft-layers", "data"}, choice->given,
                              "is of a data sheet's bound, expected it without --cost-table");
                }
                WriteOutput(RunWhatif(choice->options, choice->format, ColumnsOf(stdout)));
                return ExitCode::kDone;
              },
          .given = &choice->given};
}

}  // namespace dsb
