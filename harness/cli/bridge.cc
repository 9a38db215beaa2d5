#include <memory>
#include <set>

#include "base/console.h"
#include "harness/bridge/bridge_command.h"
#include "harness/cli/command.h"
#include "harness/cli/common_options.h"
#include "harness/terminal/screen.h"

namespace dsb {
namespace {

struct BridgeChoice {
  BridgeCommandOptions options;
  std::string format;
  std::set<std::string> given;
};

std::vector<Option> DescribeBridge(BridgeChoice& choice) {
  BridgeCommandOptions& o = choice.options;
  std::vector<Option> all = {
      {.name = "baseline",
       .value = &o.baseline,
       .value_name = "FILE[:RUN]",
       .help = "results file with the baseline's runs; RUN: its arm, as in results.db:mtp1",
       .positional = true,
       .path = PathForm::kWithRun},
      {.name = "candidate",
       .value = &o.candidate,
       .value_name = "FILE[:RUN]",
       .help = "results file with the candidate's, or the same file",
       .positional = true,
       .path = PathForm::kWithRun},
      {.name = "users",
       .value = &o.users,
       .value_name = "USERS",
       .help = "load to look at; 0: the highest that both arms have",
       .check = IntegerIn(0, 1'000'000)},
      {.name = "paper",
       .value = &o.paper,
       .value_name = "",
       .help = "the DSpark paper's claims in place of two files; off by default"},
      FormatOption(choice.format, {"text", "markdown", "json", "html"},
                   "text, markdown, json, or html: a page with the waterfall drawn")};
  for (Option& option : BootstrapOptionList(o.bootstrap)) all.push_back(std::move(option));
  return all;
}

}  // namespace

Command BridgeCommand() {
  auto choice = std::make_shared<BridgeChoice>();
  return {.name = "bridge",
          .summary = "Show step by step how an accepted length becomes a user's speed under load",
          .options = DescribeBridge(*choice),
          .action =
              [choice] {
                if (choice->options.paper) {
                  RefuseAllBut({"paper", "format"}, choice->given,
                               "has no use beside --paper, which stands in place of two files");
                }
                WriteOutput(RunBridge(choice->options, choice->format, ColumnsOf(stdout)));
                return ExitCode::kDone;
              },
          .given = &choice->given};
}

}  // namespace dsb
