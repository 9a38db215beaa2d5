// Who used the processors: this process, others, or a neighbour of the virtual machine. A reading
// costs a few microseconds; two readings give what happened between them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace dsb {

// Of the whole machine since its start, from /proc/stat (in steps of 10 ms).
struct MachineCpu {
  int64_t busy_ns = 0;    // of all processes and interrupts on all processors
  int64_t stolen_ns = 0;  // the host gave it to another virtual machine
  int64_t num_processors = 0;
};
// Of the text of a /proc/stat; none if it has no line "cpu".
std::optional<MachineCpu> ParseProcStat(const std::string& text, int64_t ticks_per_s);

struct CpuUse {
  int64_t wall_ns = 0;               // between the readings, on CLOCK_MONOTONIC
  int64_t caller_cpu_ns = 0;         // of the thread that read
  int64_t process_cpu_ns = 0;        // of all threads
  int64_t involuntary_switches = 0;  // of all threads: they were put off a processor they wanted
  std::optional<MachineCpu> machine;
};
CpuUse ReadCpuUse();
CpuUse operator-(const CpuUse& later, const CpuUse& earlier);
CpuUse& operator+=(CpuUse& sum, const CpuUse& part);

}  // namespace dsb
