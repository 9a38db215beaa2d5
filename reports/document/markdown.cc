#include <algorithm>
#include <string_view>

#include "base/quoted.h"
#include "reports/document/chart_table.h"
#include "reports/document/document.h"

namespace dsb {
namespace {

// What Markdown would take for its own inside a line: emphasis, code, links and images, tags and
// entities, table cells, headings, struck text, mentions, formulas, and what makes a bare address:
// its colon, or the dot of "www.".
constexpr std::string_view kMarks = "|*_`<>\\[]!&#~@$";

std::string Escape(const std::string& foreign) {
  const std::string text = Shown(foreign);
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool address = text.compare(i, 3, "://") == 0 ||
                         (i >= 3 && text[i] == '.' && text.compare(i - 3, 3, "www") == 0);
    if (address || kMarks.find(text[i]) != std::string_view::npos) result += '\\';
    result += text[i];
  }
  return result;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// What begins a block at a line's start: lists, rules, setext headings, indented code.
std::string EscapeLine(const std::string& foreign) {
  std::string text = Escape(foreign);
  text.erase(0, text.find_first_not_of(' '));
  const size_t digits =
      static_cast<size_t>(std::find_if_not(text.begin(), text.end(), IsDigit) - text.begin());
  if (digits > 0 && digits < text.size() && (text[digits] == '.' || text[digits] == ')')) {
    text.insert(digits, 1, '\\');
  } else if (!text.empty() && std::string_view("-+=").find(text[0]) != std::string_view::npos) {
    text.insert(0, 1, '\\');
  }
  return text;
}

void Append(const Table& table, std::string* out) {
  std::string rule = "|";
  *out += "|";
  for (const Table::Column& column : table.columns) {
    *out += " " + Escape(column.title) + " |";
    rule += column.left ? " :--- |" : " ---: |";
  }
  *out += "\n" + rule + "\n";
  for (const auto& row : table.rows) {
    *out += "|";
    for (const std::string& cell : row) *out += " " + Escape(cell) + " |";
    *out += "\n";
  }
}

void Append(const Heading& heading, std::string* out) {
  *out += std::string(static_cast<size_t>(heading.level), '#') + " " + Escape(heading.text) + "\n";
}

void Append(const Line& line, std::string* out) { *out += EscapeLine(line.text) + "\n"; }

void Append(const LabelledLine& labelled, std::string* out) {
  *out += "**" + Escape(labelled.kind) + ":** " + Escape(labelled.text()) + "\n";
}

// A fence longer than any run of backticks inside: nothing in the text ends it.
void Append(const CodeLine& code, std::string* out) {
  const std::string text = Shown(code.text);
  size_t fence = 3;
  for (size_t at = 0, run = 0; at < text.size(); ++at) {
    run = text[at] == '`' ? run + 1 : 0;
    fence = std::max(fence, run + 1);
  }
  const std::string ticks(fence, '`');
  *out += ticks + "\n" + text + "\n" + ticks + "\n";
}

void Append(const Chart& chart, std::string* out) {
  Append(Heading{.level = 2, .text = chart.title}, out);
  *out += "\n";
  Append(TableOf(chart), out);
  if (chart.caption.empty()) return;
  *out += "\n";
  Append(Line{chart.caption}, out);
}

}  // namespace

std::string PrintMarkdown(const Document& document) {
  std::string out;
  for (const Block& block : document) {
    const auto* const labelled = std::get_if<LabelledLine>(&block);
    if (labelled != nullptr && labelled->choice > 1) continue;
    if (!out.empty()) out += "\n";
    std::visit([&out](const auto& part) { Append(part, &out); }, block);
  }
  return out;
}

}  // namespace dsb
