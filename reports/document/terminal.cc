#include <algorithm>

#include "base/quoted.h"
#include "reports/document/chart_table.h"
#include "reports/document/document.h"
#include "reports/document/terminal_table.h"
#include "reports/document/wrap.h"

namespace dsb {
namespace {

class Printer {
 public:
  explicit Printer(int columns) : columns_(static_cast<size_t>(std::max(1, columns))) {}

  void operator()(const Heading& heading) {
    Separate();
    const std::string text = Shown(heading.text);
    AppendWrapped(text);
    out_ += std::string(std::min(WidthOf(text), columns_), heading.level == 1 ? '=' : '-') + "\n";
  }
  void operator()(const Line& line) { AppendWrapped(Shown(line.text)); }
  void operator()(const Statement& statement) {
    AppendWrapped(Shown(statement.kind + ": " + statement.text));
  }
  // Never wrapped: it is there to be copied.
  void operator()(const CodeLine& code) { out_ += "  " + Shown(code.text) + "\n"; }
  void operator()(const Table& table) {
    if (table.columns.empty()) return;
    Separate();
    out_ += TerminalTable(table, columns_) + "\n";
  }
  void operator()(const Chart& chart) {
    (*this)(Heading{.level = 2, .text = chart.title});
    (*this)(TableOf(chart));
    if (!chart.caption.empty()) (*this)(Line{chart.caption});
  }

  std::string Take() {
    while (out_.ends_with("\n\n")) out_.pop_back();
    return std::move(out_);
  }

 private:
  // An empty line before what stands on its own.
  void Separate() {
    if (!out_.empty() && !out_.ends_with("\n\n")) out_ += "\n";
  }
  void AppendWrapped(const std::string& text) {
    for (const std::string& line : Wrap(text, columns_)) out_ += line + "\n";
  }

  const size_t columns_;
  std::string out_;
};

}  // namespace

std::string PrintTerminal(const Document& document, int columns) {
  Printer printer(columns);
  for (const Block& block : document) std::visit(printer, block);
  return printer.Take();
}

}  // namespace dsb
