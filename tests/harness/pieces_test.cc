// The small pure pieces: progress line, command line text, /proc/cpuinfo.
#include <gtest/gtest.h>

#include "harness/machine/environment.h"
#include "harness/machine/proc_files.h"
#include "harness/terminal/progress.h"

namespace dsb {
namespace {

TEST(ProgressTest, LineTellsRateLengthAndTimeLeft) {
  const ProgressCounts counts{
      .done = 12, .total = 120, .tokens = 704, .rounds = 200, .committed_tokens = 370};
  EXPECT_EQ(ProgressLine(counts, 20),
            "12/120 requests  35.2 tokens/s  accepted length 1.85  3 min 00 s left");
  EXPECT_EQ(ProgressLine({.done = 0, .total = 3}, 0), "0/3 requests");
  EXPECT_EQ(DurationText(48.4), "48 s");
  EXPECT_EQ(DurationText(3900), "1 h 05 min");
}

TEST(EnvironmentTest, StoredPathsHaveNoFolders) {
  EXPECT_EQ(WithoutFolders("/a/b/c.jsonl"), "c.jsonl");
  EXPECT_EQ(WithoutFolders("/a/b/"), "b");
  EXPECT_EQ(WithoutFolders("workloads/math.jsonl"), "workloads/math.jsonl");
  EXPECT_EQ(WithoutFolders("~/x.db,y/z.db"), "x.db,y/z.db");
  EXPECT_EQ(CommandLineText({"run", "--output=/tmp/a.db", "--label", "two words", ""}),
            "run --output=a.db --label 'two words' ''");
  EXPECT_EQ(ShellText("it's"), "'it'\\''s'");
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
