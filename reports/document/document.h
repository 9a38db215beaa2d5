// A report as blocks (headings, lines, tables, code) that a terminal or a Markdown printer writes.
// Holds text only.
#pragma once

#include <string>
#include <variant>
#include <vector>

namespace dsb {

struct Heading {
  int level = 1;
  std::string text;
};

struct Line {
  std::string text;
};

struct CodeLine {
  std::string text;
};

struct Table {
  struct Column {
    std::string title;
    bool left = false;  // text; numbers are set to the right
  };
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;  // each as long as columns
};

using Block = std::variant<Heading, Line, CodeLine, Table>;
using Document = std::vector<Block>;

inline constexpr int kTerminalColumns = 100;

// At most 100 columns: long lines are wrapped at blanks, the widest text column of a wide table is
// shortened. Plain text without colour.
std::string PrintTerminal(const Document& document);
std::string PrintMarkdown(const Document& document);

}  // namespace dsb
