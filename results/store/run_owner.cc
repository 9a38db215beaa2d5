#include "results/store/run_owner.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>

namespace dsb {
namespace {

// When this process began, as "2026-11-24T10:57:46Z"; empty if unknown.
std::string OwnStartUtc() {
  std::ifstream file("/proc/self/stat");
  std::string text;
  std::getline(file, text);
  // The second field is a name that may hold spaces; the start time is field 22.
  const size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return "";
  std::istringstream fields(text.substr(name_end + 1));
  std::string field;
  for (int i = 3; i <= 22; ++i) fields >> field;
  const long ticks_per_s = sysconf(_SC_CLK_TCK);
  timespec since_boot{};
  if (!fields || ticks_per_s <= 0 || clock_gettime(CLOCK_BOOTTIME, &since_boot) != 0) return "";
  const time_t age_s = since_boot.tv_sec - static_cast<time_t>(std::stoll(field) / ticks_per_s);
  // One second earlier: both clocks were cut to whole seconds.
  const time_t start = time(nullptr) - age_s - 1;
  tm utc{};
  char buffer[32];
  if (gmtime_r(&start, &utc) == nullptr) return "";
  return std::string(buffer, strftime(buffer, sizeof buffer, "%Y-%m-%dT%H:%M:%SZ", &utc));
}

}  // namespace

std::string BootId() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

int64_t OwnPid() { return static_cast<int64_t>(getpid()); }

bool OwnerIsAlive(int64_t pid, const std::string& boot_id, const std::string& started_utc) {
  if (pid <= 0 || boot_id != BootId()) return false;
  if (pid == OwnPid()) return started_utc >= OwnStartUtc();
  return kill(static_cast<pid_t>(pid), 0) == 0 || errno == EPERM;
}

}  // namespace dsb
