// A report as blocks (headings, lines, tables, code) that a terminal or a Markdown printer writes.
// Holds text only.
#pragma once

#include <string>
#include <utility>
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

struct Block {
  enum class Kind { kHeading, kLine, kCode, kTable };
  explicit Block(Heading heading)
      : kind(Kind::kHeading), level(heading.level), text(std::move(heading.text)) {}
  explicit Block(Line line) : kind(Kind::kLine), text(std::move(line.text)) {}
  explicit Block(CodeLine code) : kind(Kind::kCode), text(std::move(code.text)) {}
  explicit Block(Table rows) : kind(Kind::kTable), table(std::move(rows)) {}

  Kind kind;
  int level = 0;  // of a heading
  std::string text;
  Table table;
};
using Document = std::vector<Block>;

inline constexpr int kTerminalColumns = 100;

// At most 100 columns: long lines are wrapped at blanks, the widest text column of a wide table is
// shortened. Plain text without colour.
std::string PrintTerminal(const Document& document);
std::string PrintMarkdown(const Document& document);

}  // namespace dsb
