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

template <class Made, auto kLoadWeights>
std::unique_ptr<Drafter> Load(const DrafterLoad& load) {
  const std::shared_ptr<ModelFolder> folder = load.OpenFolder();
  return std::make_unique<Made>(kLoadWeights(*folder, load.target, load.target_sha256, load.mode),
                                load.num_slots, load.context_tokens, *load.pool);
}

constexpr DrafterKind kDrafters[] = {
    {.name = "dspark",
     .what = "a parallel block, a Markov head that samples it left to right, confidences",
     .load = &Load<DSparkDrafter, &DSparkWeights::Load>},
    {.name = "dflash",
     .what = "a parallel block, every token from its own row",
     .load = &Load<DFlashDrafter, &LoadDFlashWeights>},
    {.name = "eagle3",
     .what = "one layer on three of the target's, token by token",
     .load = &Load<Eagle3Drafter, &Eagle3Weights::Load>},
    {.name = "mtp1",
     .what = "a multi-token-prediction head on the target's last state, token by token",
     .load = &Load<Mtp1Drafter, &Mtp1Weights::Load>},
};

}  // namespace

std::span<const DrafterKind> DrafterKinds() { return kDrafters; }

std::vector<std::string> DrafterNames() {
  std::vector<std::string> names;
  for (const DrafterKind& kind : kDrafters) names.emplace_back(kind.name);
  return names;
}

std::string DrafterNameList() {
  std::string list;
  for (const DrafterKind& kind : kDrafters)
    list += (list.empty() ? "" : ", ") + std::string(kind.name);
  return list;
}

const DrafterKind& FindDrafter(const std::string& name, const std::string& path) {
  const auto* const found =
      std::find_if(std::begin(kDrafters), std::end(kDrafters),
                   [&](const DrafterKind& kind) { return name == kind.name; });
  if (found == std::end(kDrafters)) {
    ThrowBadInput("drafter is \"" + name + "\", expected none, " + DrafterNameList());
  }
  std::error_code ignored;
  if (!std::filesystem::is_directory(path, ignored)) {
    ThrowResource("drafter " + name + ": no folder " + path);
  }
  return *found;
}

std::unique_ptr<Drafter> LoadDrafter(const std::string& name, const DrafterLoad& load) {
  return FindDrafter(name, load.path).load(load);
}

}  // namespace dsb
