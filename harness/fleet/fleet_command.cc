#include "harness/fleet/fleet_command.h"

#include <exception>
#include <filesystem>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "base/counted.h"
#include "base/error.h"
#include "base/json_fields.h"
#include "base/sha256.h"
#include "base/text_file.h"
#include "base/thread_pool.h"
#include "base/whole_file.h"
#include "engines/scheduling/policy_kind.h"
#include "engines/simulated/profile_cost.h"
#include "harness/backends/acceptance_spec.h"
#include "harness/fleet/fleet.h"
#include "harness/machine/environment.h"
#include "harness/options/output_files.h"
#include "reports/document/document.h"
#include "reports/text/estimate_json.h"
#include "reports/text/number_text.h"

namespace dsb {
namespace {

using Json = nlohmann::ordered_json;
constexpr const char* kFormat = "dsbench fleet";
constexpr size_t kMostFileBytes = size_t{1} << 30;

// One member after the other, for writing and reading alike.
constexpr std::pair<const char*, int64_t FleetSums::*> kSums[] = {
    {"requests", &FleetSums::requests},
    {"tokens", &FleetSums::tokens},
    {"rounds", &FleetSums::rounds},
    {"verified_tokens", &FleetSums::verified_tokens},
    {"steps", &FleetSums::steps},
    {"busy_ns", &FleetSums::busy_ns},
    {"span_ns", &FleetSums::span_ns},
    {"decode_ns", &FleetSums::decode_ns},
    {"decode_tokens", &FleetSums::decode_tokens},
};

Json HistogramJson(const TimeHistogram& histogram) {
  Json pairs = Json::array();
  for (size_t i = 0; i < histogram.counts().size(); ++i) {
    if (histogram.counts()[i] == 0) continue;
    pairs.push_back({{"bucket", i}, {"count", histogram.counts()[i]}});
  }
  return pairs;
}

TimeHistogram ReadHistogram(const JsonFields& json, const std::string& key) {
  std::vector<int64_t> counts(TimeHistogram().counts().size());
  for (const JsonFields& pair : json.Objects(key)) {
    const int64_t bucket = pair.Integer("bucket", 0, static_cast<int64_t>(counts.size()) - 1);
    counts[static_cast<size_t>(bucket)] = pair.Integer("count", 1, INT64_MAX);
    pair.RefuseOthers();
  }
  return TimeHistogram::FromCounts(std::move(counts));
}

Json SumsJson(int64_t section, const FleetSums& sums) {
  Json json = {{"section", section}};
  for (const auto& [key, member] : kSums) json[key] = sums.*member;
  json["ttft"] = HistogramJson(sums.ttft);
  json["e2e"] = HistogramJson(sums.e2e);
  return json;
}

// What must be the same for sums to be added up.
std::string Identity(const FleetCommandOptions& o, const std::string& table) {
  const Json json = {{"table", Sha256Hex(table)},
                     {"acceptance", o.acceptance},
                     {"policy", o.policy},
                     {"draft_length", o.draft_length},
                     {"replicas", o.replicas},
                     {"concurrency", o.concurrency},
                     {"router", o.router},
                     {"rate", o.rate},
                     {"requests", o.requests},
                     {"section_requests", o.section_requests},
                     {"prompt", o.prompt_tokens},
                     {"answer", o.answer_tokens},
                     {"prefill_rate", o.prefill_rate},
                     {"seed", o.seed}};
  return Sha256Hex(json.dump());
}

class Sections {
 public:
  Sections(const FleetCommandOptions& options, std::string identity)
      : options_(options), identity_(std::move(identity)) {
    const int64_t size = options.section_requests;
    done_.resize(static_cast<size_t>((options.requests + size - 1) / size));
    if (options.resume) Read();
  }
  std::vector<int64_t> Missing() const {
    std::vector<int64_t> missing;
    for (size_t i = 0; i < done_.size(); ++i) {
      if (!done_[i]) missing.push_back(static_cast<int64_t>(i));
    }
    return missing;
  }
  // Any thread.
  void Finish(int64_t section, FleetSums sums) {
    const std::lock_guard lock(mutex_);
    done_[static_cast<size_t>(section)] = std::move(sums);
    if (!options_.output.empty()) Write();
  }
  FleetSums Total() const {
    FleetSums total;
    for (const std::optional<FleetSums>& sums : done_) total.Add(*sums);
    return total;
  }

 private:
  void Write() const {
    Json list = Json::array();
    for (size_t i = 0; i < done_.size(); ++i) {
      if (done_[i]) list.push_back(SumsJson(static_cast<int64_t>(i), *done_[i]));
    }
    WriteWholeFile(options_.output, Json{{"format", kFormat},
                                         {"version", 1},
                                         {"clock", "virtual"},
                                         {"identity", identity_},
                                         {"sections", std::move(list)}}
                                            .dump() +
                                        '\n');
  }
  void Read() {
    std::error_code ignored;
    if (!std::filesystem::exists(options_.output, ignored)) return;
    const JsonFields json =
        JsonFields::Parse(ReadTextFile(options_.output, kMostFileBytes), options_.output);
    if (json.Text("format") != kFormat) json.Refuse("format", json.Text("format"), kFormat);
    json.Integer("version", 1, 1);
    json.Text("clock");
    if (json.Text("identity") != identity_) {
      json.Refuse("identity", "another run's", "a file of this command with the same options");
    }
    for (const JsonFields& row : json.Objects("sections")) {
      const int64_t section = row.Integer("section", 0, static_cast<int64_t>(done_.size()) - 1);
      FleetSums sums;
      for (const auto& [key, member] : kSums) sums.*member = row.Integer(key, 0, INT64_MAX);
      sums.ttft = ReadHistogram(row, "ttft");
      sums.e2e = ReadHistogram(row, "e2e");
      row.RefuseOthers();
      done_[static_cast<size_t>(section)] = std::move(sums);
    }
    json.RefuseOthers();
  }

  const FleetCommandOptions& options_;
  const std::string identity_;
  std::mutex mutex_;
  std::vector<std::optional<FleetSums>> done_;
};

std::function<SimulatedArm()> ArmMaker(const FleetCommandOptions& options,
                                       const std::shared_ptr<const CostTable>& table) {
  SimulatedArm arm;
  arm.cost = MakeProfileCost(
      table, options.prefill_rate > 0 ? std::optional<double>(options.prefill_rate) : std::nullopt);
  PolicyOptions policy{.kind = PolicyKind::kNone};
  if (!options.acceptance.empty()) {
    arm.acceptance = ParseAcceptance(options.acceptance, table->conditions.drafter);
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
    const Json json = {{"format", kFormat},
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
  Sections sections(options, Identity(options, text));
  const std::vector<int64_t> missing = sections.Missing();
  std::exception_ptr failure;
  std::mutex failing;
  ThreadPool pool(options.threads > 0 ? options.threads : UsableCores());
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
  if (failure) std::rethrow_exception(failure);
  return Render(options, sections.Total(), format, columns);
}

}  // namespace dsb
