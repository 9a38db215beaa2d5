// A report as blocks (headings, lines, tables, code, charts) that a terminal, Markdown or HTML
// printer writes.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "reports/document/chart.h"

namespace dsb {

// Names of the arms that a text names, as they stand in it: on a page, whose switches take arms
// away, the text goes with the last of them, and until then those that are off are an ellipsis.
using NamedArms = std::vector<std::string>;

struct Heading {
  int level = 1;
  std::string text;
  bool folded = false;  // a page shows what follows only when asked, up to the next heading
  NamedArms arms = {};
};

struct Line {
  std::string text;
  NamedArms arms = {};
};

// A part of a statement. It compares its arms, and so goes with any of them; or it lists them, and
// loses them one by one like other text.
struct Clause {
  std::string text;
  NamedArms arms = {};
  bool lists = false;
};

// Clauses with a label before them: "shown faster", "would decide".
struct LabelledLine {
  std::string kind;
  std::vector<Clause> clauses;
  // Of statements that say the same of other arms: 1 for what is printed, 2, 3, ... for what a page
  // says in its place when arms of those before it are switched off. 0: nothing stands in its
  // place.
  size_t choice = 0;

  std::string text() const;  // "a; b."
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
  // Whose each row is, by its place in a page's list of arms; empty, or as long as rows.
  std::vector<std::optional<size_t>> row_arms = {};
};

using Block = std::variant<Heading, Line, LabelledLine, CodeLine, Table, Chart>;
using Document = std::vector<Block>;

inline constexpr int kTerminalColumns = 100;

// Foreign text in a document cannot leave its place: what a terminal would obey is shown as \xNN
// (base/quoted.h), and a line end becomes a blank.

// At most `columns` wide: long lines are wrapped at blanks, text columns of a wide table too; a
// table that is still too wide becomes one block of lines a row. Only code is never wrapped.
// Nothing is cut. A chart is its table. Without `colour` plain
// text, with it headings are bold and the kinds of statements coloured.
std::string PrintTerminal(const Document& document, int columns = kTerminalColumns,
                          bool colour = false);
std::string PrintMarkdown(const Document& document);

}  // namespace dsb
