// Text of a file is shown as text, whatever it holds, in every form that a document takes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "reports/document/chart_table.h"
#include "reports/document/data_table.h"
#include "reports/document/html.h"
#include "reports/document/markup.h"
#include "reports/document/svg.h"
#include "tests/reports/hostile_text.h"

namespace dsb {
namespace {

using testing::Count;
using testing::ExpectInert;
using ::testing::HasSubstr;
using testing::kHostile;
using ::testing::Not;

Document With(const std::string& text) {
  Document document;
  document.emplace_back(Heading{1, text});
  document.emplace_back(Line{text});
  document.emplace_back(LabelledLine{text, {{.text = text, .arms = {text}}}});
  document.emplace_back(CodeLine{text});
  Table table;
  table.columns = {{text, true}, {"n", false}};
  table.rows = {{text, "1"}};
  document.emplace_back(table);
  Chart chart{
      .id = "a", .title = text, .caption = text, .x = {.title = text}, .y = {.title = text}};
  chart.series.push_back(
      {.name = text, .arm = 0, .points = {{.x = {1}, .y = {2}, .label = text, .figure = text}}});
  chart.guides.push_back({.x = 1, .label = text});
  document.emplace_back(chart);
  chart.y.categories = {text};
  chart.series.front().arm.reset();
  chart.series.front().mark = ChartMark::kStack;
  chart.series.front().points.front().y = {0};
  document.emplace_back(chart);
  return document;
}

TEST(HostileText, CannotLeaveItsPlaceInHtml) {
  const auto page = [](const std::string& text) {
    Page made{.title = text, .arms = {text}, .body = With(text)};
    made.data.columns = {"label"};
    made.data.rows = {{text}};
    return PrintHtml(made);
  };
  // A table cell of over 40 characters has a class, the data its own escapes.
  const auto plain = [&](const std::string& text) {
    std::string html = page(text);
    const size_t data = html.find("{\"columns\"");
    html.erase(data, html.find("</script>", data) - data);
    for (const char* look : {"<td class=\"x\">"}) {
      for (size_t at = 0; (at = html.find(look, at)) != std::string::npos;)
        html.replace(at, 14, "<td>");
    }
    return html;
  };
  for (const std::string& text : kHostile) ExpectInert(plain(text), plain("name"));
}

TEST(HostileText, CannotLeaveItsPlaceInSvg) {
  const auto drawn = [](const std::string& text) {
    std::string all;
    for (const Block& block : With(text)) {
      if (const auto* chart = std::get_if<Chart>(&block))
        all += StandaloneSvg(*chart) + InlineSvg(*chart);
    }
    return all;
  };
  for (const std::string& text : kHostile) ExpectInert(drawn(text), drawn("name"));
}

TEST(HostileText, SaysWhatItIs) {
  EXPECT_EQ(Markup("<a href=\"x\">&'"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
  EXPECT_EQ(Markup(std::string("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(Markup("\u05d0"), "\u05d0");
  Page page{.title = "<t>", .body = {Heading{1, "<script>"}}};
  EXPECT_THAT(PrintHtml(page), HasSubstr("<h1>&lt;script&gt;</h1>"));
}

TEST(HostileText, IsNoFormulaInCsvAndStaysOneCell) {
  DataTable table;
  table.columns = {"label", "value"};
  for (const std::string& text : kHostile) table.rows.push_back({text, 1.5});
  table.rows.push_back({"-1+2", -3.0});
  table.rows.push_back({"a,\"b\"\nc", DataCell{}});
  const std::string csv = PrintCsv(table);
  EXPECT_EQ(Count(csv, "\n"), table.rows.size() + 1);
  EXPECT_THAT(csv, HasSubstr("\n'=cmd|' /C calc'!A0,1.5\n"));
  EXPECT_THAT(csv, HasSubstr("\n'@SUM(1),1.5\n"));
  EXPECT_THAT(csv, HasSubstr("\n'-1+2,-3\n"));  // a number stays a number
  EXPECT_THAT(csv, HasSubstr("\n\"a,\"\"b\"\" c\",\n"));
  EXPECT_THAT(csv, HasSubstr("\n' =1+1,1.5\n"));      // what a blank does not hide
  EXPECT_THAT(csv, HasSubstr("\n'\uFF1D1+1,1.5\n"));  // nor a fullwidth form
  EXPECT_EQ(csv.find('\x1b'), std::string::npos);
}

TEST(HostileText, InAScriptsDataIsTheSameTextAndNoTag) {
  DataTable table;
  table.columns = {"label"};
  for (const std::string& text : kHostile) table.rows.push_back({text});
  const std::string json = PrintScriptJson(table);
  EXPECT_THAT(json, Not(HasSubstr("<")));
  EXPECT_THAT(json, Not(HasSubstr(">")));
  EXPECT_THAT(json, Not(HasSubstr("&")));
  const auto parsed = nlohmann::json::parse(json);
  for (size_t i = 0; i + 1 < std::size(kHostile); ++i) {
    EXPECT_EQ(parsed["parts"][0]["cells"][i][0], kHostile[i]);
  }
}

TEST(DataTable, InAScriptSaysWhatRepeatsOnce) {
  DataTable table;
  table.columns = {"run", "metric", "value"};
  for (int64_t run = 1; run <= 2; ++run) {
    for (const char* metric : {"a", "b"}) table.rows.push_back({run, metric, 0.1});
  }
  const auto json = nlohmann::json::parse(PrintScriptJson(table, {1, 2}));
  EXPECT_EQ(json, nlohmann::json::parse(R"({"columns":["run","metric","value"],"parts":[
      {"cells":[[1],[2]],"rows":[0,-1,1,-1]},
      {"cells":[["a",0.1],["b",0.1]],"rows":[0,1,0,1]}]})"));
}

TEST(HostileText, IsNoFormulaAndNoAddressInMarkdown) {
  const auto printed = [](const std::string& text) { return PrintMarkdown({Line{"see " + text}}); };
  EXPECT_EQ(printed("$\\color{red}{x}$"), "see \\$\\\\color{red}{x}\\$\n");
  EXPECT_EQ(printed("www.example.org"), "see www\\.example.org\n");
  EXPECT_EQ(printed("https://example.org"), "see https\\://example.org\n");
  EXPECT_EQ(printed("0.5, 1.5."), "see 0.5, 1.5.\n");
}

TEST(HostileText, IsShownOnATerminalAndInMarkdown) {
  for (const std::string& text : kHostile) {
    for (const std::string& out : {PrintTerminal(With(text)), PrintMarkdown(With(text))}) {
      EXPECT_EQ(out.find('\x1b'), std::string::npos);
      EXPECT_EQ(out.find('\0'), std::string::npos);
      EXPECT_EQ(out.find("\u202E"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace dsb
