// The drafters that run on a device, by their names in engines/drafters/registry.h: one row each in
// device_drafters.cc. Apart from the registry, because only programs with CUDA have them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engines/device/device_drafter.h"
#include "engines/device/device_target.h"
#include "engines/drafter_files/load.h"

namespace dsb {

// In the registry's order.
std::vector<std::string> DeviceDrafterNames();
// Errors as LoadDrafter. `load.pool` and `load.num_slots` are not used.
std::unique_ptr<DeviceDrafter> LoadDeviceDrafter(const std::string& name, const DrafterLoad& load,
                                                 const std::shared_ptr<const DeviceTarget>& target);

}  // namespace dsb
