#include "harness/machine/environment.h"

#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>
#include <random>

#include "base/quoted.h"
#include "base/sha256.h"
#include "harness/machine/gpu_state.h"
#include "harness/machine/proc_files.h"

namespace dsb {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kUsedCpuFlags[] = {
    "avx",      "avx2",     "fma",         "f16c",        "avx512f",  "avx512bw", "avx512vl",
    "avx512dq", "avx_vnni", "avx512_vnni", "avx512_bf16", "amx_tile", "amx_bf16", "amx_int8"};

std::string UsedFlags(const std::string& all) {
  const std::string padded = ' ' + all + ' ';
  std::string used;
  for (const std::string_view flag : kUsedCpuFlags) {
    if (padded.find(' ' + std::string(flag) + ' ') == std::string::npos) continue;
    if (!used.empty()) used += ' ';
    used += flag;
  }
  return used;
}

Json Caches() {
  Json caches = Json::array();
  for (int index = 0; index < 8; ++index) {
    const std::string folder =
        "/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(index) + "/";
    const std::string size = FirstLine(folder + "size");
    if (size.empty()) break;
    caches.push_back({{"level", FirstLine(folder + "level")},
                      {"type", FirstLine(folder + "type")},
                      {"size", size},
                      {"shared_by", FirstLine(folder + "shared_cpu_list")}});
  }
  return caches;
}

std::string MachineId(const EnvironmentRecord& record) {
  const std::string id = FirstLine("/etc/machine-id");
  const std::string source = id.empty() ? record.cpu_model + record.kernel : id;
  // Hashed with a name of our own: it tells machines apart and cannot be traced back.
  return Sha256Hex("dsbench machine " + source).substr(0, 32);
}

void AddGpu(const GpuProbe& probe, EnvironmentRecord& record, Json& detail) {
  detail["gpu_state"] = GpuStateName(probe.state);
  if (probe.state != GpuState::kNotBuilt) {
    detail["cuda_runtime"] = CudaVersionText(probe.runtime_version);
  }
  if (probe.driver_version > 0) {
    record.cuda = CudaVersionText(probe.driver_version);
    const std::string driver = FirstLine("/sys/module/nvidia/version");
    if (!driver.empty()) record.driver = driver;
  }
  if (probe.state != GpuState::kReady) return;
  const GpuDevice& first = probe.devices.front();
  record.gpu_model = first.name;
  record.gpu_count = static_cast<int64_t>(probe.devices.size());
  record.gpu_memory_bytes = first.memory_bytes;
  detail["gpu_capability"] =
      std::to_string(first.capability_major) + '.' + std::to_string(first.capability_minor);
  detail["gpu_multiprocessors"] = first.num_multiprocessors;
}

}  // namespace

EnvironmentRecord CaptureEnvironment() {
  const CpuInfo cpu = ReadCpuInfo();
  EnvironmentRecord record;
  record.cpu_model = cpu.model;
  record.cpu_flags = UsedFlags(cpu.flags);
  record.num_cores = cpu.num_cores;
  record.num_threads_hw = cpu.num_threads;
  record.memory_bytes = MemoryBytes();
  record.os = OsName();
  utsname kernel{};
  if (uname(&kernel) == 0) record.kernel = std::string(kernel.sysname) + ' ' + kernel.release;
  record.virtualised = (' ' + cpu.flags + ' ').find(" hypervisor ") != std::string::npos;
  record.machine_id = MachineId(record);
  const std::string cpufreq = "/sys/devices/system/cpu/cpu0/cpufreq/";
  Json detail = {
      {"cpu_family", cpu.family},
      {"cpu_model_number", cpu.model_number},
      {"cpu_stepping", cpu.stepping},
      {"sockets", cpu.num_sockets},
      {"caches", Caches()},
      {"numa_nodes", FirstLine("/sys/devices/system/node/online")},
      {"governor", FirstLine(cpufreq + "scaling_governor")},
      {"max_khz", FirstLine(cpufreq + "cpuinfo_max_freq")},
      {"no_turbo", FirstLine("/sys/devices/system/cpu/intel_pstate/no_turbo")},
      {"boost", FirstLine("/sys/devices/system/cpu/cpufreq/boost")},
      {"huge_pages", FirstLine("/sys/kernel/mm/transparent_hugepage/enabled")},
      {"container", access("/.dockerenv", F_OK) == 0 || access("/run/.containerenv", F_OK) == 0},
      {"usable_cores", UsableCores()},
  };
  AddGpu(ProbeGpu(), record, detail);
  record.detail_json = detail.dump(-1, ' ', false, Json::error_handler_t::replace);
  return record;
}

double LoadAverage() {
  double load = 0;
  return getloadavg(&load, 1) == 1 ? load : 0;
}

std::string RandomUuid() {
  std::random_device device;
  std::array<uint32_t, 4> words{device(), device(), device(), device()};
  words[1] = (words[1] & 0xFFFF0FFFu) | 0x00004000u;
  words[2] = (words[2] & 0x3FFFFFFFu) | 0x80000000u;
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%08x-%04x-%04x-%04x-%04x%08x", words[0], words[1] >> 16,
                words[1] & 0xFFFFu, words[2] >> 16, words[2] & 0xFFFFu, words[3]);
  return text.data();
}

int UsableCores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return 1;
  return std::max(1, CPU_COUNT(&set));
}

int ThreadsFor(int asked) { return asked > 0 ? asked : UsableCores(); }

std::string ShellText(const std::string& argument) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./,:=+@%^";
  if (!argument.empty() && argument.find_first_not_of(kPlain) == std::string::npos) return argument;
  // What hides on a terminal is written as its bytes.
  const bool hides = Shown(argument) != argument;
  std::string quoted = hides ? "$'" : "'";
  for (const char c : argument) {
    const auto byte = static_cast<unsigned char>(c);
    if (hides && (byte < 0x20 || byte >= 0x7F)) {
      quoted += "\\x";
      quoted += "0123456789abcdef"[byte >> 4];
      quoted += "0123456789abcdef"[byte & 15];
    } else if (c == '\'') {
      quoted += hides ? "\\'" : "'\\''";
    } else {
      if (hides && c == '\\') quoted += c;
      quoted += c;
    }
  }
  return quoted + '\'';
}

}  // namespace dsb
