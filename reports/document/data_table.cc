#include "reports/document/data_table.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/error.h"
#include "base/quoted.h"

namespace dsb {
namespace {

using Json = nlohmann::ordered_json;

std::string Exact(double value) {
  if (!std::isfinite(value)) return "";
  char text[64];
  return {text, std::to_chars(std::begin(text), std::end(text), value).ptr};
}

// What a spreadsheet would compute: it begins, behind blanks, with one of = + - @ or their
// fullwidth forms.
bool IsFormula(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  constexpr std::string_view kMarks[] = {"=",      "+",      "-",      "@",
                                         "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"};
  return std::any_of(std::begin(kMarks), std::end(kMarks),
                     [&](std::string_view mark) { return text.starts_with(mark); });
}

std::string CsvCell(const std::string& foreign) {
  std::string text = Shown(foreign);
  if (IsFormula(text)) text.insert(0, 1, '\'');
  if (text.find_first_of("\",\n\r") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

std::string CsvCell(const DataCell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return CsvCell(*text);
  if (const auto* count = std::get_if<int64_t>(&cell)) return std::to_string(*count);
  if (const auto* number = std::get_if<double>(&cell)) return Exact(*number);
  return "";
}

Json JsonCell(const DataCell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (const auto* count = std::get_if<int64_t>(&cell)) return *count;
  if (const auto* number = std::get_if<double>(&cell)) return *number;
  return nullptr;
}

std::string Written(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// `count` columns from `first` on: the distinct cells, and which of them each row has.
Json PartJson(const DataTable& table, size_t first, size_t count) {
  std::map<std::string, int64_t> places;  // of the cells as they are written
  Json distinct = Json::array(), rows = Json::array();
  int64_t last = -1, repeats = 0;
  const auto end_repeats = [&] {
    if (repeats > 0) rows.push_back(-repeats);
    repeats = 0;
  };
  for (const auto& row : table.rows) {
    Json cells = Json::array();
    for (size_t c = first; c < first + count; ++c) cells.push_back(JsonCell(row[c]));
    const auto [place, is_new] =
        places.try_emplace(Written(cells), static_cast<int64_t>(places.size()));
    if (is_new) distinct.push_back(std::move(cells));
    if (place->second == last) {
      ++repeats;
      continue;
    }
    end_repeats();
    rows.push_back(last = place->second);
  }
  end_repeats();
  return {{"cells", std::move(distinct)}, {"rows", std::move(rows)}};
}

// No character that HTML or a script's end could be made of is left.
std::string InScript(const std::string& json) {
  std::string out;
  for (const char c : ShownJson(json)) {
    switch (c) {
      case '<':
        out += "\\u003c";
        break;
      case '>':
        out += "\\u003e";
        break;
      case '&':
        out += "\\u0026";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace

DataTable WithoutColumns(DataTable table, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const auto found = std::find(table.columns.begin(), table.columns.end(), name);
    if (found == table.columns.end()) continue;
    const auto place = found - table.columns.begin();
    table.columns.erase(found);
    for (auto& row : table.rows) row.erase(row.begin() + place);
  }
  return table;
}

std::string PrintCsv(const DataTable& table) {
  std::string out;
  const auto end_line = [&] { out.back() = '\n'; };
  for (const std::string& column : table.columns) out += CsvCell(column) + ",";
  if (!out.empty()) end_line();
  for (const auto& row : table.rows) {
    for (const DataCell& cell : row) out += CsvCell(cell) + ",";
    end_line();
  }
  return out;
}

std::string PrintScriptJson(const DataTable& table, std::vector<size_t> parts) {
  if (parts.empty()) parts.assign(table.columns.size(), 1);
  Json json = {{"columns", table.columns}, {"parts", Json::array()}};
  size_t first = 0;
  for (const size_t count : parts) {
    json["parts"].push_back(PartJson(table, first, count));
    first += count;
  }
  DSB_CHECK(first == table.columns.size());
  return InScript(Written(json));
}

}  // namespace dsb
