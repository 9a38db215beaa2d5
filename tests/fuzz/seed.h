// Seeds that a fuzz target makes itself: they follow the format's code, and no binary files lie in
// the tree.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

namespace dsb {

// Writes `content` as NAME into the first corpus folder of a libFuzzer command line, if there is
// one.
inline void WriteSeed(int argc, char** argv, const std::string& name, const std::string& content) {
  for (int i = 1; i < argc; ++i) {
    std::error_code ignored;
    if (argv[i][0] == '-' || !std::filesystem::is_directory(argv[i], ignored)) continue;
    std::ofstream(std::filesystem::path(argv[i]) / ("seed_" + name), std::ios::binary) << content;
    return;
  }
}

}  // namespace dsb
