// Shared by the tests of CUDA kernels. One body runs in two binaries: cudahost_test (the host
// runner, every thread order with one and two workers) and gpu_test (the device, once). Both link
// the same objects and one of host_schedules.cc and gpu/gpu_schedules.cc.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kernels/cuda/common/device_memory.h"
#include "tests/cudahost/test_device.h"

namespace dsb::testing {

enum class ThreadOrder { kForward, kReverse, kShuffled };

// How the threads and blocks of a launch take turns on the host runner.
struct Schedule {
  ThreadOrder order = ThreadOrder::kForward;
  int num_workers = 1;
};

using test_device::NumLaunches;
using test_device::OnGpu;
using test_device::ScopedDeviceMemory;

std::vector<Schedule> Schedules();
std::string ScheduleName(const ::testing::TestParamInfo<Schedule>& info);

// While it lives, this thread's launches run by the schedule, on the host runner.
class ScopedSchedule {
 public:
  explicit ScopedSchedule(const Schedule& schedule);
  ~ScopedSchedule();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// TEST_P bodies of a class derived from this run under every schedule, given
// DSB_EVERY_SCHEDULE(Class) in the same file.
class DeviceTest : public ::testing::TestWithParam<Schedule> {
 private:
  ScopedSchedule schedule_{GetParam()};
};

#define DSB_EVERY_SCHEDULE(Class)                                                        \
  INSTANTIATE_TEST_SUITE_P(All, Class, ::testing::ValuesIn(::dsb::testing::Schedules()), \
                           ::dsb::testing::ScheduleName)

template <class T>
cuda::DeviceBuffer<T> Upload(const std::vector<T>& values) {
  const auto size = static_cast<int64_t>(values.size());
  cuda::DeviceBuffer<T> buffer(size, "a test's input");
  cuda::CopyToDevice(buffer.data(), values.data(), size, nullptr);
  return buffer;
}

// After everything the default stream was given.
template <class T>
std::vector<T> Download(const cuda::DeviceBuffer<T>& buffer) {
  std::vector<T> values(static_cast<size_t>(buffer.size()));
  cuda::CopyToHost(values.data(), buffer.data(), buffer.size(), nullptr);
  cuda::Synchronize(nullptr);
  return values;
}

}  // namespace dsb::testing
