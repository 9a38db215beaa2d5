#include "harness/options/names.h"

#include <initializer_list>

#include "base/error.h"

namespace dsb {
namespace {

template <typename Kind>
struct Name {
  const char* name;
  Kind kind;
};

constexpr Name<EngineKind> kEngines[] = {{"native", EngineKind::kNative},
                                         {"simulated", EngineKind::kSimulated},
                                         {"remote", EngineKind::kRemote},
                                         {"null", EngineKind::kNull}};
constexpr char kAutoForm[] = "auto";
constexpr Name<DeviceKind> kDevices[] = {{"cpu", DeviceKind::kCpu}, {"cuda", DeviceKind::kCuda}};

std::vector<Name<WeightMode>> Weights(std::initializer_list<WeightMode> modes) {
  std::vector<Name<WeightMode>> table;
  for (const WeightMode mode : modes) table.push_back({WeightModeName(mode), mode});
  return table;
}

template <typename Table>
std::vector<std::string> NamesOf(const Table& table) {
  std::vector<std::string> names;
  for (const auto& entry : table) names.emplace_back(entry.name);
  return names;
}

template <typename Table>
auto FromName(const char* what, const std::string& name, const Table& table) {
  std::string list;
  for (const auto& entry : table) {
    if (name == entry.name) return entry.kind;
    list += (list.empty() ? "" : ", ") + std::string(entry.name);
  }
  ThrowBadInput(std::string(what) + ": expected one of " + list + ", found '" + name + "'");
}

}  // namespace

std::vector<std::string> EngineNames() { return NamesOf(kEngines); }
std::vector<std::string> DeviceNames() { return NamesOf(kDevices); }
std::vector<std::string> TargetWeightNames() {
  return NamesOf(Weights({WeightMode::kStored, WeightMode::kBf16, WeightMode::kF32}));
}
std::vector<std::string> DrafterWeightNames() {
  return NamesOf(Weights({WeightMode::kStored, WeightMode::kQ8, WeightMode::kF32}));
}

std::vector<std::string> PromptFormNames() {
  std::vector<std::string> names = ChatFormatNames();
  names.insert(names.begin(), kAutoForm);
  return names;
}

std::optional<ChatFormat> PromptFormFromName(const std::string& name) {
  if (name == kAutoForm) return std::nullopt;
  const std::optional<ChatFormat> form = ChatFormatFromName(name);
  if (!form) ThrowBadInput("prompt form: unknown name '" + name + "'");
  return form;
}

EngineKind EngineFromName(const std::string& name) { return FromName("engine", name, kEngines); }
DeviceKind DeviceFromName(const std::string& name) { return FromName("device", name, kDevices); }
WeightMode WeightModeFromName(const std::string& name) {
  return FromName(
      "weights", name,
      Weights({WeightMode::kStored, WeightMode::kBf16, WeightMode::kF32, WeightMode::kQ8}));
}

}  // namespace dsb
