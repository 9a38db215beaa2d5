// What stands in files and arguments reaches the terminal as text only, from every command.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/temporary_folder.h"
#include "tests/harness/run_here.h"
#include "tests/harness/store_with_foreign_text.h"

namespace dsb {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Colour, window title, a hyperlink, carriage return, C1, DEL, direction, forged Markdown.
const std::string kForeign =
    " \x1B[31m\x1B]0;title\x07\r\xC2\x9B"
    "2J\x7F\xE2\x80\xAE ![i](http://x/i.png)\n# forged\n```\n";

void ExpectHarmless(const std::string& text) {
  for (const char* raw : {"\x1B", "\x07", "\r", "\xC2\x9B", "\x7F", "\xE2\x80\xAE"}) {
    EXPECT_EQ(text.find(raw), std::string::npos) << text;
  }
}

TEST(ForeignText, OfAResultsFileIsShownByEveryReader) {
  const TemporaryFolder folder;
  const std::string path = (folder / "x.db").string(), verdict = (folder / "v.json").string();
  WriteForeignStore(path, kForeign);
  const std::vector<std::vector<std::string>> commands = {
      {"report", path, "--resamples", "100", "--crosswalk", "--paper"},
      {"report", path, "--resamples", "100", "--format", "json", "--crosswalk"},
      {"report", path, "--resamples", "100", "--format", "markdown", "--crosswalk"},
      {"compare", path, "--resamples", "100"},
      {"compare", path, "--resamples", "100", "--format", "json"},
      {"compare", path, "--resamples", "100", "--format", "markdown"},
      {"compare", path, "--baseline", "nobody"},
      {"gate", "--baseline", path + ":1", "--candidate", path + ":2", "--verdict", verdict,
       "--resamples", "100"},
      {"gate", "--baseline", path, "--candidate", path + ":nobody", "--verdict", verdict},
      {"timeline", path, "--output", (folder / "t.json").string()},
  };
  for (const auto& command : commands) {
    const ChildResult result = RunHere(command);
    SCOPED_TRACE(command[0] + ' ' + command.back() + result.err);
    EXPECT_NE(result.out + result.err, "");
    ExpectHarmless(result.out);
    ExpectHarmless(result.err);
  }
  std::string markdown = RunHere(commands[2]).out;
  markdown.erase(markdown.find("To reproduce:"));  // a code block is text as it is
  EXPECT_THAT(markdown, HasSubstr("label \\\\x1b\\[31m"));
  EXPECT_THAT(markdown, Not(HasSubstr("\n# forged")));
  EXPECT_THAT(markdown, Not(HasSubstr("![i]")));
  // The same data comes back from JSON.
  const auto json = nlohmann::json::parse(RunHere(commands[1]).out);
  EXPECT_EQ(json["sets"][0]["label"], "label" + kForeign);
}

TEST(ForeignText, InMessagesIsShown) {
  const TemporaryFolder folder;
  const std::string bad = (folder / "bad\x1B[31m.jsonl").string();
  std::ofstream(bad) << "{\"tu\x1B[2Jrns\": 1}\n";
  const std::string db = (folder / "x.db").string();
  for (const auto& arguments : std::vector<std::vector<std::string>>{
           {"run", "--engine", "null", "--workload", bad, "--output", db},
           {"run", "--engine", "null", "--domain", "\x1B[31m", "--output", db},
           {"run", "--config", bad},
           {"run", "--\x1B[31m"},
           {"\x1B[31m"},
           {"report", bad},
           {"gate", "--baseline", bad, "--candidate", bad, "--verdict", (folder / "v").string()},
           {"sample", "--workload", bad, "--output", bad}}) {
    const ChildResult result = RunChild(arguments, {{"DSBENCH_TARGET", "/no\x1B[31m"}});
    EXPECT_NE(result.exit_code, 0);
    ExpectHarmless(result.err);
    EXPECT_THAT(result.err, HasSubstr("\\x1b"));
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
  }
}

TEST(ForeignText, LabelsAreOneLineAndShown) {
  const TemporaryFolder folder;
  const std::string db = (folder / "x.db").string(), work = (folder / "w.jsonl").string();
  std::ofstream(work) << "{\"turns\": [\"a\"]}\n";
  const auto run = [&](const std::string& label) {
    return RunHere({"run", "--engine", "null", "--workload", work, "--output", db, "--label", label,
                    "--max-tokens", "4"});
  };
  for (const char* label : {"a\nb", "a\rb",
                            "a\xE2\x80\xA8"
                            "b",
                            "a\xC2\x85"}) {
    const ChildResult refused = run(label);
    EXPECT_EQ(refused.exit_code, 2) << refused.err;
    EXPECT_THAT(refused.err, HasSubstr("--label: expected text on one line"));
  }
  const ChildResult result = run("red\x1B[31m");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  ExpectHarmless(result.out + result.err);
  EXPECT_THAT(result.out, HasSubstr("red\\x1b[31m: greedy"));
  const ChildResult full = RunHere({"report", db, "--full", "--resamples", "100"});
  ExpectHarmless(full.out);
  EXPECT_THAT(full.out, HasSubstr("--label $'red\\x1b[31m'"));
}

}  // namespace
}  // namespace dsb
