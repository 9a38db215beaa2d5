// The small pure pieces: progress line, names that are near to others, /proc/cpuinfo.
#include <gtest/gtest.h>

#include "harness/machine/proc_files.h"
#include "harness/options/suggestion.h"
#include "harness/terminal/progress.h"

namespace dsb {
namespace {

TEST(ProgressTest, LineTellsRateLengthAndTimeLeft) {
  const ProgressCounts counts{
      .done = 12, .total = 120, .tokens = 704, .rounds = 200, .committed_tokens = 370};
  EXPECT_EQ(ProgressLine(counts, 20),
            "12/120 requests  35.2 tokens/s  accepted length 1.85  3 min 00 s left");
  EXPECT_EQ(ProgressLine({.done = 0, .total = 3}, 0), "0/3 requests");
  EXPECT_EQ(ProgressLine({.done = 0, .total = 3, .prompt_tokens = 512}, 9),
            "0/3 requests  512 prompt tokens read");
  EXPECT_EQ(CutLine("12/120 requests  35.2 tokens/s", 20), "12/120 requests  3..");
  EXPECT_EQ(CutLine("12/120 requests", 20), "12/120 requests");
  EXPECT_EQ(DurationText(48.4), "48 s");
  EXPECT_EQ(DurationText(3900), "1 h 05 min");
}

TEST(SuggestionTest, NamesWhatIsNearAndNothingElse) {
  const std::vector<std::string> names = {"dspark", "dflash", "eagle3", "--drafters"};
  EXPECT_EQ(Suggestion("dsprk", names), "; did you mean 'dspark'?");
  EXPECT_EQ(Suggestion("Eagel3", names), "; did you mean 'eagle3'?");
  EXPECT_EQ(Suggestion("--draft", names), "; did you mean '--drafters'?");
  EXPECT_EQ(Suggestion("medusa", names), "");
  EXPECT_EQ(Suggestion("", names), "");
  EXPECT_EQ(ListOf({"a", "b", "c"}), "a, b or c");
  EXPECT_EQ(ListOf({"a"}), "a");
}

TEST(EnvironmentTest, CpuInfoCountsThreadsCoresAndSockets) {
  std::string text;
  for (int thread = 0; thread < 4; ++thread) {
    text += "processor\t: " + std::to_string(thread) +
            "\nmodel name\t: Test CPU\nphysical id\t: " + std::to_string(thread / 2) +
            "\ncore id\t\t: 0\nflags\t\t: fpu avx2\n\n";
  }
  const CpuInfo info = ParseCpuInfo(text);
  EXPECT_EQ(info.model, "Test CPU");
  EXPECT_EQ(info.flags, "fpu avx2");
  EXPECT_EQ(info.num_threads, 4);
  EXPECT_EQ(info.num_cores, 2);
  EXPECT_EQ(info.num_sockets, 2);
}

}  // namespace
}  // namespace dsb
