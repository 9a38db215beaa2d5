#include "tests/cudahost/device_test.h"

namespace dsb::test_device {

struct ScopedDeviceMemory::State {};

bool OnGpu() { return true; }
int64_t NumLaunches() { return 0; }

ScopedDeviceMemory::ScopedDeviceMemory(int64_t) {}
ScopedDeviceMemory::~ScopedDeviceMemory() = default;

}  // namespace dsb::test_device

namespace dsb::testing {

struct ScopedSchedule::State {};

std::vector<Schedule> Schedules() { return {Schedule{}}; }
std::string ScheduleName(const ::testing::TestParamInfo<Schedule>&) { return "gpu"; }

ScopedSchedule::ScopedSchedule(const Schedule&) {}
ScopedSchedule::~ScopedSchedule() = default;

}  // namespace dsb::testing
