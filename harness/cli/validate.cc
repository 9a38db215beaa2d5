#include <memory>

#include "base/console.h"
#include "harness/bridge/validate.h"
#include "harness/cli/command.h"
#include "harness/cli/common_options.h"
#include "harness/terminal/screen.h"

namespace dsb {
namespace {

struct ValidateChoice {
  ValidateCommandOptions options;
  std::string format;
};

std::vector<Option> DescribeValidate(ValidateChoice& choice) {
  ValidateCommandOptions& o = choice.options;
  std::vector<Option> all = {
      {.name = "measured",
       .value = &o.real,
       .value_name = "FILE",
       .help = "results file of runs on a real engine",
       .check = NotEmpty(),
       .positional = true,
       .required = true,
       .path = PathForm::kPlain},
      {.name = "simulated",
       .value = &o.simulated,
       .value_name = "FILE",
       .help = "results file of the same arms and users with --engine simulated",
       .check = NotEmpty(),
       .positional = true,
       .required = true,
       .path = PathForm::kPlain},
      {.name = "cost-table",
       .value = &o.cost_tables,
       .value_name = "FILE",
       .help = "what the simulated runs went by; repeated: one for each drafter",
       .check = NotEmpty(),
       .required = true,
       .path = PathForm::kPlain},
      FormatOption(choice.format, {"text", "markdown", "json"}, "text, markdown or json")};
  for (Option& option : BootstrapOptionList(o.bootstrap)) all.push_back(std::move(option));
  return all;
}

}  // namespace

Command ValidateCommand() {
  auto choice = std::make_shared<ValidateChoice>();
  return {.name = "validate",
          .summary = "Hold simulated runs against measured ones of the same load",
          .options = DescribeValidate(*choice),
          .action = [choice] {
            WriteOutput(RunValidate(choice->options, choice->format, ColumnsOf(stdout)));
            return ExitCode::kDone;
          }};
}

}  // namespace dsb
