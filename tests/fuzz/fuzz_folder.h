// A folder in memory for readers that want a path, and what a refusal must look like.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "base/error.h"
#include "base/temporary_folder.h"

namespace dsb {

// Made anew for each fuzzing process, where files cost no disk if the system has such a place.
inline const TemporaryFolder& FuzzFolder() {
  static const bool in_memory = std::filesystem::is_directory("/dev/shm");
  if (in_memory) setenv("TMPDIR", "/dev/shm", 1);
  static const TemporaryFolder folder("dsbench-fuzz");
  return folder;
}

inline void WriteFuzzFile(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

inline std::string ReadFuzzFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// One line, and the file's fault.
inline void CheckRefusal(const Error& error) {
  DSB_CHECK(error.code() == ExitCode::kBadInput);
  DSB_CHECK(std::string(error.what()).find('\n') == std::string::npos);
}

}  // namespace dsb
