#include "harness/selftest/selftest.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "harness/cli/cli.h"
#include "harness/options/validators.h"

namespace dsb {
namespace {

void Print(const SelftestResult& result, bool json) {
  if (json) {
    const nlohmann::ordered_json object = {{"steps", result.steps},
                                           {"rounds", result.rounds},
                                           {"requests", result.requests},
                                           {"us_per_step", result.us_per_step},
                                           {"rounds_per_s", result.rounds_per_s},
                                           {"recorder_stall_s", result.recorder_stall_s},
                                           {"replay_s", result.replay_s},
                                           {"stored_s", result.stored_s}};
    std::printf("%s\n", object.dump(2).c_str());
    return;
  }
  std::printf(
      "replayer and recorder  %8.2f us per step (without %.2f s of waiting for the store)\n",
      result.us_per_step, result.recorder_stall_s);
  std::printf("into the store         %8.0f rounds/s (%lld rounds of %lld requests in %.2f s)\n",
              result.rounds_per_s, static_cast<long long>(result.rounds),
              static_cast<long long>(result.requests), result.stored_s);
}

}  // namespace

Action AddSelftest(CLI::App& app) {
  CLI::App* selftest = app.add_subcommand(
      "selftest", "Measure the harness itself: an engine that takes no time, a real results file");
  auto options = std::make_shared<SelftestOptions>();
  auto format = std::make_shared<std::string>("text");
  selftest->add_option("--concurrency", options->concurrency, "requests at the same time")
      ->type_name("USERS")
      ->check(IntegerIn(1, 1024))
      ->capture_default_str();
  selftest->add_option("--requests", options->requests, "requests in all")
      ->type_name("REQUESTS")
      ->check(IntegerIn(1, 10'000'000))
      ->capture_default_str();
  selftest->add_option("--max-tokens", options->max_tokens, "length of every answer")
      ->type_name("TOKENS")
      ->check(IntegerIn(2, 3000))
      ->capture_default_str();
  selftest->add_option("--draft-length", options->draft_length, "tokens drafted per round")
      ->type_name("TOKENS")
      ->check(IntegerIn(0, 64))
      ->capture_default_str();
  selftest->add_option("--format", *format, "text or json")
      ->type_name("NAME")
      ->check(OneOf({"text", "json"}))
      ->capture_default_str();
  return [options, format] {
    Print(RunSelftest(*options), *format == "json");
    return ExitCode::kDone;
  };
}

}  // namespace dsb
