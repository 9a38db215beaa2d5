// Where the device engine enters the program: the loaded target's weights on the device, shared by
// all arms. In a program built without CUDA, and on a machine without a usable GPU, it says so.
#pragma once

#include <memory>
#include <string>

#include "engines/native/native_factory.h"
#include "harness/options/names.h"

namespace dsb {

class DeviceTarget;

// kBadInput on another name; kResource naming the GPU's state if cuda cannot be used.
DeviceKind RequireDevice(const std::string& name);

class DeviceBackend {
 public:
  // Uploads the target: kResource naming the bytes needed and free.
  explicit DeviceBackend(std::shared_ptr<const LoadedTarget> target);
  // As MakeDeviceEngine.
  std::unique_ptr<Engine> Make(const NativeEngineOptions& options, ThreadPool& pool,
                               const Clock& clock) const;

 private:
  std::shared_ptr<const LoadedTarget> target_;
  std::shared_ptr<const DeviceTarget> device_target_;
};

}  // namespace dsb
