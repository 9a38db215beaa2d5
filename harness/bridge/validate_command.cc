#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/counted.h"
#include "base/error.h"
#include "base/sha256.h"
#include "base/text_file.h"
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
  if (!std::isfinite(share)) return "n/a";  // one of the two is 0
  return (share >= 0 ? "+" : "") + Fixed(100 * share, decimals) + " %";
}

struct TableFile {
  std::string path, sha256;
  CostTable table;
};

TableFile ReadTable(const std::string& path) {
  const std::string text = ReadTextFile(path);
  return {path, Sha256Hex(text), ParseCostTable(text, path)};
}

// What a run was loaded with, in a line.
std::string LoadText(const RunRecord& run) {
  std::string text;
  for (const Fact& fact : LoadFacts(run)) {
    if (!fact.value.empty()) text += (text.empty() ? "" : ", ") + fact.field + ' ' + fact.value;
  }
  return text;
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
    if (run.clock != "real") continue;
    if (run.state != "complete") {
      left_out.push_back(PlainName(run) + " #" + std::to_string(run.id) + ": is " + run.state);
      continue;
    }
    const RunRecord* twin = nullptr;
    for (const RunRecord& other : simulated) {
      if (other.state == "complete" && other.clock == "virtual" &&
          PlainName(other) == PlainName(run) && LoadText(other) == LoadText(run)) {
        twin = &other;  // the newest
      }
    }
    if (twin != nullptr) {
      pairs.emplace_back(run, *twin);
    } else {
      left_out.push_back(PlainName(run) + " #" + std::to_string(run.id) + ", " + LoadText(run) +
                         ": has no simulated twin");
    }
  }
  return pairs;
}

// The one that the simulated run went by.
const CostTable& TableOf(const std::vector<TableFile>& tables, const RunRecord& simulated) {
  const std::string& sha256 = ConfigOf(simulated).cost_table_sha256;
  for (const TableFile& file : tables) {
    if (file.sha256 == sha256) return file.table;
  }
  ThrowBadInput("--cost-table: none is what run " + std::to_string(simulated.id) + " (" +
                ArmName(simulated) + ") of the simulated runs went by, whose SHA-256 is " +
                (sha256.empty() ? "not stored" : sha256));
}

// What else the two were asked differently.
std::string DifferencesOf(const RunData& real, const RunData& simulated) {
  std::vector<Fact> before = ComparableFacts(real), after = ComparableFacts(simulated);
  // A simulated run may do without a target: what it lacks is not known to differ.
  for (std::vector<Fact>* facts : {&before, &after}) {
    for (Fact& fact : *facts) fact.where_known = true;
  }
  std::string text;
  for (const Difference& difference : Differences(before, after)) {
    text += (text.empty() ? "" : ", ") + DifferenceText(difference, {"measured", "simulated"});
  }
  return text;
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
  for (const ValidationRow& row : rows) {
    if (row.differs.empty()) continue;
    document.push_back(Line{"Note: " + row.arm + ", " + std::to_string(row.users) +
                            " users: the two were asked differently: " + row.differs});
  }
  for (const std::string& one : left_out) document.push_back(Line{"Note: " + one});
  return document;
}

Json ToJson(const Validated& value) {
  return {{"measured", value.real}, {"simulated", value.simulated}};
}

std::string PrintJson(const std::vector<ValidationRow>& rows,
                      const std::vector<std::string>& left_out) {
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
                    {"differs", row.differs},
                    {"residuals", residuals}});
    if (row.has_interval) {
      list.back()["user_error_95"] = {row.error_lo, row.error_hi};
    }
  }
  return Dump(Json{{"format", "dsbench validation"},
                   {"format_version", 1},
                   {"rows", list},
                   {"left_out", left_out}});
}

}  // namespace

std::string RunValidate(const ValidateCommandOptions& options, const std::string& format,
                        int columns) {
  const Store real(options.real, ReadingOptions(options.real));
  const Store simulated(options.simulated, ReadingOptions(options.simulated));
  std::vector<TableFile> tables;
  for (const std::string& path : options.cost_tables) tables.push_back(ReadTable(path));
  std::vector<std::string> left_out;
  const auto pairs =
      PairRuns(UnobservedRuns(ReadRuns(real)), UnobservedRuns(ReadRuns(simulated)), left_out);
  if (pairs.empty()) {
    ThrowBadInput("validate: no run of " + options.real + " has a simulated twin in " +
                  options.simulated + ", expected equal arms and loads");
  }
  std::vector<ValidationRow> rows;
  for (const auto& [measured, computed] : pairs) {
    const ReadOptions read{.token_ids = false, .steps = true};
    const CheckedRun before = ReadCheckedRun(real, measured.id, read),
                     after = ReadCheckedRun(simulated, computed.id, read);
    rows.push_back(ValidateRun(before, after, TableOf(tables, computed), options.bootstrap));
    rows.back().arm = PlainName(measured);
    rows.back().differs = DifferencesOf(before, after);
  }
  if (format == "json") return PrintJson(rows, left_out);
  const Document document = Print(rows, left_out);
  return format == "markdown" ? PrintMarkdown(document) : PrintTerminal(document, columns);
}

}  // namespace dsb
