#include "harness/selftest/selftest.h"

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/console.h"
#include "harness/cli/command.h"
#include "harness/cli/common_options.h"
#include "reports/text/estimate_json.h"

namespace dsb {
namespace {

void PrintResult(const SelftestResult& result, bool json) {
  if (json) {
    const nlohmann::ordered_json object = {{"steps", result.steps},
                                           {"rounds", result.rounds},
                                           {"requests", result.requests},
                                           {"schedule_s", result.schedule_s},
                                           {"issue_lag_p99_s", result.issue_lag_p99_s},
                                           {"us_per_step", result.us_per_step},
                                           {"rounds_per_s", result.rounds_per_s},
                                           {"recorder_stall_s", result.recorder_stall_s},
                                           {"replay_s", result.replay_s},
                                           {"stored_s", result.stored_s}};
    WriteOutput(Dump(object));
    return;
  }
  char text[600];
  std::snprintf(
      text, sizeof text,
      "replayer and recorder  %8.2f us/step (without %.2f s of waiting for the store)\n"
      "into the store         %8.0f rounds/s (%lld rounds of %lld requests in %.2f s)\n"
      "schedule               %8.2f s to draw and store, requests late by %.2f ms (p99)\n",
      result.us_per_step, result.recorder_stall_s, result.rounds_per_s,
      static_cast<long long>(result.rounds), static_cast<long long>(result.requests),
      result.stored_s, result.schedule_s, result.issue_lag_p99_s * 1e3);
  WriteOutput(text);
}

std::vector<Option> DescribeSelftest(SelftestOptions& options, std::string& format) {
  return {
      {.name = "concurrency",
       .value = &options.concurrency,
       .value_name = "USERS",
       .help = "requests at the same time",
       .check = IntegerIn(1, 1024)},
      {.name = "requests",
       .value = &options.requests,
       .value_name = "REQUESTS",
       .help = "requests in all",
       .check = IntegerIn(1, 10'000'000)},
      {.name = "max-tokens",
       .value = &options.max_tokens,
       .value_name = "TOKENS",
       .help = "length of every answer",
       .check = IntegerIn(2, 3000)},
      {.name = "draft-length",
       .value = &options.draft_length,
       .value_name = "TOKENS",
       .help = "tokens drafted per round",
       .check = DraftLength()},
      {.name = "rate",
       .value = &options.rate_per_s,
       .value_name = "PER_S",
       .help = "Poisson arrivals a second, those beyond --concurrency wait in the engine's queue; "
               "0: a closed loop",
       .check = NumberIn(0, 1e9)},
      FormatOption(format, {"text", "json"}, "text or json")};
}

}  // namespace

Command SelftestCommand() {
  auto options = std::make_shared<SelftestOptions>();
  auto format = std::make_shared<std::string>();
  return {
      .name = "selftest",
      .summary = "Measure the harness itself: an engine that takes no time, a real results file",
      .options = DescribeSelftest(*options, *format),
      .action = [options, format] {
        PrintResult(RunSelftest(*options), *format == "json");
        return ExitCode::kDone;
      }};
}

}  // namespace dsb
