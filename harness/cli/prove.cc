#include "harness/proof/prove.h"
#include "engines/drafter.h"

#include <cstdio>
#include <memory>
#include <set>

#include "base/console.h"
#include "harness/cli/command.h"
#include "harness/cli/common_options.h"
#include "harness/options/idle_options.h"
#include "harness/terminal/screen.h"

namespace dsb {
namespace {

std::vector<Option> DescribeProve(ProveOptions& options, std::string& format) {
  std::vector<Option> all = DescribeOptions(options.run);
  for (Option& option : all) {
    if (option.name == "temperature") option.check = NumberIn(0.01, 100);  // a law to compare with
    if (option.name == "draft-length") option.check = IntegerIn(1, kLongestDraft);
  }
  all.insert(
      all.begin(),
      {{.name = "samples",
        .value = &options.num_samples,
        .value_name = "SAMPLES",
        .help = "also draw so many answers of each drafter at each load and test their "
                "first three tokens against the target's law, exit 4 if they are too few to tell; "
                "0: enumeration only",
        .check = IntegerIn(0, 100'000'000)},
       {.name = "loads",
        .value = &options.loads,
        .value_name = "REQUESTS,...",
        .help = "requests decoded at the same time; comma list",
        .check = IntegerIn(1, 256)},
       {.name = "prompt",
        .value = &options.prompt,
        .value_name = "TEXT",
        .help = "raw text that every sample continues",
        .check = NotEmpty()},
       FormatOption(format, {"text", "json"}, "text or json")});
  return OptionsOf(kProve, std::move(all));
}

ExitCode ExecuteProof(ProveOptions& options, const std::set<std::string>& given, bool json) {
  options.json = json;
  options.columns = ColumnsOf(stdout);
  options.run.draft_length_given = given.contains("draft-length");
  if (options.num_samples == 0) {
    // Neither a target nor a drafter is looked at.
    RefuseAllBut({"samples", "format"}, given,
                 "is for samples, found none to draw, expected --samples NUMBER beside it");
  } else {
    FillDefaults(options.run);
    for (const std::string& warning : IdleOptions(options.run, given)) Say("warning", warning);
  }
  return Prove(options);
}

}  // namespace

Command ProveCommand() {
  auto options = std::make_shared<ProveOptions>();
  options->run.temperature = 1;
  options->run.top_p = 0.9;
  auto format = std::make_shared<std::string>();
  auto given = std::make_shared<std::set<std::string>>();
  return {.name = "prove",
          .summary = "Show that speculative decoding leaves the target's law as it is",
          .options = DescribeProve(*options, *format),
          .action = [options, format,
                     given] { return ExecuteProof(*options, *given, *format == "json"); },
          .given = given.get()};
}

}  // namespace dsb
