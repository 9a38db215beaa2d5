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
  Printer(int columns, bool colour)
      : columns_(static_cast<size_t>(std::max(1, columns))), colour_(colour) {}

  void operator()(const Heading& heading) {
    Separate();
    const std::string text = Shown(heading.text);
    const size_t from = out_.size();
    AppendWrapped(text);
    Paint(from, out_.size() - 1, "1");
    out_ += std::string(std::min(WidthOf(text), columns_), heading.level == 1 ? '=' : '-') + "\n";
  }
  void operator()(const Line& line) { AppendWrapped(Shown(line.text)); }
  void operator()(const LabelledLine& labelled) {
    if (labelled.choice > 1) return;
    const std::string kind = Shown(labelled.kind);
    const size_t width = WidthOf(kind);
    if (width >= kKindWidth || columns_ < 3 * kKindWidth) {
      return AppendWrapped(Shown(labelled.kind + ": " + labelled.text()));
    }
    std::string margin = kind + std::string(kKindWidth - width, ' ');
    for (const std::string& line : Wrap(Shown(labelled.text()), columns_ - kKindWidth)) {
      const size_t from = out_.size();
      out_ += margin + line + "\n";
      if (margin[0] != ' ') Paint(from, from + kind.size(), ColourOf(labelled.kind));
      margin.assign(kKindWidth, ' ');
    }
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
  static constexpr size_t kKindWidth = 14;  // the texts of statements begin beside it

  // What a label is painted in: ANSI's codes for green, red, yellow and bold.
  static const char* ColourOf(const std::string& kind) {
    if (kind == "shown faster") return "32";
    if (kind == "shown slower") return "31";
    return kind == "doubt" || kind == "flags" ? "33" : "1";
  }
  void Paint(size_t from, size_t to, const char* code) {
    if (!colour_) return;
    out_.insert(to, "\x1b[0m");
    out_.insert(from, std::string("\x1b[") + code + "m");
  }
  // An empty line before what stands on its own.
  void Separate() {
    if (!out_.empty() && !out_.ends_with("\n\n")) out_ += "\n";
  }
  void AppendWrapped(const std::string& text) {
    for (const std::string& line : Wrap(text, columns_)) out_ += line + "\n";
  }

  const size_t columns_;
  const bool colour_;
  std::string out_;
};

}  // namespace

std::string PrintTerminal(const Document& document, int columns, bool colour) {
  Printer printer(columns, colour);
  for (const Block& block : document) std::visit(printer, block);
  return printer.Take();
}

}  // namespace dsb
