#include "harness/fleet/fleet_command.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "base/counted.h"
#include "base/error.h"
#include "base/text_file.h"
#include "base/thread_pool.h"
#include "engines/scheduling/policy_kind.h"
#include "engines/simulated/profile_cost.h"
#include "harness/backends/acceptance_spec.h"
#include "harness/fleet/fleet.h"
#include "harness/fleet/fleet_sections.h"
#include "harness/machine/environment.h"
#include "harness/options/output_files.h"
#include "reports/document/document.h"
#include "reports/text/estimate_json.h"
#include "reports/text/number_text.h"

namespace dsb {
namespace {

using Json = nlohmann::ordered_json;

std::function<SimulatedArm()> ArmMaker(const FleetCommandOptions& options,
                                       const std::shared_ptr<const CostTable>& table) {
  SimulatedArm arm;
  arm.cost = MakeProfileCost(
      table, options.prefill_rate > 0 ? std::optional<double>(options.prefill_rate) : std::nullopt);
  PolicyOptions policy{.kind = PolicyKind::kNone};
  if (!options.acceptance.empty()) {
    arm.acceptance = ParseAcceptance(options.acceptance, table->conditions.drafter).model;
    policy.kind = PolicyFromName(options.policy);
    policy.costs = table;
    arm.draft_length = options.draft_length > 0
                           ? options.draft_length
                           : static_cast<int32_t>(table->conditions.draft_length);
  }
  const auto cost = arm.cost;
  const auto acceptance = arm.acceptance;
  const int32_t draft_length = arm.draft_length;
  const auto make = [=] {
    return SimulatedArm{.policy = MakePolicy(policy),
                        .acceptance = acceptance,
                        .cost = cost,
                        .draft_length = draft_length};
  };
  const SimulatedRounds checked(make());  // what is wrong with it is said before any work
  static_cast<void>(checked);
  return make;
}

std::string Render(const FleetCommandOptions& options, const FleetSums& sums,
                   const std::string& format, int columns) {
  const auto number = [](int64_t value) { return static_cast<double>(value); };
  const double seconds = number(sums.span_ns) * 1e-9;
  const double tokens_per_s = number(sums.tokens) / seconds;
  const double user =
      1e9 * number(sums.decode_tokens) / number(std::max<int64_t>(1, sums.decode_ns));
  const double length = number(sums.decode_tokens) / number(std::max<int64_t>(1, sums.rounds));
  const double busy = number(sums.busy_ns) / (number(sums.span_ns) * options.replicas);
  if (format == "json") {
    const Json json = {{"format", kFleetFormat},
                       {"clock", "virtual"},
                       {"requests", sums.requests},
                       {"tokens", sums.tokens},
                       {"rounds", sums.rounds},
                       {"virtual_s", seconds},
                       {"tokens_per_s", tokens_per_s},
                       {"user_tokens_per_s", user},
                       {"accepted_length", length},
                       {"busy_share", busy},
                       {"ttft_p50_ms", sums.ttft.QuantileMs(0.5)},
                       {"ttft_p99_ms", sums.ttft.QuantileMs(0.99)},
                       {"e2e_p50_ms", sums.e2e.QuantileMs(0.5)},
                       {"e2e_p99_ms", sums.e2e.QuantileMs(0.99)}};
    return Dump(json);
  }
  Document document;
  document.push_back(Heading{1, Counted(options.replicas, "replica") + ", " + options.router +
                                    ", " + Fixed(options.rate, 2) + " requests/s (clock virtual)"});
  Table table{{{.title = "requests"},
               {.title = "tokens"},
               {.title = "tokens/s"},
               {.title = "tokens/s a user"},
               {.title = "accepted length"},
               {.title = "busy %"},
               {.title = "TTFT p50 ms"},
               {.title = "p99"},
               {.title = "E2E p50 ms"},
               {.title = "p99"}},
              {}};
  table.rows.push_back({std::to_string(sums.requests), std::to_string(sums.tokens),
                        Fixed(tokens_per_s, 1), Fixed(user, 1), Fixed(length, 3),
                        Fixed(100 * busy, 1), Fixed(sums.ttft.QuantileMs(0.5), 1),
                        Fixed(sums.ttft.QuantileMs(0.99), 1), Fixed(sums.e2e.QuantileMs(0.5), 0),
                        Fixed(sums.e2e.QuantileMs(0.99), 0)});
  document.push_back(std::move(table));
  document.push_back(
      Line{"Sections of " + std::to_string(options.section_requests) +
           " requests, each from an empty fleet to an empty fleet. Percentiles within 2.2 %. Not a "
           "measurement: acceptance and times are inputs."});
  return PrintTerminal(document, columns);
}

}  // namespace

std::string RunFleet(const FleetCommandOptions& options, const std::string& format, int columns) {
  if (options.resume && options.output.empty()) {
    ThrowBadInput("fleet: --resume needs the --output FILE of the run that it goes on with");
  }
  if (!options.output.empty()) RefuseForeignFile("--output", options.output, WrittenAs::kFleet);
  const std::string text = ReadTextFile(options.cost_table);
  const auto table = std::make_shared<const CostTable>(ParseCostTable(text, options.cost_table));
  const std::function<SimulatedArm()> make_arm = ArmMaker(options, table);
  const SimulatedEngineOptions engine{
      .max_concurrency = options.concurrency,
      .context_tokens = options.prompt_tokens + options.answer_tokens + 128,
      .reports_confidence = false};
  const std::shared_ptr<const AcceptanceModel> acceptance = make_arm().acceptance;
  FleetSections sections(options, FleetIdentity(options, text, acceptance.get()));
  const std::vector<int64_t> missing = sections.Missing();
  std::exception_ptr failure;
  std::mutex failing;
  ThreadPool pool(ThreadsFor(options.threads));
  pool.ParallelFor(
      static_cast<int64_t>(missing.size()), 1, [&](int64_t first, int64_t last, int /*worker*/) {
        for (int64_t i = first; i < last; ++i) {
          try {
            const int64_t section = missing[static_cast<size_t>(i)];
            const int64_t begin = section * options.section_requests;
            sections.Finish(
                section,
                SimulateSection(
                    make_arm, engine,
                    {.replicas = options.replicas,
                     .router = options.router == "round-robin" ? Router::kRoundRobin
                                                               : Router::kLeastLoaded,
                     .requests_per_s = options.rate,
                     .prompt_tokens = options.prompt_tokens,
                     .answer_tokens = options.answer_tokens,
                     .first_request = begin,
                     .num_requests = std::min(options.section_requests, options.requests - begin),
                     .seed = static_cast<uint64_t>(options.seed)}));
          } catch (...) {  // a thread's end: nothing may pass it
            const std::lock_guard lock(failing);
            failure = std::current_exception();
          }
        }
      });
  sections.Keep();
  if (failure) std::rethrow_exception(failure);
  return Render(options, sections.Total(), format, columns);
}

}  // namespace dsb
