#include "base/clock.h"

#include <time.h>

#include <array>

namespace dsb {
namespace {

int64_t Read(clockid_t id) {
  timespec t{};
  clock_gettime(id, &t);
  return int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

}  // namespace

int64_t MonotonicClock::NowNs() const { return Read(CLOCK_MONOTONIC); }

void MonotonicClock::SleepUntilNs(int64_t until_ns) {
  timespec t{.tv_sec = until_ns / 1'000'000'000, .tv_nsec = until_ns % 1'000'000'000};
  while (NowNs() < until_ns) clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, nullptr);
}

int64_t ThreadCpuNs() { return Read(CLOCK_THREAD_CPUTIME_ID); }

int64_t ProcessCpuNs() { return Read(CLOCK_PROCESS_CPUTIME_ID); }

std::string UtcNow() {
  const time_t now = time(nullptr);
  tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  const size_t size = strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return std::string(text.data(), size);
}

}  // namespace dsb
