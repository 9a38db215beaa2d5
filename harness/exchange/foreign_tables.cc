// Tables of accepted lengths that others print: figures without counts, which have no intervals.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/error.h"
#include "base/quoted.h"
#include "base/take_line.h"
#include "base/trimmed.h"
#include "harness/exchange/imported_run.h"

namespace dsb {
namespace {

constexpr size_t kMostFigures = 4096;

struct NumberedLine {
  int64_t number = 0;
  std::string_view text;
};

std::vector<NumberedLine> LinesOf(std::string_view text) {
  std::vector<NumberedLine> lines;
  for (int64_t number = 1; !text.empty(); ++number) {
    lines.push_back({number, TakeLine(&text)});
  }
  return lines;
}

// The cells of a line that is drawn with bars, or of one that is split by tabs.
std::vector<std::string_view> CellsOf(std::string_view line) {
  line = Trimmed(line);
  const bool bars = line.size() > 1 && line.front() == '|' && line.back() == '|';
  if (bars) line = line.substr(1, line.size() - 2);
  std::vector<std::string_view> cells;
  for (;;) {
    const size_t end = line.find(bars ? '|' : '\t');
    cells.push_back(Trimmed(line.substr(0, end)));
    if (end == std::string_view::npos) return cells;
    line.remove_prefix(end + 1);
  }
}

std::optional<double> NumberOf(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole || !std::isfinite(value) || value < 0) return std::nullopt;
  return value;
}

[[noreturn]] void Refuse(const std::string& name, int64_t line, const std::string& what) {
  ThrowBadInput(name + ":" + std::to_string(line) + ": " + what);
}

void AddFigure(ImportedRun& run, std::string name, double value) {
  if (run.figures.size() >= kMostFigures) ThrowBadInput("import: more than 4096 figures");
  run.figures.push_back({.name = std::move(name), .value = value});
}

bool IsAcceptRate(std::string_view column) {
  constexpr std::string_view kPrefix = "accept_rate@";
  return column.starts_with(kPrefix) && NumberOf(column.substr(kPrefix.size()));
}

const std::vector<std::string_view> kDeepSpecColumns = {
    "dataset",     "target_model", "draft_model", "#propose", "accept_len",
    "verify_rate", "samples",      "out_tokens",  "tok/s",    "verify/s"};

void CheckDeepSpecHeader(const std::string& name, int64_t line,
                         const std::vector<std::string_view>& header) {
  for (size_t i = 0; i < std::max(header.size(), kDeepSpecColumns.size()); ++i) {
    const bool own = i >= kDeepSpecColumns.size();
    const std::string wanted = own ? "accept_rate@N" : std::string(kDeepSpecColumns[i]);
    const std::string_view found = i < header.size() ? header[i] : "(nothing)";
    if (own ? IsAcceptRate(found) : found == kDeepSpecColumns[i]) continue;
    Refuse(name, line,
           "column " + std::to_string(i + 1) + ": found " + Quoted(std::string(found)) +
               ", expected " + wanted);
  }
}

void TakeDeepSpecRow(const std::string& name, int64_t line,
                     const std::vector<std::string_view>& header,
                     const std::vector<std::string_view>& cells, ImportedRun& run) {
  if (cells.size() != header.size()) {
    Refuse(name, line,
           "found " + std::to_string(cells.size()) + " cells, expected the header's " +
               std::to_string(header.size()));
  }
  const std::string labels =
      "{dataset=" + std::string(cells[0]) + ",draft_model=" + std::string(cells[2]) + "}";
  for (size_t i = 3; i < header.size(); ++i) {
    std::string_view cell = cells[i];
    if (cell == "-" && IsAcceptRate(header[i])) continue;  // no proposal was so long
    if (header[i] == "#propose" && cell.ends_with("+1")) cell.remove_suffix(2);
    const std::optional<double> value = NumberOf(cell);
    if (!value) {
      Refuse(name, line,
             "column " + std::string(header[i]) + ": found " + Quoted(std::string(cell)) +
                 ", expected a number");
    }
    AddFigure(run, "deepspec:" + std::string(header[i]) + labels, *value);
  }
}

}  // namespace

ImportedRun ReadDeepSpec(std::string_view text, const std::string& name) {
  ImportedRun run;
  run.program = "DeepSpec's eval.py";
  const std::vector<NumberedLine> lines = LinesOf(text);
  // Each data set's row comes as it is done, and the whole table under its header at the end.
  const auto is_header = [](const NumberedLine& line) {
    return CellsOf(line.text)[0] == "dataset";
  };
  const auto found = std::find_if(lines.rbegin(), lines.rend(), is_header);
  if (found == lines.rend()) {
    ThrowBadInput(name +
                  ": found no line that begins with the column dataset, expected the table "
                  "that DeepSpec's eval.py prints at its end");
  }
  const std::vector<std::string_view> header = CellsOf(found->text);
  CheckDeepSpecHeader(name, found->number, header);
  for (auto line = found.base(); line != lines.end(); ++line) {
    const std::string_view row = Trimmed(line->text);
    if (row.empty() || row.starts_with("+-")) continue;
    TakeDeepSpecRow(name, line->number, header, CellsOf(row), run);
  }
  if (run.figures.empty()) Refuse(name, found->number, "found a header without rows");
  return run;
}

ImportedRun ReadGoldenLengths(std::string_view text, const std::string& name) {
  ImportedRun run;
  run.program = "InferenceX's golden table";
  std::string model, mode;
  for (const auto& [number, line] : LinesOf(text)) {
    const std::string_view words = Trimmed(line);
    if (words.empty() || words.starts_with('#')) continue;
    const size_t depth = line.find_first_not_of(' '), colon = words.find(':');
    const std::string_view key = words.substr(0, colon);
    const std::string_view value =
        colon == std::string_view::npos ? "" : Trimmed(words.substr(colon + 1));
    const auto refuse = [&, number = number, line = line](const std::string& expected) {
      Refuse(name, number, "found " + Quoted(std::string(line)) + ", expected " + expected);
    };
    if (colon == std::string_view::npos || key.empty()) refuse("KEY: or KEY: VALUE");
    if (depth == 0) {
      if (!value.empty()) refuse("a model's name and a colon");
      model = key;
      mode.clear();
    } else if (model == "_metadata") {
      if (value.empty()) refuse("KEY: VALUE under _metadata");
    } else if (depth == 2 && !model.empty()) {
      if (!value.empty()) refuse("a thinking mode and a colon");
      mode = key;
    } else if (depth == 4 && !mode.empty()) {
      const std::optional<double> length = NumberOf(key), accepted = NumberOf(value);
      const bool whole = length && *length >= 1 && *length == std::floor(*length);
      if (!whole || !accepted || *accepted < 1 || *accepted > *length + 1) {
        refuse("DRAFT LENGTH: ACCEPTED LENGTH, from 1 to the draft length + 1");
      }
      AddFigure(run,
                "inferencex:golden_acceptance_length{model=" + model + ",mode=" + mode +
                    ",draft_length=" + std::string(key) + "}",
                *accepted);
    } else {
      refuse("a model, under it modes by two spaces, under these draft lengths by four");
    }
  }
  if (run.figures.empty()) ThrowBadInput(name + ": found no accepted lengths");
  return run;
}

}  // namespace dsb
