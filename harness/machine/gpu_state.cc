#include "harness/machine/gpu_state.h"

#include <cstdio>

#include "base/error.h"

namespace dsb {
namespace {

// cudaError_t values of cuda.md 5; the enumerators need a CUDA header.
constexpr int kSuccess = 0, kStubLibrary = 34, kInsufficientDriver = 35, kNoDeviceFound = 100;

std::string Gibibytes(int64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.1f GiB", static_cast<double>(bytes) / (1 << 30));
  return text;
}

}  // namespace

const char* GpuStateText(GpuState state) {
  switch (state) {
    case GpuState::kReady:
      return "ready";
    case GpuState::kNoDriver:
      return "no driver";
    case GpuState::kDriverTooOld:
      return "driver too old";
    case GpuState::kNoDevice:
      return "no device";
    case GpuState::kStub:
      return "stub driver";
    case GpuState::kOther:
      return "driver error";
    case GpuState::kNotBuilt:
      return "built without CUDA";
  }
  DSB_CHECK(false);
}

const char* GpuStateName(GpuState state) {
  switch (state) {
    case GpuState::kReady:
      return "ready";
    case GpuState::kNoDriver:
      return "no_driver";
    case GpuState::kDriverTooOld:
      return "driver_too_old";
    case GpuState::kNoDevice:
      return "no_device";
    case GpuState::kStub:
      return "stub";
    case GpuState::kOther:
      return "other";
    case GpuState::kNotBuilt:
      return "not_built";
  }
  DSB_CHECK(false);
}

GpuState ClassifyGpu(int error, int driver_version, int device_count) {
  switch (error) {
    case kSuccess:
      return device_count > 0 ? GpuState::kReady : GpuState::kNoDevice;
    case kStubLibrary:
      return GpuState::kStub;
    case kInsufficientDriver:
      return driver_version == 0 ? GpuState::kNoDriver : GpuState::kDriverTooOld;
    case kNoDeviceFound:
      return GpuState::kNoDevice;
    default:
      return GpuState::kOther;
  }
}

std::string CudaVersionText(int version) {
  return std::to_string(version / 1000) + '.' + std::to_string(version % 1000 / 10);
}

std::string GpuLine(const GpuProbe& probe) {
  if (probe.state != GpuState::kReady) {
    std::string line = std::string("none (") + GpuStateText(probe.state);
    if (probe.state == GpuState::kDriverTooOld) {
      line += ": it speaks CUDA " + CudaVersionText(probe.driver_version) + ", needed is " +
              CudaVersionText(probe.runtime_version);
    } else if (probe.state == GpuState::kOther) {
      line += ": " + probe.error;
    }
    return line + ')';
  }
  const GpuDevice& first = probe.devices.front();
  std::string line = first.name + " (" + Gibibytes(first.memory_bytes) + ", compute " +
                     std::to_string(first.capability_major) + '.' +
                     std::to_string(first.capability_minor) + ')';
  if (probe.devices.size() > 1) line = std::to_string(probe.devices.size()) + " x " + line;
  return line;
}

void RequireGpu(const GpuProbe& probe, const std::string& what) {
  if (probe.state == GpuState::kReady) return;
  std::string message = what + " needs a GPU, found " + GpuLine(probe);
  if (probe.state == GpuState::kNotBuilt) message = what + ": this build has no CUDA";
  ThrowResource(message);
}

}  // namespace dsb
