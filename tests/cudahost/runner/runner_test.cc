// The runner's own promises, each under every schedule: lanes and masks, barriers, votes, atomics.
#include "kernels/cudahost/runner.h"

#include <gmock/gmock.h>

#include <numeric>

#include "tests/cudahost/device_test.h"
#include "tests/cudahost/runner/probes.h"

namespace dsb::testing {
namespace {

using cudahost::KernelError;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class Runner : public DeviceTest {};
DSB_EVERY_SCHEDULE(Runner);

TEST_P(Runner, HalvesOfAWarpMayTakeDifferentPaths) {
  std::vector<int> out(64);
  LaunchHalfWarps(out.data());
  for (size_t i = 0; i < 64; ++i) EXPECT_EQ(out[i], (i % 32 < 16 ? 120 : 31) + 31) << i;
}

TEST_P(Runner, ThreadsThatLeftDoNotCountAtABarrier) {
  std::vector<int> out(700, -1);
  LaunchEarlyExit(out.data(), 700);
  for (int i = 0; i < 700; ++i) EXPECT_EQ(out[static_cast<size_t>(i)], 699 - i);
}

TEST_P(Runner, BallotsCompactInOrder) {
  std::vector<float> in(1000);
  std::vector<int> want;
  for (size_t i = 0; i < in.size(); ++i) {
    in[i] = static_cast<float>(i * 7919 % 1000);
    if (in[i] > 600) want.push_back(static_cast<int>(i));
  }
  std::vector<int> out(1024, -1);
  int count = -1;
  LaunchCompact(in.data(), 1000, 600, out.data(), &count);
  out.resize(want.size());
  EXPECT_EQ(count, static_cast<int>(want.size()));
  EXPECT_EQ(out, want);
}

TEST_P(Runner, ShufflesEightByteTypes) {
  std::vector<double> doubles(32);
  std::vector<int64_t> integers(32);
  unsigned long long best = 0;
  LaunchWideTypes(doubles.data(), integers.data(), &best);
  for (int i = 0; i < 32; ++i) {
    EXPECT_EQ(doubles[static_cast<size_t>(i)], (i < 31 ? i + 1 : i) * 0.5);
    EXPECT_EQ(integers[static_cast<size_t>(i)], std::max(i - 1, 0) * int64_t{10'000'000'000});
  }
  EXPECT_EQ(best >> 32, 31u);
}

TEST_P(Runner, LastBlockSeesThePartialSumsOfAll) {
  const std::vector<float> in(5000, 0.25f);
  std::vector<float> partial(37);
  unsigned done = 0;
  float out = 0;
  LaunchLastBlock(in.data(), 5000, partial.data(), &done, &out);
  EXPECT_EQ(out, 1250.0f);
}

TEST_P(Runner, VotesOfBlocksAndWarpsInThreeDimensions) {
  std::vector<int> out(128);
  LaunchVotes(out.data());
  EXPECT_THAT(out, Each(1));
}

TEST_P(Runner, AtomicsLoseNothing) {
  std::vector<int> in(10'000);
  for (size_t i = 0; i < in.size(); ++i) in[i] = static_cast<int>(i * i % 7);
  std::vector<int> bins(7);
  float total = 0;
  LaunchHistogram(in.data(), 10'000, bins.data(), &total);
  EXPECT_EQ(std::accumulate(bins.begin(), bins.end(), 0), 10'000);
  EXPECT_EQ(total, 5000.0f);
}

TEST_P(Runner, DynamicSharedMemoryIsUndefinedInEachBlock) {
  std::vector<unsigned char> out(2 * 1000);
  LaunchReadShared(out.data(), 1000);
  EXPECT_THAT(out, Each(0xff));
}

TEST_P(Runner, CountsLaunches) {
  const int64_t before = cudahost::NumLaunches();
  LaunchNothing(32, 0);
  LaunchNothing(64, 0);
  EXPECT_THROW(LaunchNothing(2000, 0), KernelError);
  EXPECT_EQ(cudahost::NumLaunches() - before, 2);
}

TEST_P(Runner, RefusesWhatADeviceRefuses) {
  EXPECT_THAT([] { LaunchNothing(1025, 0); }, ThrowsMessage<KernelError>(HasSubstr("1025 x 1")));
  EXPECT_THAT([] { LaunchNothing(32, 228 * 1024); },
              ThrowsMessage<KernelError>(HasSubstr("at most 227 KiB")));
  LaunchNothing(1024, 227 * 1024);
}

}  // namespace
}  // namespace dsb::testing
