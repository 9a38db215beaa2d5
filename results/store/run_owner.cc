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
  const std::optional<int64_t> ticks = StartTicks(getpid());
  const long ticks_per_s = sysconf(_SC_CLK_TCK);
  timespec since_boot{};
  if (!ticks || ticks_per_s <= 0 || clock_gettime(CLOCK_BOOTTIME, &since_boot) != 0) return "";
  const time_t age_s = since_boot.tv_sec - static_cast<time_t>(*ticks / ticks_per_s);
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

std::optional<int64_t> StartTicks(int64_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(file, text);
  // The second field is a name that may hold spaces.
  const size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(name_end + 1));
  std::string field;
  for (int i = 3; i < 22; ++i) fields >> field;
  int64_t ticks = 0;
  if (!(fields >> ticks)) return std::nullopt;
  return ticks;
}

void MakeThisProcessOwner(RunRecord& run) {
  run.owner_pid = getpid();
  run.owner_start_ticks = StartTicks(getpid());
  run.boot_id = BootId();
}

bool OwnerIsAlive(const RunRecord& run) {
  const int64_t pid = run.owner_pid.value_or(0);
  if (pid <= 0 || run.boot_id.value_or("") != BootId()) return false;
  const std::optional<int64_t> ticks = StartTicks(pid);
  if (ticks && run.owner_start_ticks) return ticks == run.owner_start_ticks;
  if (pid == getpid()) return run.started_utc >= OwnStartUtc();
  return kill(static_cast<pid_t>(pid), 0) == 0 || errno == EPERM;
}

}  // namespace dsb
