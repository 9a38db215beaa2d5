#include "kernels/cudahost/runner.h"
#include "tests/cudahost/device_test.h"

namespace dsb::test_device {

struct ScopedDeviceMemory::State {
  cudahost::ScopedMemoryLimit limit;
};

bool OnGpu() { return false; }
int64_t NumLaunches() { return cudahost::NumLaunches(); }

ScopedDeviceMemory::ScopedDeviceMemory(int64_t num_bytes)
    : state_(new State{cudahost::ScopedMemoryLimit(num_bytes)}) {}
ScopedDeviceMemory::~ScopedDeviceMemory() = default;

}  // namespace dsb::test_device

namespace dsb::testing {

struct ScopedSchedule::State {
  cudahost::ScopedOptions options;
};

std::vector<Schedule> Schedules() {
  std::vector<Schedule> all;
  for (const int num_workers : {1, 2}) {
    for (const auto order :
         {ThreadOrder::kForward, ThreadOrder::kReverse, ThreadOrder::kShuffled}) {
      all.push_back({order, num_workers});
    }
  }
  return all;
}

std::string ScheduleName(const ::testing::TestParamInfo<Schedule>& info) {
  const char* const names[] = {"forward", "reverse", "shuffled"};
  return std::string(names[static_cast<int>(info.param.order)]) + "_" +
         std::to_string(info.param.num_workers);
}

ScopedSchedule::ScopedSchedule(const Schedule& schedule)
    : state_(
          new State{cudahost::ScopedOptions({.order = static_cast<cudahost::Order>(schedule.order),
                                             .seed = 11,
                                             .num_workers = schedule.num_workers})}) {}
ScopedSchedule::~ScopedSchedule() = default;

}  // namespace dsb::testing
