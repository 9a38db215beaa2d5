// Whether a GPU can be used, found once without ever linking a driver library (cuda.md 5 and 6).
// No CUDA header: everybody may include this.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dsb {

enum class GpuState {
  kReady,
  kNoDriver,
  kDriverTooOld,
  kNoDevice,
  kStub,      // a driver library without a driver behind it
  kOther,     // the driver gave another error
  kNotBuilt,  // this program was built without CUDA
};
// ready, no driver, driver too old, no device, stub driver, driver error, built without CUDA.
const char* GpuStateText(GpuState state);
// ready, no_driver, driver_too_old, no_device, stub, other, not_built: for JSON.
const char* GpuStateName(GpuState state);

struct GpuDevice {
  std::string name;
  int64_t memory_bytes = 0;
  int capability_major = 0, capability_minor = 0;
  int num_multiprocessors = 0;
};

struct GpuProbe {
  GpuState state = GpuState::kNotBuilt;
  int driver_version = 0;   // of the CUDA API that the driver speaks, 13000; 0: no driver
  int runtime_version = 0;  // of this program's CUDA runtime; 0: none
  std::string error = {};   // the runtime's name for what went wrong; empty if ready
  std::vector<GpuDevice> devices = {};
};

// What the CUDA runtime answered. `error`: of cudaGetDeviceCount.
GpuState ClassifyGpu(int error, int driver_version, int device_count);

// Asks the runtime at the first call; the answer does not change afterwards. Any thread.
const GpuProbe& ProbeGpu();

// One line: "NVIDIA H100 (79.1 GiB, compute 9.0)", or "none (no driver)".
std::string GpuLine(const GpuProbe& probe);
// "13.0" of 13000.
std::string CudaVersionText(int version);

// Throws kResource naming the state unless it is ready; `what` wants a GPU ("--device cuda").
void RequireGpu(const GpuProbe& probe, const std::string& what);

}  // namespace dsb
