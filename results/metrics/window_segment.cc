#include "results/metrics/window_segment.h"

#include <map>

namespace dsb {

int64_t WindowSegment(const RunData& data) {
  std::map<int64_t, int64_t> sizes;
  for (const RequestRow& row : data.requests) {
    if (IsTimed(row.request)) ++sizes[row.request.segment_id];
  }
  if (data.window_segment_id && sizes.contains(*data.window_segment_id)) {
    return *data.window_segment_id;
  }
  int64_t best = 0, size = 0;
  for (const auto& [segment, count] : sizes) {
    if (count > size) best = segment, size = count;
  }
  return best;
}

}  // namespace dsb
