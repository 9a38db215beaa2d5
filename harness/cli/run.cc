#include "harness/run/run_command.h"

#include <memory>
#include <set>
#include <utility>

#include "harness/cli/command.h"

namespace dsb {

Command RunCommand(const Arguments& arguments) {
  auto options = std::make_shared<RunOptions>();
  auto config = std::make_shared<std::string>();
  auto given = std::make_shared<std::set<std::string>>();
  std::vector<Option> all = DescribeOptions(*options);
  all.push_back({.name = "config",
                 .value = config.get(),
                 .value_name = "FILE",
                 .help = "JSON file whose keys are these option names; the command line overrides "
                         "it; default: none",
                 .check = NotEmpty(),
                 .path = PathForm::kPlain});
  return {.name = "run",
          .summary = "Run a workload through several drafters, interleaved, and store every round",
          .options = OptionsOf(kRun, std::move(all)),
          .action =
              [options, config, given, &arguments] {
                options->draft_length_given = given->contains("draft-length");
                return ExecuteRun(*options, {.arguments = arguments, .given = *given});
              },
          .footer =
              "Ctrl-C keeps what finished, ends with exit code 3 and says how to continue; a "
              "second one ends at once.",
          .given = given.get()};
}

}  // namespace dsb
