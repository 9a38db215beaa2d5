#include "engines/device/device_drafters.h"

#include <algorithm>

#include "base/error.h"
#include "engines/device/device_dflash.h"
#include "engines/device/device_dspark.h"
#include "engines/device/device_eagle3.h"
#include "engines/device/device_mtp1.h"
#include "engines/drafters/registry.h"

namespace dsb {
namespace {

struct Entry {
  const char* name;
  std::unique_ptr<DeviceDrafter> (*load)(const DrafterLoad&,
                                         const std::shared_ptr<const DeviceTarget>&);
};

template <class Made, auto kLoadWeights>
std::unique_ptr<DeviceDrafter> Load(const DrafterLoad& load,
                                    const std::shared_ptr<const DeviceTarget>& target) {
  const std::shared_ptr<ModelFolder> folder = load.OpenFolder();
  return std::make_unique<Made>(kLoadWeights(*folder, load.target, load.target_sha256, load.mode),
                                target);
}

constexpr Entry kDrafters[] = {
    {"dspark", &Load<DeviceDSpark, &DSparkWeights::Load>},
    {"dflash", &Load<DeviceDFlash, &LoadDFlashWeights>},
    {"eagle3", &Load<DeviceEagle3, &Eagle3Weights::Load>},
    {"mtp1", &Load<DeviceMtp1, &Mtp1Weights::Load>},
};

}  // namespace

std::vector<std::string> DeviceDrafterNames() {
  std::vector<std::string> names;
  for (const Entry& entry : kDrafters) names.emplace_back(entry.name);
  return names;
}

std::unique_ptr<DeviceDrafter> LoadDeviceDrafter(
    const std::string& name, const DrafterLoad& load,
    const std::shared_ptr<const DeviceTarget>& target) {
  CheckDrafter(name, load.path);
  const auto* const found = std::find_if(std::begin(kDrafters), std::end(kDrafters),
                                         [&](const Entry& entry) { return name == entry.name; });
  if (found == std::end(kDrafters)) {
    ThrowBadInput("drafter is \"" + name + "\", which the device engine does not have");
  }
  return found->load(load, target);
}

}  // namespace dsb
