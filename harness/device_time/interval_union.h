// Length of a union of half-open intervals: the time in which a device did anything at all.
#pragma once

#include <cstdint>
#include <vector>

namespace dsb {

struct Interval {
  int64_t start_ns = 0, end_ns = 0;  // [start, end); empty or reversed ones count nothing
};

// Sorts its argument. O(n log n).
int64_t UnionLengthNs(std::vector<Interval>& intervals);

}  // namespace dsb
