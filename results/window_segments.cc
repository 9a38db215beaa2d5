#include "results/window_segments.h"

#include <algorithm>
#include <tuple>
#include <vector>

namespace dsb {
namespace {

using Process = std::map<int64_t, SegmentSize>;  // by run

std::vector<Process> ProcessesOf(std::span<const SegmentSize> segments) {
  std::vector<SegmentSize> in_order(segments.begin(), segments.end());
  std::sort(in_order.begin(), in_order.end(),
            [](const SegmentSize& a, const SegmentSize& b) { return a.segment_id < b.segment_id; });
  std::vector<Process> processes;
  for (const SegmentSize& segment : in_order) {
    if (processes.empty() || processes.back().contains(segment.run_id)) processes.emplace_back();
    processes.back().emplace(segment.run_id, segment);
  }
  return processes;
}

// Arms with timed requests, the fewest that one of them has, all together.
std::tuple<int64_t, int64_t, int64_t> WorthOf(const Process& process) {
  int64_t arms = 0, fewest = 0, all = 0;
  for (const auto& [run_id, segment] : process) {
    if (segment.num_timed == 0) continue;
    fewest = arms == 0 ? segment.num_timed : std::min(fewest, segment.num_timed);
    ++arms;
    all += segment.num_timed;
  }
  return {arms, fewest, all};
}

}  // namespace

std::map<int64_t, int64_t> ChooseWindowSegments(std::span<const SegmentSize> segments) {
  const std::vector<Process> processes = ProcessesOf(segments);
  const auto best =
      std::max_element(processes.begin(), processes.end(),
                       [](const Process& a, const Process& b) { return WorthOf(a) < WorthOf(b); });
  std::map<int64_t, int64_t> chosen;
  if (best == processes.end()) return chosen;
  for (const auto& [run_id, segment] : *best) {
    if (segment.num_timed > 0) chosen[run_id] = segment.segment_id;
  }
  return chosen;
}

}  // namespace dsb
