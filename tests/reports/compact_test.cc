// The report's short form: one table, what it shows, on any width from 60 columns.
#include "reports/report/compact_document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "reports/document/wrap.h"
#include "tests/results/metrics/metrics_test_data.h"

namespace dsb {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::SyntheticArm;
using testing::SyntheticRun;

ReportModel Model() {
  MetricOptions options;
  options.bootstrap.num_resamples = 400;
  SyntheticArm plain, threshold;
  plain.drafter = "none";
  plain.step_ns = 8'000'000;
  RunData data = SyntheticRun(threshold);
  data.run.policy = "threshold";
  data.run.config_json = R"({"threshold": 0.5})";
  return BuildModel({CheckRun(SyntheticRun(plain)), CheckRun(std::move(data))}, options);
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST(CompactReport, KeepsItsColumnsAndItsWordsOnAnyWidthFrom60) {
  const Document document = MakeCompactDocument(Model());
  std::string words;
  for (const Block& block : document) {
    if (const auto* line = std::get_if<Line>(&block)) words += " " + line->text;
    if (const auto* said = std::get_if<LabelledLine>(&block))
      words += " " + said->kind + " " + said->text();
    if (const auto* heading = std::get_if<Heading>(&block)) words += " " + heading->text;
    if (const auto* table = std::get_if<Table>(&block)) {
      for (const Table::Column& column : table->columns) words += " " + column.title;
      for (const auto& row : table->rows) {
        for (const std::string& cell : row) words += " " + cell;
      }
    }
  }
  std::istringstream stream(words);
  std::vector<std::string> known;
  for (std::string word; stream >> word;) known.push_back(word);
  for (int columns = 60; columns <= 100; ++columns) {
    const std::vector<std::string> lines = Lines(PrintTerminal(document, columns));
    size_t under_speedup = 0;
    for (const std::string& line : lines) {
      EXPECT_LE(WidthOf(line), static_cast<size_t>(columns)) << line;
      under_speedup += line.find("tokens/s  ") != std::string::npos;
      std::istringstream parts(line);
      for (std::string word; parts >> word;) {
        if (word.find_first_not_of("=-") == std::string::npos) continue;
        EXPECT_NE(std::find(known.begin(), known.end(), word), known.end())
            << columns << ": " << word;
      }
    }
    EXPECT_GE(under_speedup, 1u) << columns;  // a table still, not a block of lines a row
  }
}

TEST(CompactReport, ColoursOnlyWhenAsked) {
  const Document document = MakeCompactDocument(Model());
  const std::string plain = PrintTerminal(document, 80),
                    painted = PrintTerminal(document, 80, true);
  EXPECT_THAT(plain, Not(HasSubstr("\x1b")));
  EXPECT_THAT(painted, HasSubstr("\x1b[32mshown faster\x1b[0m  "));
  std::string stripped = painted;
  for (const char* code : {"\x1b[0m", "\x1b[1m", "\x1b[32m", "\x1b[31m", "\x1b[33m"}) {
    for (size_t at = 0; (at = stripped.find(code)) != std::string::npos;) {
      stripped.erase(at, std::string(code).size());
    }
  }
  EXPECT_EQ(stripped, plain);
}

TEST(CompactReport, SparklinesGoFromNothingToAll) {
  EXPECT_EQ(Sparkline({0, 0.5, 1}), "\u2581\u2585\u2588");
  EXPECT_EQ(Sparkline({-1, 2}), "\u2581\u2588");
  EXPECT_EQ(Sparkline({}), "");
}

}  // namespace
}  // namespace dsb
