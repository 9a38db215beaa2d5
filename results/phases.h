// The phases of a step in the order in which a step goes through them (measurement.md 5): the names
// in phase_time and kernel_time, and the order in which metrics and tables show them.
#pragma once

#include <array>
#include <string_view>

namespace dsb {

inline constexpr std::array<std::string_view, 8> kPhaseNames{
    "prefill", "draft", "confidence", "schedule", "verify", "sample", "commit", "other"};

}  // namespace dsb
