#include "engines/drafters/registry.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/error.h"
#include "engines/dflash/dflash_drafter.h"
#include "engines/dspark/dspark_drafter.h"
#include "engines/eagle3/eagle3_drafter.h"
#include "engines/mtp1/mtp1_drafter.h"

namespace dsb {
namespace {

struct Entry {
  const char* name;
  std::unique_ptr<Drafter> (*load)(const DrafterLoad&);
};

constexpr std::array kDrafters = {
    Entry{"dspark", &DSparkDrafter::Load},
    Entry{"dflash", &DFlashDrafter::Load},
    Entry{"eagle3", &Eagle3Drafter::Load},
    Entry{"mtp1", &Mtp1Drafter::Load},
};

}  // namespace

std::vector<std::string> DrafterNames() {
  std::vector<std::string> names;
  for (const Entry& entry : kDrafters) names.emplace_back(entry.name);
  return names;
}

std::string DrafterNameList() {
  std::string list;
  for (const Entry& entry : kDrafters) list += (list.empty() ? "" : ", ") + std::string(entry.name);
  return list;
}

void CheckDrafterFolder(const std::string& name, const std::string& path) {
  const bool known = std::any_of(kDrafters.begin(), kDrafters.end(),
                                 [&](const Entry& entry) { return name == entry.name; });
  if (!known) ThrowBadInput("drafter is \"" + name + "\", expected none, " + DrafterNameList());
  std::error_code ignored;
  if (!std::filesystem::is_directory(path, ignored)) {
    ThrowResource("drafter " + name + ": no folder " + path);
  }
}

std::unique_ptr<Drafter> LoadDrafter(const std::string& name, const DrafterLoad& load) {
  CheckDrafterFolder(name, load.path);
  const auto* const found = std::find_if(kDrafters.begin(), kDrafters.end(),
                                         [&](const Entry& entry) { return name == entry.name; });
  return found->load(load);
}

}  // namespace dsb
