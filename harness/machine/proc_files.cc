#include "harness/machine/proc_files.h"

#include <unistd.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string_view>

namespace dsb {
namespace {

std::string_view Trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

}  // namespace

std::string FirstLine(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return std::string(Trimmed(line));
}

CpuInfo ParseCpuInfo(const std::string& text) {
  CpuInfo info;
  std::set<std::string> sockets;
  std::set<std::string> cores;
  std::string socket;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::string_view key = Trimmed(std::string_view(line).substr(0, colon));
    const std::string value(Trimmed(std::string_view(line).substr(colon + 1)));
    if (key == "processor") ++info.num_threads;
    if (key == "model name") info.model = value;
    if (key == "flags") info.flags = value;
    if (key == "cpu family") info.family = value;
    if (key == "model") info.model_number = value;
    if (key == "stepping") info.stepping = value;
    if (key == "physical id") sockets.insert(socket = value);
    if (key == "core id") cores.insert(socket + '/' + value);
  }
  info.num_sockets = static_cast<int64_t>(sockets.size());
  info.num_cores = cores.empty() ? info.num_threads : static_cast<int64_t>(cores.size());
  return info;
}

CpuInfo ReadCpuInfo() {
  std::ifstream file("/proc/cpuinfo");
  std::ostringstream text;
  text << file.rdbuf();
  return ParseCpuInfo(text.str());
}

int64_t MemoryBytes() {
  return static_cast<int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE);
}

std::string OsName() {
  std::ifstream file("/etc/os-release");
  constexpr std::string_view kKey = "PRETTY_NAME=";
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(kKey)) continue;
    std::string value = line.substr(kKey.size());
    if (value.size() >= 2 && value.front() == '"') value = value.substr(1, value.size() - 2);
    return value;
  }
  return {};
}

}  // namespace dsb
