#include "reports/document/html.h"

#include <algorithm>

#include "base/sha256.h"
#include "reports/document/chart_table.h"
#include "reports/document/markup.h"
#include "reports/document/page_files.h"
#include "reports/document/palette.h"
#include "reports/document/svg.h"

namespace dsb {
namespace {

constexpr size_t kMostValues = 150;  // points of a chart whose table stands beneath it

std::string StyleOf() {
  const std::string light = ThemeColours(false), dark = ThemeColours(true);
  return ":root{color-scheme:light;" + light + "}@media screen and (prefers-color-scheme:dark){" +
         ":root:not([data-theme=light]){color-scheme:dark;" + dark + "}}@media screen{" +
         ":root[data-theme=dark]{color-scheme:dark;" + dark + "}}" + DrawingStyle() +
         std::string(PageStyle());
}

std::string ArmData(const std::optional<size_t>& arm) {
  return arm ? " data-arm=\"" + std::to_string(*arm) + "\"" : "";
}

// Writes blocks one after the other; opens and closes what holds several of them.
class Writer {
 public:
  void operator()(const Heading& heading) {
    CloseCharts();
    if (heading.level <= 2 || heading.folded) CloseFold();
    const std::string tag = "h" + std::to_string(std::clamp(heading.level, 1, 6));
    const std::string text = "<" + tag + ">" + Markup(heading.text) + "</" + tag + ">";
    if (heading.folded) {
      out_ += "<details class=\"fold\"><summary>" + text + "</summary>\n";
      in_fold_ = true;
    } else {
      out_ += text + "\n";
    }
  }
  void operator()(const Line& line) {
    CloseCharts();
    out_ += "<p class=\"note\">" + Markup(line.text) + "</p>\n";
  }
  void operator()(const LabelledLine& labelled) {
    CloseCharts();
    out_ += "<p class=\"said\"><span class=\"kind\">" + Markup(labelled.kind) + "</span><span>" +
            Markup(labelled.text) + "</span></p>\n";
  }
  void operator()(const CodeLine& code) {
    CloseCharts();
    out_ += "<pre>" + Markup(code.text) + "</pre>\n";
  }
  void operator()(const Table& table) {
    CloseCharts();
    WriteTable(table, "");
  }
  void operator()(const Chart& chart) {
    if (!in_charts_) out_ += "<div class=\"charts\">\n";
    in_charts_ = true;
    out_ += std::string("<figure") + (chart.key ? " class=\"key\"" : "") + " id=\"" +
            Markup(chart.id) + "\"><div class=\"t\">" + Markup(chart.title) + "</div>" +
            InlineSvg(chart);
    if (!chart.caption.empty()) out_ += "<figcaption>" + Markup(chart.caption) + "</figcaption>";
    size_t num_points = 0;
    for (const ChartSeries& series : chart.series) num_points += series.points.size();
    if (num_points <= kMostValues) {
      out_ += "<details class=\"values\"><summary>Values</summary>";
      WriteTable(TableOf(chart), chart.title);
      out_ += "</details>";
    }
    out_ += "</figure>\n";
  }

  std::string Take() {
    CloseCharts();
    CloseFold();
    return std::move(out_);
  }

 private:
  void CloseCharts() {
    if (in_charts_) out_ += "</div>\n";
    in_charts_ = false;
  }
  void CloseFold() {
    if (in_fold_) out_ += "</details>\n";
    in_fold_ = false;
  }
  // A region that scrolls by itself where it is too wide: reachable by keyboard, so named.
  void WriteTable(const Table& table, const std::string& name) {
    if (table.columns.empty()) return;
    out_ += "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"" +
            Markup("Table" + (name.empty() ? "" : ": " + name)) + "\"><table><thead><tr>";
    for (const Table::Column& column : table.columns) {
      out_ += std::string("<th scope=\"col\"") + (column.left ? ">" : " class=\"n\">") +
              Markup(column.title) + "</th>";
    }
    out_ += "</tr></thead><tbody>\n";
    for (size_t r = 0; r < table.rows.size(); ++r) {
      out_ += "<tr" + (table.row_arms.empty() ? "" : ArmData(table.row_arms[r])) + ">";
      for (size_t c = 0; c < table.columns.size(); ++c) {
        const bool is_long = table.columns[c].left && table.rows[r][c].size() > 40;
        out_ += std::string("<td") +
                (is_long                 ? " class=\"x\">"
                 : table.columns[c].left ? ">"
                                         : " class=\"n\">") +
                Markup(table.rows[r][c]) + "</td>";
      }
      out_ += "</tr>\n";
    }
    out_ += "</tbody></table></div>\n";
  }

  std::string out_;
  bool in_charts_ = false, in_fold_ = false;
};

std::string ArmButtons(const std::vector<std::string>& arms) {
  std::string out;
  for (size_t i = 0; i < arms.size(); ++i) {
    out += "<button type=\"button\" class=\"arm\"" + ArmData(i) +
           " aria-pressed=\"true\"><svg viewBox=\"-6 -6 12 12\" aria-hidden=\"true\"><g class=\"k" +
           std::to_string(i % kNumColours) + "\"><path class=\"m\" d=\"" + MarkerPath(i) +
           "\"/></g></svg>" + Markup(arms[i]) + "</button>\n";
  }
  return out;
}

std::string ToolButton(const char* act, const char* text) {
  return std::string("<button type=\"button\" class=\"tool\" hidden data-act=\"") + act + "\">" +
         text + "</button>\n";
}

std::string Bar(const Page& page) {
  std::string out =
      "<div class=\"bar\"><div>\n" + ArmButtons(page.arms) + "<span class=\"gap\"></span>\n";
  if (!page.data.columns.empty()) out += ToolButton("json", "JSON") + ToolButton("csv", "CSV");
  return out + ToolButton("print", "Print") + ToolButton("theme", "Light / dark") +
         "</div></div>\n";
}

}  // namespace

std::string PrintHtml(const Page& page) {
  Writer writer;
  for (const Block& block : page.body) std::visit(writer, block);
  const std::string style = StyleOf(), script(PageScript());
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"generator\" content=\"dsbench\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'sha256-" +
      Sha256Base64(style) + "'; script-src 'sha256-" + Sha256Base64(script) +
      "'; base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
      Markup(page.title) + "</title>\n<style>" + style + "</style>\n</head>\n<body>\n";
  out += Bar(page) + "<main>\n" + writer.Take() + "</main>\n";
  if (!page.data.columns.empty()) {
    out += "<script type=\"application/json\" id=\"data\" data-name=\"" + Markup(page.data_name) +
           "\">" + PrintScriptJson(page.data) + "</script>\n";
  }
  return out + "<script>" + script + "</script>\n</body>\n</html>\n";
}

}  // namespace dsb
