#include <nlohmann/json.hpp>
#include <utility>

#include "base/counted.h"
#include "base/error.h"
#include "harness/bridge/validate.h"
#include "harness/run/results_file.h"
#include "reports/document/document.h"
#include "reports/text/estimate_json.h"
#include "reports/text/number_text.h"
#include "results/run_facts.h"
#include "results/store/checked_reader.h"

namespace dsb {
namespace {

using Json = nlohmann::ordered_json;

std::string Signed(double share, int decimals = 1) {
  return (share >= 0 ? "+" : "") + Fixed(100 * share, decimals) + " %";
}

// "dspark fixed 7", without what says how its clock goes.
std::string PlainName(const RunRecord& run) {
  const std::string name = ArmName(run);
  return name.substr(0, name.find(" (clock "));
}

std::vector<std::pair<RunRecord, RunRecord>> PairRuns(const std::vector<RunRecord>& real,
                                                      const std::vector<RunRecord>& simulated,
                                                      std::vector<std::string>& left_out) {
  std::vector<std::pair<RunRecord, RunRecord>> pairs;
  for (const RunRecord& run : real) {
    if (run.state != "complete" || run.clock != "real") continue;
    const RunRecord* twin = nullptr;
    for (const RunRecord& other : simulated) {
      if (other.state == "complete" && other.clock == "virtual" && other.users == run.users &&
          PlainName(other) == PlainName(run)) {
        twin = &other;  // the newest
      }
    }
    if (twin != nullptr) {
      pairs.emplace_back(run, *twin);
    } else {
      left_out.push_back(PlainName(run) + ", " + Counted(run.users.value_or(0), "user"));
    }
  }
  return pairs;
}

const CostTable& TableOf(const std::vector<CostTable>& tables, const std::string& drafter) {
  for (const CostTable& table : tables) {
    if (table.conditions.drafter == drafter) return table;
  }
  if (drafter == "none" && !tables.empty()) return tables.front();
  ThrowBadInput("validate: no --cost-table of " + drafter);
}

Document Print(const std::vector<ValidationRow>& rows, const std::vector<std::string>& left_out) {
  Document document;
  document.push_back(Heading{1, "Simulated (clock virtual) against measured"});
  Table table{{{.title = "arm", .left = true},
               {.title = "users"},
               {.title = "tokens/s"},
               {.title = "error"},
               {.title = "user tokens/s"},
               {.title = "error [95 %]"},
               {.title = "missing", .left = true}},
              {}};
  Table parts{{{.title = "arm", .left = true},
               {.title = "users"},
               {.title = "accepted length"},
               {.title = "verified"},
               {.title = "step ms"},
               {.title = "error"},
               {.title = "TTFT ms"},
               {.title = "error"}},
              {}};
  const auto pair = [](const Validated& value, int decimals) {
    return Fixed(value.real, decimals) + " / " + Fixed(value.simulated, decimals);
  };
  for (const ValidationRow& row : rows) {
    const std::string users = std::to_string(row.users);
    std::string error = Signed(row.user_tokens_per_s.error());
    if (row.has_interval) error += " [" + Signed(row.error_lo) + ", " + Signed(row.error_hi) + "]";
    table.rows.push_back({row.arm, users, pair(row.tokens_per_s, 1),
                          Signed(row.tokens_per_s.error()), pair(row.user_tokens_per_s, 1), error,
                          row.missing});
    parts.rows.push_back(
        {row.arm, users, pair(row.accepted_length, 2), pair(row.verified, 2), pair(row.step_ms, 2),
         Signed(row.step_ms.error()),
         row.ttft_ms.real > 0 && row.ttft_ms.simulated > 0 ? pair(row.ttft_ms, 1) : "n/a",
         row.ttft_ms.real > 0 && row.ttft_ms.simulated > 0 ? Signed(row.ttft_ms.error()) : "n/a"});
  }
  document.push_back(std::move(table));
  document.push_back(
      Line{"Each pair: measured / simulated. error: simulated over measured - 1; its "
           "interval adds both runs' in quadrature. missing: named where throughput "
           "or user speed is off by more than 10 %."});
  document.push_back(std::move(parts));
  document.push_back(Heading{2, "Decode steps against the cost table"});
  Table residuals{{{.title = "arm", .left = true},
                   {.title = "users"},
                   {.title = "decoding"},
                   {.title = "steps"},
                   {.title = "tokens"},
                   {.title = "measured ms"},
                   {.title = "table ms"},
                   {.title = "residual"}},
                  {}};
  for (const ValidationRow& row : rows) {
    for (const StepResidual& step : row.residuals) {
      residuals.rows.push_back({row.arm, std::to_string(row.users), std::to_string(step.requests),
                                std::to_string(step.num_steps), Fixed(step.tokens, 1),
                                Fixed(step.ms.real, 2), Fixed(step.ms.simulated, 2),
                                Signed(step.ms.error())});
    }
  }
  document.push_back(std::move(residuals));
  for (const ValidationRow& row : rows) {
    if (row.contended.empty()) continue;
    document.push_back(Line{"Note: " + row.arm + ", " + Counted(row.users, "user") +
                            ": the measured times were disturbed: " + row.contended});
  }
  for (const std::string& one : left_out) {
    document.push_back(Line{"Note: " + one + ": has no simulated twin"});
  }
  return document;
}

Json ToJson(const Validated& value) {
  return {{"measured", value.real}, {"simulated", value.simulated}};
}

std::string PrintJson(const std::vector<ValidationRow>& rows) {
  Json list = Json::array();
  for (const ValidationRow& row : rows) {
    Json residuals = Json::array();
    for (const StepResidual& step : row.residuals) {
      residuals.push_back({{"requests", step.requests},
                           {"steps", step.num_steps},
                           {"tokens", step.tokens},
                           {"ms", ToJson(step.ms)}});
    }
    list.push_back({{"arm", row.arm},
                    {"users", row.users},
                    {"tokens_per_s", ToJson(row.tokens_per_s)},
                    {"user_tokens_per_s", ToJson(row.user_tokens_per_s)},
                    {"accepted_length", ToJson(row.accepted_length)},
                    {"verified", ToJson(row.verified)},
                    {"step_ms", ToJson(row.step_ms)},
                    {"ttft_ms", ToJson(row.ttft_ms)},
                    {"missing", row.missing},
                    {"contended", row.contended},
                    {"residuals", residuals}});
  }
  return Dump(Json{{"format", "dsbench validation"}, {"format_version", 1}, {"rows", list}});
}

}  // namespace

std::string RunValidate(const ValidateCommandOptions& options, const std::string& format,
                        int columns) {
  const Store real(options.real, ReadingOptions(options.real));
  const Store simulated(options.simulated, ReadingOptions(options.simulated));
  std::vector<CostTable> tables;
  for (const std::string& path : options.cost_tables) tables.push_back(ReadCostTable(path));
  std::vector<std::string> left_out;
  const auto pairs =
      PairRuns(UnobservedRuns(ReadRuns(real)), UnobservedRuns(ReadRuns(simulated)), left_out);
  if (pairs.empty()) {
    ThrowBadInput("validate: no run of " + options.real + " has a simulated twin in " +
                  options.simulated + ", expected equal arms and users");
  }
  std::vector<ValidationRow> rows;
  for (const auto& [measured, computed] : pairs) {
    const ReadOptions read{.token_ids = false, .steps = true};
    rows.push_back(ValidateRun(ReadCheckedRun(real, measured.id, read),
                               ReadCheckedRun(simulated, computed.id, read),
                               TableOf(tables, measured.drafter), options.bootstrap));
    rows.back().arm = PlainName(measured);
  }
  if (format == "json") return PrintJson(rows);
  const Document document = Print(rows, left_out);
  return format == "markdown" ? PrintMarkdown(document) : PrintTerminal(document, columns);
}

}  // namespace dsb
