// Terminals of every width, and those that take no escapes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/temporary_folder.h"
#include "harness/terminal/progress.h"
#include "harness/terminal/screen.h"
#include "reports/document/wrap.h"
#include "tests/harness/terminal_child.h"

namespace dsb {
namespace {

using ::testing::HasSubstr;
using Arguments = std::vector<std::string>;

class TerminalTest : public testing::Test {
 protected:
  TerminalTest() {
    std::ofstream file(Path("w.jsonl"));
    for (int i = 0; i < 8; ++i) file << "{\"turns\": [\"a question\"]}\n";
  }
  void SetUp() override {
    if (RunOnTerminal({"--version"}, 80).empty()) GTEST_SKIP() << "no pseudo-terminals here";
  }
  std::string Path(const std::string& name) const { return (folder_ / name).string(); }
  Arguments Run(const std::string& output) const {
    return {"run",          "--engine", "null",     "--workload", Path("w.jsonl"),
            "--max-tokens", "20",       "--output", Path(output), "--null-step-us",
            "2000",         "--warmup", "1"};
  }

  const TemporaryFolder folder_;
};

// What stands on the screen, line by line: a carriage return begins a line anew.
std::vector<std::string> ScreenLines(const std::string& text) {
  std::vector<std::string> lines = {""};
  for (size_t i = 0; i < text.size(); ++i) {
    if (text.compare(i, 2, "\x1b[") == 0) {  // clears the line, or sets a colour
      i = std::min(text.find_first_of("Km", i), text.size());
    } else if (text[i] == '\r' || text[i] == '\n') {
      lines.emplace_back();
    } else {
      lines.back() += text[i];
    }
  }
  return lines;
}

TEST_F(TerminalTest, ProgressAndReportKeepToTheWidth) {
  for (const int columns : {20, 30, 40, 60, 90}) {
    const std::string text = RunOnTerminal(Run(std::to_string(columns) + ".db"), columns);
    EXPECT_THAT(text, HasSubstr("\r\x1b[K"));
    int num_progress = 0;
    for (const std::string& line : ScreenLines(text)) {
      // Paths and commands are there to be copied, notes and the first two lines come before.
      if (line.starts_with("  dsbench run") ||
          line.find(folder_.path().string()) != std::string::npos || line.starts_with("warm-up") ||
          line.starts_with("measuring")) {
        continue;
      }
      EXPECT_LE(WidthOf(line), static_cast<size_t>(columns)) << line;
      const bool is_progress = line.find("/16 requests") != std::string::npos;
      if (is_progress) {
        EXPECT_LT(WidthOf(line), static_cast<size_t>(columns)) << line;
      }
      num_progress += is_progress;
    }
    EXPECT_GE(num_progress, 2);
  }
}

TEST_F(TerminalTest, ReadersKeepToTheWidth) {
  RunOnTerminal(Run("x.db"), 100);
  for (const Arguments& command :
       std::vector<Arguments>{{"report", Path("x.db"), "--crosswalk", "--paper"},
                              {"compare", Path("x.db")},
                              {"run", "--help"},
                              {"--help"}}) {
    for (const int columns : {20, 33, 60}) {
      for (const std::string& line : ScreenLines(RunOnTerminal(command, columns))) {
        if (line.starts_with("  dsbench run")) continue;
        EXPECT_LE(WidthOf(line), static_cast<size_t>(columns)) << command[0] << ": " << line;
      }
    }
  }
  for (const std::string& line : ScreenLines(RunOnTerminal({"prove"}, 20))) {
    EXPECT_LE(WidthOf(line), 20u) << line;
  }
}

TEST_F(TerminalTest, ReportsAreColouredOnlyWhereItIsWanted) {
  RunOnTerminal(Run("c.db"), 80);
  EXPECT_THAT(RunOnTerminal({"report", Path("c.db")}, 80), HasSubstr("\x1b[1mresult\x1b[0m"));
  const std::string plain = RunOnTerminal({"report", Path("c.db")}, 80, {{"NO_COLOR", "1"}});
  EXPECT_THAT(plain, HasSubstr("result"));
  EXPECT_EQ(plain.find('\x1b'), std::string::npos);
}

TEST_F(TerminalTest, ADumbTerminalGetsPlainLines) {
  for (const char* term : {"dumb", ""}) {
    const std::string text =
        RunOnTerminal(Run(std::string("t") + term + ".db"), 80, {{"TERM", term}});
    EXPECT_THAT(text, HasSubstr("16/16 requests"));
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
  }
}

// A slow prompt of the warm-up leaves a line open when the measuring begins.
TEST(Progress, ANoteBeginsALineOfItsOwn) {
  char* text = nullptr;
  size_t size = 0;
  std::FILE* const stream = open_memstream(&text, &size);
  VirtualClock clock;
  Progress progress(clock, stream, true);
  progress.Show("half a line");
  progress.Note("measuring");
  std::fclose(stream);
  const std::string printed(text, size);
  std::free(text);
  EXPECT_EQ(printed, "\r\x1b[Khalf a line\r\x1b[Kmeasuring\n");
}

TEST(Screen, ColumnsComeFromTheVariableWithoutATerminal) {
  std::FILE* const file = std::tmpfile();
  const auto with = [&](const char* value) {
    setenv("COLUMNS", value, 1);
    return ColumnsOf(file);
  };
  EXPECT_EQ(with("40"), 40);
  EXPECT_EQ(with("5"), kLeastColumns);
  EXPECT_EQ(with("500"), kMostColumns);
  EXPECT_EQ(with("wide"), kMostColumns);
  unsetenv("COLUMNS");
  EXPECT_EQ(ColumnsOf(file), kMostColumns);
  EXPECT_FALSE(IsTerminal(file));
  EXPECT_FALSE(ShowsColour(file));
  std::fclose(file);
}

}  // namespace
}  // namespace dsb
