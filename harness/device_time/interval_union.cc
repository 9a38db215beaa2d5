#include "harness/device_time/interval_union.h"

#include <algorithm>
#include <limits>

namespace dsb {

int64_t UnionLengthNs(std::vector<Interval>& intervals) {
  std::sort(intervals.begin(), intervals.end(),
            [](const Interval& a, const Interval& b) { return a.start_ns < b.start_ns; });
  int64_t length_ns = 0;
  int64_t covered_ns = std::numeric_limits<int64_t>::min();  // everything before it is counted
  for (const Interval& interval : intervals) {
    const int64_t start_ns = std::max(interval.start_ns, covered_ns);
    if (interval.end_ns <= start_ns) continue;
    length_ns += interval.end_ns - start_ns;
    covered_ns = interval.end_ns;
  }
  return length_ns;
}

}  // namespace dsb
