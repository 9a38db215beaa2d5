#include <algorithm>

#include "reports/document/document.h"

namespace dsb {
namespace {

// Code points, not bytes: names may hold any UTF-8.
size_t WidthOf(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char letter) {
    return (static_cast<unsigned char>(letter) & 0xC0) != 0x80;
  }));
}

std::string Shorten(const std::string& text, size_t width) {
  if (WidthOf(text) <= width) return text;
  std::string result;
  size_t count = 0;
  for (const char letter : text) {
    const bool starts = (static_cast<unsigned char>(letter) & 0xC0) != 0x80;
    if (starts && ++count > width - 2) break;
    result += letter;
  }
  return result + "..";
}

std::vector<size_t> ColumnWidths(const Table& table) {
  std::vector<size_t> widths;
  for (size_t c = 0; c < table.columns.size(); ++c) {
    size_t width = WidthOf(table.columns[c].title);
    for (const auto& row : table.rows) width = std::max(width, WidthOf(row[c]));
    widths.push_back(width);
  }
  constexpr size_t kShortest = 14;
  for (;;) {
    size_t sum = 2 * (widths.size() - 1);
    size_t widest = widths.size();
    for (size_t c = 0; c < widths.size(); ++c) {
      sum += widths[c];
      const bool can_shrink = table.columns[c].left && widths[c] > kShortest;
      if (can_shrink && (widest == widths.size() || widths[c] > widths[widest])) widest = c;
    }
    if (sum <= kTerminalColumns || widest == widths.size()) return widths;
    --widths[widest];
  }
}

void AppendRow(const Table& table, const std::vector<size_t>& widths,
               const std::vector<std::string>& cells, std::string* out) {
  std::string line;
  for (size_t c = 0; c < cells.size(); ++c) {
    if (c > 0) line += "  ";
    const std::string cell = Shorten(cells[c], widths[c]);
    const std::string padding(widths[c] - std::min(widths[c], WidthOf(cell)), ' ');
    line += table.columns[c].left ? cell + padding : padding + cell;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  *out += line + "\n";
}

void AppendTable(const Table& table, std::string* out) {
  if (table.columns.empty()) return;
  const std::vector<size_t> widths = ColumnWidths(table);
  std::vector<std::string> titles, rules;
  for (size_t c = 0; c < table.columns.size(); ++c) {
    titles.push_back(table.columns[c].title);
    rules.emplace_back(widths[c], '-');
  }
  AppendRow(table, widths, titles, out);
  AppendRow(table, widths, rules, out);
  for (const auto& row : table.rows) AppendRow(table, widths, row, out);
  *out += "\n";
}

void AppendWrapped(const std::string& text, std::string* out) {
  size_t start = 0;
  while (text.size() - start > kTerminalColumns) {
    size_t cut = text.rfind(' ', start + kTerminalColumns);
    if (cut == std::string::npos || cut <= start) cut = text.find(' ', start);
    if (cut == std::string::npos) break;
    *out += text.substr(start, cut - start) + "\n";
    start = cut + 1;
  }
  *out += text.substr(start) + "\n";
}

// An empty line before what stands on its own.
void Separate(std::string* out) {
  if (!out->empty() && !out->ends_with("\n\n")) *out += "\n";
}

void Append(const Heading& heading, std::string* out) {
  Separate(out);
  AppendWrapped(heading.text, out);
  *out += std::string(std::min<size_t>(WidthOf(heading.text), kTerminalColumns),
                      heading.level == 1 ? '=' : '-') +
          "\n";
}

void Append(const Line& line, std::string* out) { AppendWrapped(line.text, out); }

// Never wrapped: it is there to be copied.
void Append(const CodeLine& code, std::string* out) { *out += "  " + code.text + "\n"; }

void Append(const Table& table, std::string* out) {
  Separate(out);
  AppendTable(table, out);
}

}  // namespace

std::string PrintTerminal(const Document& document) {
  std::string out;
  for (const Block& block : document) {
    std::visit([&out](const auto& part) { Append(part, &out); }, block);
  }
  while (out.ends_with("\n\n")) out.pop_back();
  return out;
}

}  // namespace dsb
