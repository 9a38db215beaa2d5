#include "harness/backends/device_backend.h"

#include <utility>

#include "base/error.h"
#include "harness/machine/gpu_state.h"
#ifdef DSB_WITH_CUDA
#include "engines/device/device_factory.h"
#endif

namespace dsb {

DeviceKind RequireDevice(const std::string& name) {
  const DeviceKind kind = DeviceFromName(name);
  if (kind == DeviceKind::kCuda) RequireGpu(ProbeGpu(), "--device cuda");
  return kind;
}

#ifdef DSB_WITH_CUDA
DeviceBackend::DeviceBackend(std::shared_ptr<const LoadedTarget> target)
    : target_(std::move(target)), device_target_(DeviceTarget::Upload(target_->model)) {}

std::unique_ptr<Engine> DeviceBackend::Make(const NativeEngineOptions& options, ThreadPool& pool,
                                            const Clock& clock) const {
  return MakeDeviceEngine(target_, device_target_, options, pool, clock);
}
#else
// RequireDevice has refused before anything comes here.
DeviceBackend::DeviceBackend(std::shared_ptr<const LoadedTarget> /*target*/) { DSB_CHECK(false); }

std::unique_ptr<Engine> DeviceBackend::Make(const NativeEngineOptions& /*options*/,
                                            ThreadPool& /*pool*/, const Clock& /*clock*/) const {
  DSB_CHECK(false);
}
#endif

}  // namespace dsb
