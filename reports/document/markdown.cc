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

void AppendTable(const Table& table, std::string* out) {
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

void AppendBlock(const Block& block, std::string* out) {
  if (!out->empty()) *out += "\n";
  switch (block.kind) {
    case Block::Kind::kHeading:
      *out += std::string(static_cast<size_t>(block.level), '#') + " " + Escape(block.text) + "\n";
      break;
    case Block::Kind::kLine:
      *out += Escape(block.text) + "\n";
      break;
    case Block::Kind::kCode:
      *out += "```\n" + block.text + "\n```\n";
      break;
    case Block::Kind::kTable:
      AppendTable(block.table, out);
      break;
  }
}

}  // namespace

std::string PrintMarkdown(const Document& document) {
  std::string out;
  for (const Block& block : document) AppendBlock(block, &out);
  return out;
}

}  // namespace dsb
