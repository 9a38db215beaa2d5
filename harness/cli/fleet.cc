#include <memory>
#include <set>

#include "base/console.h"
#include "engines/scheduling/policy_kind.h"
#include "harness/cli/command.h"
#include "harness/cli/common_options.h"
#include "harness/fleet/fleet_command.h"
#include "harness/terminal/screen.h"

namespace dsb {
namespace {

struct FleetChoice {
  FleetCommandOptions options;
  std::string format;
  std::set<std::string> given;
};

std::vector<Option> DescribeFleet(FleetChoice& choice) {
  FleetCommandOptions& o = choice.options;
  return {
      {.name = "cost-table",
       .value = &o.cost_table,
       .value_name = "FILE",
       .help = "what a step of a replica takes, from dsbench profile or of its form",
       .check = NotEmpty(),
       .required = true,
       .path = PathForm::kPlain},
      {.name = "acceptance",
       .value = &o.acceptance,
       .value_name = "FILE|WHAT",
       .help = "which drafts are accepted, as run --acceptance takes it; default: plain decoding",
       .check = NotEmpty(),
       .path = PathForm::kAcceptance},
      {.name = "policy",
       .value = &o.policy,
       .value_name = "NAME",
       .help = "which drafts are verified",
       .choices = PolicyNames()},
      {.name = "draft-length",
       .value = &o.draft_length,
       .value_name = "TOKENS",
       .help = "of a block; 0: the table's",
       .check = DraftLength()},
      {.name = "replicas",
       .value = &o.replicas,
       .value_name = "REPLICAS",
       .help = "engines behind the router",
       .check = IntegerIn(1, 100'000)},
      {.name = "concurrency",
       .value = &o.concurrency,
       .value_name = "REQUESTS",
       .help = "that a replica works on at once; others wait in it",
       .check = IntegerIn(1, 65536)},
      {.name = "router",
       .value = &o.router,
       .value_name = "NAME",
       .help = "which replica a request goes to",
       .choices = {"least-loaded", "round-robin"}},
      {.name = "rate",
       .value = &o.rate,
       .value_name = "REQUESTS_PER_S",
       .help = "of the fleet, Poisson",
       .check = NumberIn(0, 1e9, true)},
      {.name = "requests",
       .value = &o.requests,
       .value_name = "REQUESTS",
       .help = "in all",
       .check = IntegerIn(1, INT64_C(1) << 40)},
      {.name = "section-requests",
       .value = &o.section_requests,
       .value_name = "REQUESTS",
       .help = "simulated on their own, from an empty fleet to an empty fleet",
       .check = IntegerIn(1, INT64_C(1) << 40)},
      {.name = "prompt-tokens",
       .value = &o.prompt_tokens,
       .value_name = "TOKENS",
       .help = "of a request",
       .check = IntegerIn(1, 1 << 20)},
      {.name = "answer-tokens",
       .value = &o.answer_tokens,
       .value_name = "TOKENS",
       .help = "of a request; with recorded rounds no more than its answer has",
       .check = IntegerIn(1, 1 << 20)},
      {.name = "prefill-rate",
       .value = &o.prefill_rate,
       .value_name = "TOKENS_PER_S",
       .help = "speed at which prompts are read; 0: as the cost table says of passes as long",
       .check = NumberIn(0, 1e12)},
      {.name = "seed",
       .value = &o.seed,
       .value_name = "INTEGER",
       .help = "of arrivals and rounds",
       .check = IntegerIn(0, INT64_MAX)},
      PredictionThreadsOption(o.threads),
      {.name = "output",
       .value = &o.output,
       .value_name = "FILE",
       .help = "keeps the sums of finished sections, for --resume; default: none",
       .check = NotEmpty(),
       .path = PathForm::kPlain,
       .written = WrittenAs::kFleet},
      {.name = "resume",
       .value = &o.resume,
       .value_name = "",
       .help = "go on with the sections that --output lacks; off by default"},
      FormatOption(choice.format, {"text", "json"}, "text or json")};
}

}  // namespace

Command FleetCommand() {
  auto choice = std::make_shared<FleetChoice>();
  return {.name = "fleet",
          .summary = "Simulate replicas behind a router, for as many requests as you like",
          .options = DescribeFleet(*choice),
          .action =
              [choice] {
                if (choice->options.acceptance.empty()) {
                  RefuseThese({"policy", "draft-length"}, choice->given,
                              "is of drafts, expected --acceptance with it: this fleet has none");
                }
                WriteOutput(RunFleet(choice->options, choice->format, ColumnsOf(stdout)));
                return ExitCode::kDone;
              },
          .given = &choice->given};
}

}  // namespace dsb
