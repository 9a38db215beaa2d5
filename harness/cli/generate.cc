#include "harness/generate/generate.h"

#include <unistd.h>

#include <memory>

#include "engines/drafters/registry.h"
#include "harness/cli/command.h"

namespace dsb {
namespace {

struct GenerateChoice {
  GenerateOptions options;
  std::string colour = "auto";
  std::string drafter = "dspark";
};

std::vector<Option> Describe(GenerateChoice& choice) {
  std::vector<std::string> drafters = DrafterNames();
  drafters.insert(drafters.begin(), "none");
  std::vector<Option> all = DescribeOptions(choice.options.run);
  all.insert(all.begin(), {{.name = "prompt",
                            .value = &choice.options.prompt,
                            .value_name = "TEXT",
                            .help = "user message; -: read standard input",
                            .check = NotEmpty(),
                            .required = true},
                           {.name = "drafter",
                            .value = &choice.drafter,
                            .value_name = "NAME",
                            .help = "none, " + DrafterNameList(),
                            .choices = drafters,
                            .alias = "drafters"},
                           {.name = "color",
                            .value = &choice.colour,
                            .value_name = "WHEN",
                            .help = "colour accepted drafts: auto (on a terminal), always or never",
                            .choices = {"auto", "always", "never"}}});
  return OptionsOf(kGenerate, std::move(all));
}

bool WantsColour(const std::string& when) {
  return when == "always" || (when == "auto" && isatty(STDOUT_FILENO) == 1);
}

}  // namespace

Command GenerateCommand() {
  auto choice = std::make_shared<GenerateChoice>();
  return {.name = "generate",
          .summary = "Answer one prompt on the terminal, accepted drafts in colour",
          .options = Describe(*choice),
          .action = [choice] {
            GenerateOptions options = choice->options;
            options.run.drafters = {choice->drafter};
            if (choice->drafter == "none") options.run.drafter_paths.clear();
            FillDefaults(options.run);
            options.colour = WantsColour(choice->colour);
            return Generate(options);
          }};
}

}  // namespace dsb
