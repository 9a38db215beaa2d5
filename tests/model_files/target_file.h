// Where the tests find the target model: DSBENCH_TARGET, or the cache that the scripts fill. Not
// part of the product.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace dsb {

inline constexpr char kTargetName[] = "SmolLM2-135M-Instruct.Q4_1.gguf";

// Empty if the file is not on this machine.
inline std::string FindTargetFile() {
  namespace fs = std::filesystem;
  const auto value = [](const char* name) {
    const char* text = std::getenv(name);
    return std::string(text == nullptr ? "" : text);
  };
  fs::path path = value("DSBENCH_TARGET");
  if (path.empty()) {
    fs::path cache = value("DSBENCH_CACHE");
    if (cache.empty()) {
      const std::string xdg = value("XDG_CACHE_HOME");
      cache = (xdg.empty() ? fs::path(value("HOME")) / ".cache" : fs::path(xdg)) / "dsbench";
    }
    path = cache / kTargetName;
  }
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) ? path.string() : "";
}

}  // namespace dsb
