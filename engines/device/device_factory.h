// The device engine by the options that the native engine is made from. Only in programs with CUDA.
#pragma once

#include <memory>

#include "engines/device/device_target.h"
#include "engines/native/native_factory.h"

namespace dsb {

// As MakeNativeEngine; `device_target` is target->model's, uploaded once for all arms. kResource
// naming the bytes needed and free if they do not suffice.
std::unique_ptr<Engine> MakeDeviceEngine(const std::shared_ptr<const LoadedTarget>& target,
                                         const std::shared_ptr<const DeviceTarget>& device_target,
                                         const NativeEngineOptions& options, ThreadPool& pool,
                                         const Clock& clock);

}  // namespace dsb
