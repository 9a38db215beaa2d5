#include "harness/generate/generate.h"

#include <cstdio>
#include <memory>
#include <set>

#include "base/console.h"
#include "engines/drafters/registry.h"
#include "harness/cli/command.h"
#include "harness/options/idle_options.h"
#include "harness/terminal/screen.h"

namespace dsb {
namespace {

struct GenerateChoice {
  GenerateOptions options;
  std::string colour = "auto";
  std::string drafter = "dspark";
};

std::vector<Option> DescribeGenerate(GenerateChoice& choice) {
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
                            .help = "colour accepted drafts: auto (on a terminal, unless NO_COLOR "
                                    "is set or TERM is dumb), always or never",
                            .choices = {"auto", "always", "never"}}});
  return OptionsOf(kGenerate, std::move(all));
}

bool WantsColour(const std::string& when) {
  return when == "always" || (when == "auto" && ShowsColour(stdout));
}

}  // namespace

Command GenerateCommand() {
  auto choice = std::make_shared<GenerateChoice>();
  auto given = std::make_shared<std::set<std::string>>();
  return {.name = "generate",
          .summary = "Answer one prompt on the terminal, accepted drafts in colour",
          .options = DescribeGenerate(*choice),
          .action =
              [choice, given] {
                GenerateOptions options = choice->options;
                options.run.drafters = {choice->drafter};
                options.run.draft_length_given = given->contains("draft-length");
                FillDefaults(options.run);
                for (const std::string& warning : IdleOptions(options.run, *given)) {
                  Say("warning", warning);
                }
                options.colour = WantsColour(choice->colour);
                return Generate(options);
              },
          .given = given.get()};
}

}  // namespace dsb
