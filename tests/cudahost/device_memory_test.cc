// Buffers, copies, events and running out, on the device and on the host runner alike.
#include "kernels/cuda/common/device_memory.h"
#include "kernels/cuda/common/stream_events.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "tests/cudahost/device_test.h"

namespace dsb::testing {
namespace {

using cuda::DeviceBuffer;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(DeviceMemory, CopiesThereAndBack) {
  const std::vector<int32_t> values{3, 1, 4, 1, 5, 9, 2, 6};
  const DeviceBuffer<int32_t> buffer = Upload(values);
  EXPECT_EQ(Download(buffer), values);
  DeviceBuffer<int32_t> other(8);
  cuda::CopyOnDevice(other.data(), buffer.data() + 2, 6, nullptr);
  cuda::FillZero(other.data() + 6, 2, nullptr);
  EXPECT_EQ(Download(other), (std::vector<int32_t>{4, 1, 5, 9, 2, 6, 0, 0}));
}

TEST(DeviceMemory, IsAlignedAndMoves) {
  DeviceBuffer<char> a(100);
  const char* const data = a.data();
  EXPECT_EQ(reinterpret_cast<uintptr_t>(data) % 256, 0u);
  DeviceBuffer<char> b = std::move(a);
  EXPECT_EQ(b.data(), data);
  EXPECT_EQ(b.size(), 100);
  EXPECT_EQ(DeviceBuffer<char>(0).data(), nullptr);
}

TEST(DeviceMemory, PinnedMemoryTakesCopiesOfAStream) {
  const cuda::OwnedStream stream = cuda::MakeStream();
  cuda::PinnedBuffer<double> from(3);
  cuda::PinnedBuffer<double> to(3);
  for (int i = 0; i < 3; ++i) from.data()[i] = i + 0.5;
  DeviceBuffer<double> buffer(3);
  cuda::Event start;
  cuda::Event end;
  start.Record(stream.get());
  cuda::CopyToDevice(buffer.data(), from.data(), 3, stream.get());
  cuda::CopyToHost(to.data(), buffer.data(), 3, stream.get());
  end.Record(stream.get());
  end.Synchronize();
  EXPECT_EQ(to.data()[2], 2.5);
  EXPECT_GE(end.MillisecondsSince(start), 0.0);
}

TEST(DeviceMemory, RunningOutNamesBytesNeededAndFree) {
  const ScopedDeviceMemory limit(1000);
  const int64_t free_bytes = cuda::ReadDeviceMemoryState().free_bytes;
  const int64_t too_many = cuda::ReadDeviceMemoryState().total_bytes + 1;
  const auto allocate = [&] { DeviceBuffer<char>(too_many, "the weights of layer 3"); };
  EXPECT_THAT(allocate, ThrowsMessage<Error>(AllOf(
                            HasSubstr("the weights of layer 3 needs " + std::to_string(too_many)),
                            HasSubstr(std::to_string(free_bytes) + " are free"))));
  try {
    allocate();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kResource);
  }
}

TEST(DeviceMemory, FreedBytesCanBeTakenAgain) {
  if (OnGpu()) GTEST_SKIP() << "other processes take and free memory of a device too";
  const int64_t used = [] {
    const auto state = cuda::ReadDeviceMemoryState();
    return state.total_bytes - state.free_bytes;
  }();
  const ScopedDeviceMemory limit(used + 1000);
  for (int i = 0; i < 3; ++i) {
    const DeviceBuffer<char> buffer(1000);
    EXPECT_EQ(cuda::ReadDeviceMemoryState().free_bytes, 0);
    EXPECT_THROW(DeviceBuffer<char>(1), Error);
  }
}

}  // namespace
}  // namespace dsb::testing
