// What the program says to a load that is none: file and line, what was found, what was expected.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/temporary_folder.h"
#include "results/store/reader.h"
#include "results/store/store.h"
#include "tests/harness/run_here.h"

namespace dsb {
namespace {

using ::testing::HasSubstr;
using Arguments = std::vector<std::string>;

class LoadWords : public testing::Test {
 protected:
  LoadWords() {
    std::ofstream(folder_ / "w.jsonl") << "{\"turns\": [\"some words to fill a prompt with\"]}\n";
  }
  ChildResult Run(const Arguments& more, const std::string& command = "run") const {
    Arguments arguments = {command,      "--engine",          "null",
                           "--workload", folder_ / "w.jsonl", "--max-tokens",
                           "4",          "--output",          folder_ / "x.db"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunHere(arguments);
  }
  std::string Trace(const std::string& text) const {
    std::ofstream(folder_ / "t.csv") << text;
    return folder_ / "t.csv";
  }
  const TemporaryFolder folder_;
};

TEST_F(LoadWords, WhatCannotBeDrawnIsRefusedBeforeAFileExists) {
  const std::string header = "TIMESTAMP,ContextTokens,GeneratedTokens\n";
  const std::string row = "2023-11-16 18:17:03,5,4\n";
  const std::vector<std::pair<Arguments, std::vector<std::string>>> cases = {
      {{"--load", "open"}, {"--load open", "--rate", "above 0"}},
      {{"--load", "open", "--rate", "0"}, {"--rate", "above 0", "found '0'"}},
      {{"--load", "open", "--rate", "nan"}, {"--rate", "found 'nan'"}},
      {{"--load", "opne", "--rate", "1"}, {"--load", "did you mean 'open'"}},
      {{"--load", "trace"}, {"--load trace", "--trace"}},
      {{"--slo", "ttft=fast"}, {"--slo", "\"ttft=fast\"", "2000ms"}},
      {{"--slo", "speed=3"}, {"--slo", "decode_rate=NUMBER"}},
      {{"--context-depth", "5,5"}, {"--context-depth", "twice"}},
      {{"--load", "trace", "--trace", Trace("TIMESTAMP,ContextTokens\n")},
       {"t.csv:1: ", "\"GeneratedTokens\" is missing"}},
  };
  for (const auto& [arguments, parts] : cases) {
    const ChildResult result = Run(arguments);
    EXPECT_EQ(result.exit_code, 2) << result.err;
    for (const std::string& part : parts) EXPECT_THAT(result.err, HasSubstr(part));
  }
  Trace(header + row + "2023-11-16 18:17:02,5,4\n");
  EXPECT_THAT(Run({"--load", "trace", "--trace", folder_ / "t.csv"}).err,
              HasSubstr("t.csv:3: the time goes back"));
  Trace(header + "2023-11-16 18:17:03,-5,4\n");
  EXPECT_THAT(Run({"--load", "trace", "--trace", folder_ / "t.csv"}).err, HasSubstr("t.csv:2: "));
  EXPECT_FALSE(std::filesystem::exists(std::string(folder_ / "x.db")));
  EXPECT_EQ(Run({"--load", "trace", "--trace", folder_ / "none.csv"}).exit_code, 3);
}

TEST_F(LoadWords, WhatChangesNothingIsSaid) {
  const ChildResult result = Run({"--rate", "3", "--think-ms", "5", "--no-report"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("--rate changes nothing: the load is not open"));
  EXPECT_THAT(result.err, HasSubstr("--think-ms changes nothing"));
}

TEST_F(LoadWords, ATraceIsReplayedWithItsLengthsAndShownInTheReport) {
  std::string text = "TIMESTAMP,ContextTokens,GeneratedTokens\n";
  for (int i = 0; i < 9; ++i) text += "2023-11-16 18:17:0" + std::to_string(i) + ",40,3\n";
  const ChildResult result =
      Run({"--load", "trace", "--trace", Trace(text + "2023-11-16 18:17:09,0,1\n"), "--rate-scale",
           "100", "--slo", "ttft=10s"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("1 row left out"));
  EXPECT_THAT(result.out, HasSubstr("Load: trace"));
  EXPECT_THAT(result.out, HasSubstr("ttft=10s"));
  const Store store(folder_ / "x.db", {.mode = Store::Mode::kReadOnly});
  const RunData data = ReadRun(store, ReadRuns(store).front().id, {.token_ids = true});
  EXPECT_EQ(data.run.rate_scale, 100);
  EXPECT_EQ(data.artifacts.at("trace").name, "t");
  int64_t measured = 0;
  for (const RequestRow& row : data.requests) {
    if (row.request.phase != "measured") continue;
    ++measured;
    EXPECT_EQ(row.request.output_ids.size(), 3u);
    EXPECT_NEAR(static_cast<double>(row.prompt.num_prompt_tokens), 40, 10);
  }
  EXPECT_EQ(measured, 9);
}

}  // namespace
}  // namespace dsb
