#include "harness/machine/contention.h"

#include <algorithm>
#include <cmath>

namespace dsb {
namespace {

std::string Percent(double share) {
  return std::to_string(static_cast<int>(std::lround(100 * share))) + " %";
}

double Share(int64_t part_ns, double whole_ns) {
  return std::clamp(static_cast<double>(part_ns) / whole_ns, 0.0, 1.0);
}

void Add(const std::string& part, std::string* text) {
  *text += (text->empty() ? "" : ", ") + part;
}

}  // namespace

std::string ContentionText(const MeasuredUse& measured) {
  const CpuUse& use = measured.use;
  const int64_t stepping_ns = use.wall_ns - measured.idle_ns;
  if (stepping_ns < kShortestJudgedNs) return {};
  std::string text;
  bool quiet = false;
  if (use.machine && use.machine->num_processors > 0) {
    const double all_ns =
        static_cast<double>(use.wall_ns) * static_cast<double>(use.machine->num_processors);
    const double others = Share(use.machine->busy_ns - use.process_cpu_ns, all_ns);
    const double stolen = Share(use.machine->stolen_ns, all_ns);
    if (others > kMostOfOthers)
      Add("other programs used " + Percent(others) + " of the processors", &text);
    if (stolen > kMostStolen) Add("the host took " + Percent(stolen) + " of them", &text);
    quiet = others <= kQuietOthers && stolen <= kMostStolen;
  }
  const double on_processor = Share(use.caller_cpu_ns, static_cast<double>(stepping_ns));
  if (measured.computes && on_processor < kLeastOnProcessor) {
    Add("the stepping thread ran " + Percent(on_processor) + " of the time", &text);
  }
  const double switches = static_cast<double>(use.involuntary_switches) /
                          (static_cast<double>(stepping_ns) * 1e-9 *
                           static_cast<double>(std::max<int64_t>(1, measured.threads)));
  if (switches > kMostSwitchesPerS && !quiet) {
    Add("a thread was put off its processor " + std::to_string(std::lround(switches)) +
            " times a second",
        &text);
  }
  return text;
}

}  // namespace dsb
