#include "harness/machine/cpu_use.h"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <sstream>

#include "base/clock.h"

namespace dsb {
namespace {

int64_t Nanoseconds(const timeval& time) {
  return int64_t{time.tv_sec} * 1'000'000'000 + int64_t{time.tv_usec} * 1000;
}

std::string ProcStat() {
  std::ifstream file("/proc/stat");
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

std::optional<MachineCpu> ParseProcStat(const std::string& text, int64_t ticks_per_s) {
  std::istringstream lines(text);
  std::optional<MachineCpu> machine;
  int64_t num_processors = 0;
  for (std::string line; std::getline(lines, line) && line.starts_with("cpu");) {
    std::istringstream fields(line);
    std::string name;
    fields >> name;
    if (name != "cpu") {
      ++num_processors;
      continue;
    }
    // Guests' time is part of user and nice.
    int64_t user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0;
    if (!(fields >> user >> nice >> system >> idle)) return std::nullopt;
    fields >> iowait >> irq >> softirq >> steal;
    const int64_t ns_per_tick = 1'000'000'000 / ticks_per_s;
    machine = MachineCpu{.busy_ns = (user + nice + system + irq + softirq) * ns_per_tick,
                         .stolen_ns = steal * ns_per_tick};
  }
  if (machine) machine->num_processors = num_processors;
  return machine;
}

CpuUse ReadCpuUse() {
  CpuUse use;
  use.wall_ns = MonotonicClock().NowNs();
  use.caller_cpu_ns = ThreadCpuNs();
  rusage process{};
  if (getrusage(RUSAGE_SELF, &process) == 0) {
    use.process_cpu_ns = Nanoseconds(process.ru_utime) + Nanoseconds(process.ru_stime);
    use.involuntary_switches = process.ru_nivcsw;
  }
  const long ticks_per_s = sysconf(_SC_CLK_TCK);
  if (ticks_per_s > 0) use.machine = ParseProcStat(ProcStat(), ticks_per_s);
  return use;
}

CpuUse operator-(const CpuUse& later, const CpuUse& earlier) {
  CpuUse use = later;
  use.wall_ns -= earlier.wall_ns;
  use.caller_cpu_ns -= earlier.caller_cpu_ns;
  use.process_cpu_ns -= earlier.process_cpu_ns;
  use.involuntary_switches -= earlier.involuntary_switches;
  if (use.machine && earlier.machine) {
    use.machine->busy_ns -= earlier.machine->busy_ns;
    use.machine->stolen_ns -= earlier.machine->stolen_ns;
  } else {
    use.machine.reset();
  }
  return use;
}

CpuUse& operator+=(CpuUse& sum, const CpuUse& part) {
  const bool first = sum.wall_ns == 0;
  sum.wall_ns += part.wall_ns;
  sum.caller_cpu_ns += part.caller_cpu_ns;
  sum.process_cpu_ns += part.process_cpu_ns;
  sum.involuntary_switches += part.involuntary_switches;
  if (first) {
    sum.machine = part.machine;
  } else if (sum.machine && part.machine) {
    sum.machine->busy_ns += part.machine->busy_ns;
    sum.machine->stolen_ns += part.machine->stolen_ns;
  } else {
    sum.machine.reset();
  }
  return sum;
}

}  // namespace dsb
