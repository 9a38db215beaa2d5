// The names that options take for engines, devices and weights: one table each, for checks, parsing
// and printing. Policies: engines/scheduling; drafters: engines/drafters/registry.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engines/model_files/chat_template.h"
#include "kernels/packed_matrix.h"

namespace dsb {

enum class EngineKind { kNative, kSimulated, kRemote, kNull };  // kNull: self-test, no model
enum class DeviceKind { kCpu, kCuda };                          // where target and drafters run

std::vector<std::string> EngineNames();
std::vector<std::string> PromptFormNames();  // auto, then the forms
std::vector<std::string> DeviceNames();
std::vector<std::string> TargetWeightNames();
std::vector<std::string> DrafterWeightNames();

// kBadInput on a name that is in no table.
EngineKind EngineFromName(const std::string& name);
DeviceKind DeviceFromName(const std::string& name);
WeightMode WeightModeFromName(const std::string& name);
// None: auto, as the target's chat template says.
std::optional<ChatFormat> PromptFormFromName(const std::string& name);

}  // namespace dsb
