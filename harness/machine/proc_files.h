// What /proc, /sys and /etc say about this machine. Anything unreadable is empty or 0, never an
// error.
#pragma once

#include <cstdint>
#include <string>

namespace dsb {

// Without the newline; empty if the file cannot be read.
std::string FirstLine(const std::string& path);

struct CpuInfo {
  std::string model, flags, family, model_number, stepping;
  int64_t num_threads = 0, num_cores = 0, num_sockets = 0;
};
CpuInfo ReadCpuInfo();
// The same from the text of a /proc/cpuinfo.
CpuInfo ParseCpuInfo(const std::string& text);

int64_t MemoryBytes();
std::string OsName();  // PRETTY_NAME of os-release

}  // namespace dsb
