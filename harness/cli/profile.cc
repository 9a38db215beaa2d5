#include "harness/profile/profile.h"

#include <memory>
#include <set>

#include "engines/drafters/registry.h"
#include "harness/cli/command.h"

namespace dsb {
namespace {

struct ProfileChoice {
  ProfileOptions options;
  std::string drafter = "dspark";
};

std::vector<Option> DescribeProfile(ProfileChoice& choice) {
  ProfileOptions& o = choice.options;
  std::vector<std::string> drafters = DrafterNames();
  drafters.insert(drafters.begin(), "none");
  std::vector<Option> all = DescribeOptions(static_cast<ModelOptions&>(o));
  all.insert(all.begin(), {{.name = "output",
                            .value = &o.output,
                            .value_name = "FILE",
                            .help = "cost table, as docs/cost-table.md says",
                            .check = NotEmpty(),
                            .required = true,
                            .path = PathForm::kPlain,
                            .written = WrittenAs::kCostTable},
                           {.name = "drafter",
                            .value = &choice.drafter,
                            .value_name = "NAME",
                            .help = "none, " + DrafterNameList(),
                            .choices = drafters},
                           {.name = "users",
                            .value = &o.users,
                            .value_name = "REQUESTS,...",
                            .help = "numbers of requests whose steps are timed; comma list",
                            .check = IntegerIn(1, 512)},
                           {.name = "context-depth",
                            .value = &o.context_depth,
                            .value_name = "TOKENS",
                            .help = "tokens of each request before the first timed step",
                            .check = IntegerIn(1, 1'000'000)},
                           {.name = "samples",
                            .value = &o.samples,
                            .value_name = "STEPS",
                            .help = "timed steps of each point; the table keeps the median",
                            .check = IntegerIn(5, 1000)},
                           {.name = "workload",
                            .value = &o.workloads,
                            .value_name = "FILE",
                            .help = "JSONL whose text fills the contexts; repeated; default: the "
                                    "shipped ones",
                            .check = NotEmpty(),
                            .path = PathForm::kPlain}});
  return OptionsOf(kProfile, std::move(all));
}

}  // namespace

Command ProfileCommand() {
  auto choice = std::make_shared<ProfileChoice>();
  auto given = std::make_shared<std::set<std::string>>();
  return {.name = "profile",
          .summary = "Time the engine's steps and write the cost table that policies weigh by",
          .options = DescribeProfile(*choice),
          .action =
              [choice, given] {
                ProfileOptions options = choice->options;
                options.drafters = {choice->drafter};
                options.draft_length_given = given->contains("draft-length");
                return Profile(options);
              },
          .given = given.get()};
}

}  // namespace dsb
