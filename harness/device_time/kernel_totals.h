// Sums of device activities by run, phase, kernel, device and batch bucket: the rows of
// kernel_time.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "harness/device_time/device_activity.h"
#include "results/records.h"

namespace dsb {

// The step's tokens rounded up to a power of two; 0 for 0. A kernel's time depends on them.
int64_t BatchBucket(int64_t num_tokens);

// A kernel's name as a reader wants it: demangled, without parameters and return type.
std::string KernelName(const char* mangled);

class KernelTotals {
 public:
  void Add(int64_t run_id, Phase phase, int64_t batch_bucket, const DeviceActivity& activity);
  // Records that the profiler lost: a row of phase other that says so.
  void AddDropped(int64_t run_id, int64_t num_records);
  bool empty() const { return rows_.empty(); }
  std::vector<KernelTimeRecord> Take();  // in the order of the table's key; forgets them

 private:
  using Key = std::tuple<int64_t, std::string, std::string, int64_t, int64_t>;
  std::map<Key, KernelTimeRecord> rows_;
};

}  // namespace dsb
