// What a test may ask of the device it runs on: a GPU (gpu_test) or the host runner. Declared apart
// from device_test.h for tests that live outside dsb::testing.
#pragma once

#include <cstdint>
#include <memory>

namespace dsb::test_device {

bool OnGpu();
int64_t NumLaunches();  // of this thread, on the host runner; 0 on a GPU

// While it lives, the host runner has so much device memory.
class ScopedDeviceMemory {
 public:
  explicit ScopedDeviceMemory(int64_t num_bytes);
  ~ScopedDeviceMemory();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dsb::test_device
