// gpu_test: the tests of the CUDA kernels on the device itself. Without one: exit 77, skipped.
#include <cuda_runtime_api.h>
#include <gtest/gtest.h>

#include <cstdio>

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  int num_devices = 0;
  const cudaError_t error = cudaGetDeviceCount(&num_devices);
  if (error != cudaSuccess) {
    std::printf("gpu_test: skipped, no device: %s\n", cudaGetErrorName(error));
    return 77;
  }
  return RUN_ALL_TESTS();
}
