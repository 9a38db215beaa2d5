#include "harness/sweep/sweep.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "harness/cli/command.h"

namespace dsb {

Command SweepCommand(const Arguments& arguments) {
  auto run = std::make_shared<RunOptions>();
  auto sweep = std::make_shared<SweepOptions>();
  auto given = std::make_shared<std::set<std::string>>();
  std::vector<Option> all = OptionsOf(kRun, DescribeOptions(*run));
  std::erase_if(all, [](const Option& option) {  // each point's own business
    return option.name == "no-report" || option.name == "timeline";
  });
  std::vector<Option> own = DescribeOptions(*sweep);
  std::move(own.begin(), own.end(), std::back_inserter(all));
  return {.name = "sweep",
          .summary = "Run arms at several loads, in passes, and show throughput beside user speed",
          .options = OptionsOf(kRun, std::move(all)),
          .action =
              [run, sweep, given, &arguments] {
                run->draft_length_given = given->contains("draft-length");
                return ExecuteSweep(*run, *sweep, {.arguments = arguments, .given = *given});
              },
          .footer =
              "What was measured stays after Ctrl-C or a crash; the same command with "
              "--resume goes on.",
          .given = given.get()};
}

}  // namespace dsb
