#include "reports/document/document.h"

namespace dsb {
namespace {

// What Markdown would take for its own in a table or a line.
std::string Escape(const std::string& text) {
  std::string result;
  for (const char letter : text) {
    if (letter == '|' || letter == '*' || letter == '_' || letter == '`' || letter == '<' ||
        letter == '\\') {
      result += '\\';
    }
    result += letter == '\n' ? ' ' : letter;
  }
  return result;
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

void Append(const Line& line, std::string* out) { *out += Escape(line.text) + "\n"; }

void Append(const CodeLine& code, std::string* out) { *out += "```\n" + code.text + "\n```\n"; }

}  // namespace

std::string PrintMarkdown(const Document& document) {
  std::string out;
  for (const Block& block : document) {
    if (!out.empty()) out += "\n";
    std::visit([&out](const auto& part) { Append(part, &out); }, block);
  }
  return out;
}

}  // namespace dsb
