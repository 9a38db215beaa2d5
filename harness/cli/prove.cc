#include "harness/proof/prove.h"
#include "engines/drafter.h"

#include <memory>

#include "harness/cli/command.h"
#include "harness/cli/common_options.h"

namespace dsb {
namespace {

std::vector<Option> Describe(ProveOptions& options, std::string& format) {
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

}  // namespace

Command ProveCommand() {
  auto options = std::make_shared<ProveOptions>();
  options->run.temperature = 1;
  options->run.top_p = 0.9;
  auto format = std::make_shared<std::string>();
  return {.name = "prove",
          .summary = "Show that speculative decoding leaves the target's law as it is",
          .options = Describe(*options, *format),
          .action = [options, format] {
            options->json = *format == "json";
            if (options->num_samples > 0) FillDefaults(options->run);
            return Prove(*options);
          }};
}

}  // namespace dsb
