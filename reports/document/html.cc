#include "reports/document/html.h"

#include <algorithm>
#include <cctype>
#include <string_view>

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

// Where `word` stands from `at` on, not inside a longer word.
size_t FindWord(const std::string& text, const std::string& word, size_t at) {
  const auto is_part = [&](size_t place) {
    const auto c = static_cast<unsigned char>(text[place]);
    return c >= 0x80 || std::isalnum(c) != 0;
  };
  if (word.empty()) return std::string::npos;
  for (size_t found = text.find(word, at); found != std::string::npos;
       found = text.find(word, found + 1)) {
    const size_t end = found + word.size();
    if ((found == 0 || !is_part(found - 1)) && (end == text.size() || !is_part(end))) return found;
  }
  return std::string::npos;
}

// Writes blocks one after the other; opens and closes what holds several of them.
class Writer {
 public:
  explicit Writer(const std::vector<std::string>& arms) : arms_(arms) {}

  void operator()(const Heading& heading) {
    CloseCharts();
    if (heading.level <= 2 || heading.folded) CloseFold();
    const std::string tag = "h" + std::to_string(std::clamp(heading.level, 1, 6));
    const std::string text = "<" + tag + ListData(heading.arms) + ">" +
                             WithNames(heading.text, heading.arms) + "</" + tag + ">";
    if (heading.folded) {
      out_ += "<details class=\"fold\"><summary>" + text + "</summary>\n";
      in_fold_ = true;
    } else {
      out_ += text + "\n";
    }
  }
  void operator()(const Line& line) {
    CloseCharts();
    out_ += "<p class=\"note\"" + ListData(line.arms) + ">" + WithNames(line.text, line.arms) +
            "</p>\n";
  }
  void operator()(const LabelledLine& labelled) {
    CloseCharts();
    const size_t choice = labelled.choice;
    out_ += "<p class=\"said\"" +
            (choice > 0 ? " data-choice=\"" + std::to_string(choice) + "\"" : "") +
            (choice > 1 ? " hidden" : "") + "><span class=\"kind\">" + Markup(labelled.kind) +
            "</span><span>";
    for (size_t i = 0; i < labelled.clauses.size(); ++i) {
      const Clause& clause = labelled.clauses[i];
      out_ += "<span class=\"c\"" +
              (clause.lists ? ListData(clause.arms) : ArmsData("any", clause.arms)) + ">" +
              (i > 0 ? "<span class=\"sep\">; </span>" : "") +
              (clause.lists ? WithNames(clause.text, clause.arms) : Markup(clause.text)) +
              "</span>";
    }
    out_ += ".</span></p>\n";
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
  // ` data-NAME="0 3"`: the places of the arms.
  std::string ArmsData(const char* name, const NamedArms& named) const {
    std::string places;
    for (const std::string& arm : named) {
      const auto found = std::find(arms_.begin(), arms_.end(), arm);
      if (found == arms_.end()) continue;
      places += (places.empty() ? "" : " ") + std::to_string(found - arms_.begin());
    }
    return places.empty() ? "" : std::string(" data-") + name + "=\"" + places + "\"";
  }
  std::string ListData(const NamedArms& named) const { return ArmsData("all", named); }
  // Each name of an arm as an element of its own. Where one begins another, the longer is meant.
  std::string WithNames(const std::string& text, const NamedArms& named) const {
    std::string out;
    for (size_t at = 0; at < text.size();) {
      size_t next = text.size();
      std::string_view name;
      for (const std::string& arm : named) {
        const size_t found = FindWord(text, arm, at);
        if (found > next) continue;
        if (found == next && arm.size() <= name.size()) continue;
        next = found, name = arm;
      }
      out += Markup(std::string_view(text).substr(at, next - at));
      if (!name.empty()) {
        out += "<span class=\"name\"" + ArmsData("arm", {std::string(name)}) + ">" + Markup(name) +
               "</span>";
      }
      at = next + name.size();
    }
    return out;
  }
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

  const std::vector<std::string>& arms_;
  std::string out_;
  bool in_charts_ = false, in_fold_ = false;
};

std::string ArmButtons(const std::vector<std::string>& arms) {
  std::string out;
  for (size_t i = 0; i < arms.size(); ++i) {
    out += "<button type=\"button\" class=\"arm\"" + ArmData(i) +
           " aria-pressed=\"true\"><svg viewBox=\"-6 -6 12 12\" aria-hidden=\"true\"><g class=\"k" +
           std::to_string(ColourOf(i)) + "\"><use class=\"m\" href=\"#m" +
           std::to_string(MarkerOf(i)) + "\"/></g></svg>" + Markup(arms[i]) + "</button>\n";
  }
  return out;
}

// What every marker on the page refers to.
std::string Markers() {
  std::string out = "<svg class=\"defs\" aria-hidden=\"true\"><defs>";
  for (size_t i = 0; i < kNumColours; ++i) {
    out += "<path id=\"m" + std::to_string(i) + "\" d=\"" + MarkerPath(i) + "\"/>";
  }
  return out + "</defs></svg>\n";
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
  Writer writer(page.arms);
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
  out += Markers() + Bar(page) + "<main>\n" + writer.Take() + "</main>\n";
  if (!page.data.columns.empty()) {
    out += "<script type=\"application/json\" id=\"data\" data-name=\"" + Markup(page.data_name) +
           "\">" + PrintScriptJson(page.data, page.data_parts) + "</script>\n";
  }
  return out + "<script>" + script + "</script>\n</body>\n</html>\n";
}

}  // namespace dsb
