#include "engines/device/device_drafter.h"

#include "base/error.h"
#include "engines/device/device_dflash.h"
#include "engines/device/device_dspark.h"
#include "engines/device/device_eagle3.h"
#include "engines/device/device_mtp1.h"
#include "engines/drafters/registry.h"

namespace dsb {

std::unique_ptr<DeviceDrafter> LoadDeviceDrafter(
    const std::string& name, const DrafterLoad& load,
    const std::shared_ptr<const DeviceTarget>& target) {
  CheckDrafterFolder(name, load.path);
  const auto weights = [&load](auto loader) {
    return loader(load.path, load.target, load.target_sha256, load.mode);
  };
  if (name == "dspark") {
    return std::make_unique<DeviceDSpark>(weights(DSparkWeights::Load), target);
  }
  if (name == "dflash") return std::make_unique<DeviceDFlash>(weights(LoadDFlashWeights), target);
  if (name == "eagle3") {
    return std::make_unique<DeviceEagle3>(weights(Eagle3Weights::Load), target);
  }
  if (name == "mtp1") return std::make_unique<DeviceMtp1>(weights(Mtp1Weights::Load), target);
  ThrowBadInput("drafter is \"" + name + "\", which the device engine does not have");
}

}  // namespace dsb
