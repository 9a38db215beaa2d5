#include "workloads/trace/trace.h"

#include <filesystem>
#include <functional>
#include <optional>

#include "base/error.h"
#include "base/mapped_file.h"
#include "base/quoted.h"
#include "base/sha256.h"
#include "base/take_line.h"
#include "workloads/trace/csv_rows.h"
#include "workloads/trace/mooncake_line.h"
#include "workloads/trace/trace_time.h"

namespace dsb {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// A row with its time as the file counts it.
using ReadRow = std::function<TraceRow(std::string_view line, const std::string& place)>;

int64_t TimeOf(std::optional<int64_t> time_ns, std::string_view text, const char* column,
               const char* expected, const std::string& place) {
  if (time_ns) return *time_ns;
  ThrowBadInput(place + ": " + column + " is " + Quoted(text) + ", expected " + expected);
}

ReadRow AzureRows(std::string_view header, const std::string& place) {
  const CsvColumns columns(header, {"TIMESTAMP", "ContextTokens", "GeneratedTokens"}, place);
  return [columns](std::string_view line, const std::string& where) {
    const auto values = columns.Split(line, where);
    return TraceRow{.time_ns = TimeOf(NsOfDate(values[0]), values[0], "TIMESTAMP",
                                      "a date like 2023-11-16 18:17:03.9799600", where),
                    .input_tokens = TokensOf(values[1], "ContextTokens", where),
                    .output_tokens = TokensOf(values[2], "GeneratedTokens", where)};
  };
}

ReadRow BurstGptRows(std::string_view header, const std::string& place) {
  const CsvColumns columns(
      header,
      {"Timestamp", "Model", "Request tokens", "Response tokens", "Total tokens", "Log Type"},
      place);
  return [columns](std::string_view line, const std::string& where) {
    const auto values = columns.Split(line, where);
    TokensOf(values[4], "Total tokens", where);
    return TraceRow{.time_ns = TimeOf(NsOfNumber(values[0], 1e9), values[0], "Timestamp",
                                      "seconds from 0 to 104 days", where),
                    .input_tokens = TokensOf(values[2], "Request tokens", where),
                    .output_tokens = TokensOf(values[3], "Response tokens", where)};
  };
}

TraceForm FormOf(std::string_view first_line, const std::string& place) {
  if (first_line.starts_with('{')) return TraceForm::kMooncake;
  if (first_line.find("ContextTokens") != std::string_view::npos ||
      first_line.find("TIMESTAMP") != std::string_view::npos) {
    return TraceForm::kAzure;
  }
  if (first_line.find("Request tokens") != std::string_view::npos ||
      first_line.find("Timestamp") != std::string_view::npos) {
    return TraceForm::kBurstGpt;
  }
  ThrowBadInput(place + ": found " + Quoted(first_line) +
                ", expected the header of Azure's trace (TIMESTAMP,ContextTokens,GeneratedTokens) "
                "or of BurstGPT's (Timestamp,Model,Request tokens,Response tokens,Total tokens,Log "
                "Type), or an object of Mooncake's ({\"timestamp\": 0, \"input_length\": 1, "
                "\"output_length\": 1, \"hash_ids\": [0]})");
}

Trace Parse(std::string_view text, const std::string& path, int64_t max_rows) {
  Trace trace;
  trace.path = path;
  trace.name = std::filesystem::path(path).stem().string();
  trace.sha256 = Sha256Hex(text);
  trace.size_bytes = static_cast<int64_t>(text.size());
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  std::string_view rest = text;
  const std::string first_place = path + ":1";
  const std::string_view first_line = TakeLine(&rest);
  trace.form = FormOf(first_line, first_place);
  ReadRow read = &ReadMooncakeLine;
  if (trace.form == TraceForm::kMooncake) {
    rest = text;  // its first line is a row
  } else {
    read = trace.form == TraceForm::kAzure ? AzureRows(first_line, first_place)
                                           : BurstGptRows(first_line, first_place);
  }
  std::optional<int64_t> start_ns;
  int64_t last_ns = 0;
  for (int64_t line_number = trace.form == TraceForm::kMooncake ? 1 : 2; !rest.empty();
       ++line_number) {
    if (max_rows > 0 && static_cast<int64_t>(trace.rows.size()) >= max_rows) break;
    const std::string place = path + ":" + std::to_string(line_number);
    const std::string_view line = TakeLine(&rest);
    if (line.empty() && rest.empty()) break;  // a blank last line
    TraceRow row = read(line, place);
    if (!start_ns) start_ns = last_ns = row.time_ns;
    if (row.time_ns < last_ns) {
      ThrowBadInput(place + ": the time goes back by " + std::to_string(last_ns - row.time_ns) +
                    " ns, expected rows in order of time");
    }
    last_ns = row.time_ns;
    row.time_ns -= *start_ns;
    row.line = line_number;
    if (row.input_tokens == 0 || row.output_tokens == 0) {
      ++trace.left_out;
    } else {
      trace.rows.push_back(std::move(row));
    }
  }
  if (trace.rows.empty()) ThrowBadInput(path + ": no rows with tokens, expected at least one");
  return trace;
}

}  // namespace

const char* TraceFormName(TraceForm form) {
  switch (form) {
    case TraceForm::kAzure:
      return "azure";
    case TraceForm::kMooncake:
      return "mooncake";
    case TraceForm::kBurstGpt:
      return "burstgpt";
  }
  return "";
}

Trace ReadTrace(const std::string& path, int64_t max_rows) {
  const MappedFile file(path);
  const auto bytes = file.bytes();
  if (bytes.empty()) return Parse({}, path, max_rows);
  return Parse({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path, max_rows);
}

Trace ParseTrace(const std::string& text, const std::string& name, int64_t max_rows) {
  return Parse(text, name, max_rows);
}

}  // namespace dsb
