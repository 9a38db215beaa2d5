// Where tests find the target model's file: DSBENCH_TARGET, else the download cache. Empty if it is
// not there.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace dsb {

inline std::string TargetFile() {
  if (const char* path = std::getenv("DSBENCH_TARGET")) return path;
  std::string folder;
  if (const char* cache = std::getenv("DSBENCH_CACHE")) {
    folder = cache;
  } else if (const char* xdg = std::getenv("XDG_CACHE_HOME")) {
    folder = std::string(xdg) + "/dsbench";
  } else if (const char* home = std::getenv("HOME")) {
    folder = std::string(home) + "/.cache/dsbench";
  }
  const std::string path = folder + "/SmolLM2-135M-Instruct.Q4_1.gguf";
  return std::filesystem::exists(path) ? path : "";
}

}  // namespace dsb
