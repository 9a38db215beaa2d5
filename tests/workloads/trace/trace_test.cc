#include "workloads/trace/trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/sha256.h"
#include "workloads/trace/trace_time.h"

namespace dsb {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kAzureHeader = "TIMESTAMP,ContextTokens,GeneratedTokens\n";
const std::string kBurstHeader =
    "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n";

std::string ProblemOf(const std::string& text) {
  try {
    ParseTrace(text, "dir/t.csv");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kBadInput);
    return error.what();
  }
  ADD_FAILURE() << "accepted: " << text;
  return {};
}

TEST(Trace, ReadsAzuresCsv) {
  const std::string text =
      "TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:17:03.9799600,4808,10\r\n"
      "2023-11-16 18:17:04.0319600,3180,8\r\n2023-11-17 00:00:00,7,0\r\n";
  const Trace trace = ParseTrace(text, "dir/t.csv");
  EXPECT_EQ(trace.form, TraceForm::kAzure);
  EXPECT_EQ(trace.name, "t");
  EXPECT_EQ(trace.sha256, Sha256Hex(text));
  ASSERT_EQ(trace.rows.size(), 2u);
  EXPECT_EQ(trace.rows[0].time_ns, 0);
  EXPECT_EQ(trace.rows[0].input_tokens, 4808);
  EXPECT_EQ(trace.rows[1].time_ns, 52'000'000);
  EXPECT_EQ(trace.rows[1].output_tokens, 8);
  EXPECT_EQ(trace.rows[1].line, 3);
  EXPECT_EQ(trace.left_out, 1);
}

TEST(Trace, ReadsMooncakesLinesAndKeepsThePrefixBlocks) {
  const Trace trace = ParseTrace(
      "{\"timestamp\": 1000, \"input_length\": 513, \"output_length\": 2, \"hash_ids\": [0, 7]}\n"
      "{\"timestamp\": 1500.5, \"input_length\": 512, \"output_length\": 1, \"hash_ids\": [0]}\n",
      "m.jsonl");
  EXPECT_EQ(trace.form, TraceForm::kMooncake);
  ASSERT_EQ(trace.rows.size(), 2u);
  EXPECT_EQ(trace.rows[0].prefix_blocks, (std::vector<int64_t>{0, 7}));
  EXPECT_EQ(trace.rows[1].time_ns, 500'500'000);
  EXPECT_EQ(trace.rows[1].line, 2);
}

TEST(Trace, ReadsBurstGptsCsvWithItsColumnsInAnyOrder) {
  const Trace trace = ParseTrace(kBurstHeader +
                                     "5,ChatGPT,472,18,490,Conversation log\n"
                                     "45.5,GPT-4,1087,230,1317,API log\n"
                                     "46,GPT-4,10,0,10,API log\n",
                                 "b.csv");
  EXPECT_EQ(trace.form, TraceForm::kBurstGpt);
  ASSERT_EQ(trace.rows.size(), 2u);
  EXPECT_EQ(trace.rows[1].time_ns, 40'500'000'000);
  EXPECT_EQ(trace.rows[1].input_tokens, 1087);
  EXPECT_EQ(trace.left_out, 1);
  const Trace turned = ParseTrace(
      "Log Type,Total tokens,Response tokens,Request tokens,Model,Timestamp\nx,3,2,1,y,0\n",
      "b.csv");
  EXPECT_EQ(turned.rows[0].input_tokens, 1);
  EXPECT_EQ(turned.rows[0].output_tokens, 2);
}

TEST(Trace, TheFirstRowsAreEnough) {
  const std::string text = kAzureHeader + "2023-11-16 18:17:03,1,1\n2023-11-16 18:17:04,2,2\nbad\n";
  EXPECT_EQ(ParseTrace(text, "t.csv", 2).rows.size(), 2u);
  EXPECT_THROW(ParseTrace(text, "t.csv", 3), Error);
}

TEST(Trace, RefusesWhatIsNoneNamingFileAndLine) {
  EXPECT_THAT(ProblemOf("TIMESTAMP,ContextTokens\n2023-11-16 18:17:03,1\n"),
              AllOf(StartsWith("dir/t.csv:1: "), HasSubstr("\"GeneratedTokens\" is missing")));
  EXPECT_THAT(ProblemOf("TIMESTAMP,ContextTokens,GeneratedTokens,Extra\n"),
              AllOf(StartsWith("dir/t.csv:1: "), HasSubstr("\"Extra\" is unknown")));
  EXPECT_THAT(ProblemOf("TIMESTAMP,ContextTokens,ContextTokens\n"), HasSubstr("is there twice"));
  EXPECT_THAT(ProblemOf(kAzureHeader + "2023-11-16 18:17:04,1,1\n2023-11-16 18:17:03,1,1\n"),
              AllOf(StartsWith("dir/t.csv:3: "), HasSubstr("the time goes back by 1000000000 ns")));
  EXPECT_THAT(ProblemOf(kAzureHeader + "2023-11-16 18:17:04,-1,1\n"),
              AllOf(StartsWith("dir/t.csv:2: "), HasSubstr("ContextTokens is \"-1\"")));
  EXPECT_THAT(ProblemOf(kAzureHeader + "2023-11-16 18:17:04,1,nan\n"),
              HasSubstr("GeneratedTokens is \"nan\""));
  EXPECT_THAT(ProblemOf(kAzureHeader + "2023-11-16 18:17:04,1\n"), HasSubstr("found 2 fields"));
  EXPECT_THAT(ProblemOf(kAzureHeader + "2023-02-30 18:17:04,1,1\n"), HasSubstr("TIMESTAMP is"));
  EXPECT_THAT(ProblemOf(kBurstHeader + "nan,a,1,1,2,b\n"),
              AllOf(StartsWith("dir/t.csv:2: "), HasSubstr("Timestamp is \"nan\"")));
  EXPECT_THAT(ProblemOf(kBurstHeader + "-1,a,1,1,2,b\n"), HasSubstr("Timestamp is \"-1\""));
  EXPECT_THAT(ProblemOf(kAzureHeader), HasSubstr("no rows"));
  EXPECT_THAT(ProblemOf(""), HasSubstr("expected the header"));
  EXPECT_THAT(ProblemOf("a,b\n"), StartsWith("dir/t.csv:1: found \"a,b\""));
}

TEST(Trace, RefusesMooncakeLinesThatContradictThemselves) {
  const auto line = [](const std::string& fields) { return ProblemOf("{" + fields + "}\n"); };
  EXPECT_THAT(line(R"("timestamp": 0, "input_length": 1, "output_length": 1)"),
              HasSubstr("\"hash_ids\" is missing"));
  EXPECT_THAT(line(R"("timestamp": 0, "input_length": 600, "output_length": 1, "hash_ids": [1])"),
              HasSubstr("found 1 hash_ids for 600 tokens, expected 2"));
  EXPECT_THAT(line(R"("timestamp": -1, "input_length": 1, "output_length": 1, "hash_ids": [1])"),
              HasSubstr("\"timestamp\" is \"-1\""));
  EXPECT_THAT(line(R"("timestamp": 0, "input_length": -1, "output_length": 1, "hash_ids": [1])"),
              HasSubstr("\"input_length\" is \"-1\""));
  EXPECT_THAT(line(R"("timestamp": 0, "input_length": 1.5, "output_length": 1, "hash_ids": [1])"),
              HasSubstr("\"input_length\" is \"1.5\""));
  EXPECT_THAT(line(R"("timestamp": 0, "input_length": 1, "hash_ids": [1], "x": 1)"),
              HasSubstr("unknown key \"x\""));
  EXPECT_THAT(line(R"("timestamp": NaN)"), StartsWith("dir/t.csv:1: "));
}

TEST(TraceTime, DatesCountFrom1970WithNineDigitsOfASecond) {
  EXPECT_EQ(NsOfDate("1970-01-01 00:00:00"), 0);
  EXPECT_EQ(NsOfDate("1970-01-02T00:00:00.000000001"), 86'400'000'000'001);
  EXPECT_EQ(NsOfDate("2024-05-10 00:00:00.009930+00:00"),
            *NsOfDate("2024-05-10 00:00:00") + 9'930'000);
  for (const char* bad : {"", "2023-11-16", "2023-11-16 18:17", "2023-13-01 00:00:00",
                          "2023-11-16 24:00:00", "2023-11-16 18:17:03.", "2023-11-16 18:17:03x",
                          "2023-11-16 18:17:03.1234567890", "1969-12-31 00:00:00"}) {
    EXPECT_FALSE(NsOfDate(bad)) << bad;
  }
}

}  // namespace
}  // namespace dsb
