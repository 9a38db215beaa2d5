// Planted mistakes must be found: wrong results or a KernelError in every thread order, a report
// with the kernel's source line under the sanitizers.
#include <gmock/gmock.h>

#include <cmath>

#include "kernels/cudahost/runner.h"
#include "tests/cudahost/device_test.h"
#include "tests/cudahost/runner/planted.h"
#include "tests/cudahost/runner/sanitizer.h"

namespace dsb::testing {
namespace {

using cudahost::KernelError;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr int kRows = 8;
constexpr int kColumns = 512;

// Columns that hold another value than the row's sum of squares.
int WrongSums(bool racy) {
  std::vector<float> in(kRows * kColumns);
  for (size_t i = 0; i < in.size(); ++i) in[i] = static_cast<float>(i % 5) - 1.0f;
  std::vector<float> out(in.size(), -1.0f);
  LaunchRowSums(
      {.in = in.data(), .out = out.data(), .num_rows = kRows, .size = kColumns, .racy = racy});
  int num_wrong = 0;
  for (size_t row = 0; row < kRows; ++row) {
    float want = 0;  // small integers: exact in any order
    for (size_t c = 0; c < kColumns; ++c) want += in[row * kColumns + c] * in[row * kColumns + c];
    for (size_t c = 0; c < kColumns; ++c) num_wrong += out[row * kColumns + c] == want ? 0 : 1;
  }
  return num_wrong;
}

// Floats that a reversed copy of 0..127 through shared memory got wrong.
int WrongCopies(Waits waits) {
  std::vector<float> in(128);
  for (size_t i = 0; i < in.size(); ++i) in[i] = static_cast<float>(i);
  std::vector<float> out(128);
  LaunchAsyncCopy(in.data(), out.data(), waits);
  int num_wrong = 0;
  for (size_t i = 0; i < out.size(); ++i) num_wrong += out[i] == in[127 - i] ? 0 : 1;
  return num_wrong;
}

class Planted : public DeviceTest {};
DSB_EVERY_SCHEDULE(Planted);

// A launch that ends half-way leaves reports of its own in ThreadSanitizer.
#define SKIP_UNDER_TSAN() \
  if (kThreadSanitizer) GTEST_SKIP() << "found by results, not by ThreadSanitizer"

TEST_P(Planted, MissingBarrierGivesWrongResults) {
  EXPECT_EQ(WrongSums(false), 0);
  SKIP_UNDER_TSAN();
  EXPECT_GT(WrongSums(true), kRows * kColumns / 2);
}

TEST_P(Planted, ForgottenWaitForCopies) {
  EXPECT_EQ(WrongCopies(Waits::kRight), 0);
  SKIP_UNDER_TSAN();
  EXPECT_EQ(WrongCopies(Waits::kTooFew), 128);
  EXPECT_THAT([] { WrongCopies(Waits::kNone); },
              ThrowsMessage<KernelError>(
                  AllOf(HasSubstr("planted.cu:"), HasSubstr("copies it never waited for"))));
}

TEST_P(Planted, BarriersAtDifferentLines) {
  SKIP_UNDER_TSAN();
  std::vector<int> out(64);
  EXPECT_THAT([&] { LaunchDivergentBarrier(out.data()); },
              ThrowsMessage<KernelError>(HasSubstr("while others wait at planted.cu:")));
}

TEST_P(Planted, LaneThatNeverComes) {
  SKIP_UNDER_TSAN();
  std::vector<float> out(32);
  EXPECT_THAT([&] { LaunchMissingLane(out.data()); },
              ThrowsMessage<KernelError>(
                  AllOf(HasSubstr("no thread can go on"), HasSubstr("thread (3,0,0) waits for "
                                                                    "lanes of its warp, "
                                                                    "planted.cu:"))));
}

TEST_P(Planted, LaneOutsideItsMask) {
  SKIP_UNDER_TSAN();
  std::vector<float> out(32);
  EXPECT_THAT([&] { LaunchOutsideMask(out.data()); },
              ThrowsMessage<KernelError>(
                  AllOf(HasSubstr("thread (20,0,0)"), HasSubstr("not in its own warp mask"))));
}

TEST_P(Planted, ReadFromALaneOutsideTheMask) {
  SKIP_UNDER_TSAN();
  std::vector<float> out(32);
  EXPECT_THAT([&] { LaunchReadsOutsideMask(out.data()); },
              ThrowsMessage<KernelError>(HasSubstr("reads lane 16, which is not")));
}

TEST_P(Planted, Deadlock) {
  SKIP_UNDER_TSAN();
  std::vector<float> out(64);
  EXPECT_THAT([&] { LaunchDeadlock(out.data()); },
              ThrowsMessage<KernelError>(AllOf(HasSubstr("no thread can go on"),
                                               HasSubstr("waits at a block barrier, planted"))));
  // The runner is as good as new afterwards.
  EXPECT_EQ(WrongSums(false), 0);
}

TEST(PlantedForSanitizers, AccessOutOfBounds) {
  if (!kAddressSanitizer) GTEST_SKIP() << "found by AddressSanitizer";
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        cuda::DeviceBuffer<float> out(33);
        LaunchWriteBeyond(out.data(), 33);
      },
      "heap-buffer-overflow(.|\n)*planted.cu");
}

TEST(PlantedForSanitizers, AccessOutOfASharedArray) {
  if (!kAddressSanitizer) GTEST_SKIP() << "found by UndefinedBehaviorSanitizer";
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  std::vector<float> out(32);
  EXPECT_DEATH(LaunchReadBeyondShared(out.data(), 32), "planted.cu(.|\n)*index 32 out of bounds");
}

TEST(PlantedForSanitizers, RaceIsReportedWithItsLine) {
  if (!kThreadSanitizer) GTEST_SKIP() << "found by ThreadSanitizer";
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        WrongSums(true);
        std::exit(0);
      },
      ::testing::ExitedWithCode(66), "data race(.|\n)*planted.cu");
}

}  // namespace
}  // namespace dsb::testing
