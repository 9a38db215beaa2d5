// The recorded runs of tests/golden/traces, by drafter.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/engines/golden.h"

namespace dsb {

// "drafter/trace" of the given drafters, sorted.
inline std::vector<std::string> Traces(const std::vector<std::string>& drafters, bool greedy) {
  std::vector<std::string> names;
  for (const std::string& drafter : drafters) {
    const std::string folder = golden::Root() + "/traces/" + drafter;
    if (!std::filesystem::exists(folder)) continue;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() != ".json") continue;
      const bool is_greedy = golden::ReadJson(entry.path().string())["temperature"] == 0.0;
      if (is_greedy == greedy) names.push_back(drafter + "/" + entry.path().stem().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

inline std::string TraceDrafter(const std::string& trace) {
  return trace.substr(0, trace.find('/'));
}

inline std::string TraceTestName(const testing::TestParamInfo<std::string>& instance) {
  std::string name = instance.param;
  std::replace(name.begin(), name.end(), '/', '_');
  return name;
}

}  // namespace dsb
