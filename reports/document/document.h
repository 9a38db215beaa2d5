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

// Foreign text in a document cannot leave its place: what a terminal would obey is shown as \xNN
// (base/quoted.h), and a line end becomes a blank.

// At most `columns` wide: long lines are wrapped at blanks, text columns of a wide table too; a
// table that is still too wide becomes one block of lines a row. Only code is never wrapped.
// Nothing is cut. Plain text without colour.
std::string PrintTerminal(const Document& document, int columns = kTerminalColumns);
std::string PrintMarkdown(const Document& document);

}  // namespace dsb
