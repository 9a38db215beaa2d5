#include "engines/drafters/registry.h"

#include <algorithm>
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

template <class Made, auto kLoadWeights>
std::unique_ptr<Drafter> Load(const DrafterLoad& load) {
  const std::shared_ptr<ModelFolder> folder = load.OpenFolder();
  return std::make_unique<Made>(kLoadWeights(*folder, load.target, load.target_sha256, load.mode),
                                load.num_slots, load.context_tokens, *load.pool);
}

constexpr Entry kDrafters[] = {
    {"dspark", &Load<DSparkDrafter, &DSparkWeights::Load>},
    {"dflash", &Load<DFlashDrafter, &LoadDFlashWeights>},
    {"eagle3", &Load<Eagle3Drafter, &Eagle3Weights::Load>},
    {"mtp1", &Load<Mtp1Drafter, &Mtp1Weights::Load>},
};

const Entry& Find(const std::string& name, const std::string& path) {
  const auto* const found = std::find_if(std::begin(kDrafters), std::end(kDrafters),
                                         [&](const Entry& entry) { return name == entry.name; });
  if (found == std::end(kDrafters)) {
    ThrowBadInput("drafter is \"" + name + "\", expected none, " + DrafterNameList());
  }
  std::error_code ignored;
  if (!std::filesystem::is_directory(path, ignored)) {
    ThrowResource("drafter " + name + ": no folder " + path);
  }
  return *found;
}

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

void CheckDrafter(const std::string& name, const std::string& path) { Find(name, path); }

std::unique_ptr<Drafter> LoadDrafter(const std::string& name, const DrafterLoad& load) {
  return Find(name, load.path).load(load);
}

}  // namespace dsb
