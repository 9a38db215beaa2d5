#include "reports/report/device_table.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <tuple>

#include "base/counted.h"
#include "reports/report/notes.h"
#include "reports/text/number_text.h"
#include "results/phases.h"

namespace dsb {
namespace {

constexpr size_t kMaxKernels = 12;
constexpr double kMuchOverhead = 0.03;  // measurement.md 5
constexpr double kMuchOther = 0.02;

double D(int64_t value) { return static_cast<double>(value); }

std::optional<int64_t> PhaseNs(const DeviceSummary& summary, std::string_view phase) {
  for (const PhaseDeviceTotal& total : summary.phases) {
    if (total.phase == phase) return total.device_ns;
  }
  return std::nullopt;
}

std::string PerToken(double ns, const DeviceSummary& summary) {
  return Fixed(ns / D(summary.num_tokens) * 1e-6, 3);
}

std::string Total(const DeviceRow& row) {
  if (row.per_token == nullptr) return PerToken(D(row.summary.device_ns()), row.summary);
  Estimate in_ms = row.per_token->estimate;
  for (std::optional<double>* bound : {&in_ms.value, &in_ms.lo, &in_ms.hi}) {
    if (*bound) **bound *= 1e-6;
  }
  return WithInterval(in_ms, 3);
}

// A figure only with its interval, and alarm only where the interval gives cause.
std::string OverheadText(const std::string& arm, const Estimate& overhead) {
  if (!overhead.lo || !overhead.hi) {
    return "What watching changed of the time of " + arm +
           " is not known: " + Counted(overhead.n, "prompt") + ", " + overhead.note +
           " (observer_overhead).";
  }
  std::string text = "Watching changed the time of " + arm + " by " +
                     (*overhead.value >= 0 ? "+" : "") + Fixed(*overhead.value * 100, 2) + " % [" +
                     Fixed(*overhead.lo * 100, 2) + ", " + Fixed(*overhead.hi * 100, 2) +
                     "] (observer_overhead, paired by prompt)";
  if (*overhead.lo > kMuchOverhead) {
    return text + ": MORE THAN 3 %, these device times are not those of an unwatched run.";
  }
  if (*overhead.hi > kMuchOverhead) return text + ": it may be more than 3 %.";
  return text + ".";
}

void AddOverhead(const ReportSet& set, Document* out) {
  for (const ReportObserver& observer : set.observers) {
    const Estimate& overhead = observer.overhead.estimate;
    if (!overhead.value) continue;
    out->emplace_back(Line{OverheadText(set.arms[observer.arm].name, overhead)});
  }
}

void AddDoubts(const ReportSet& set, Document* out) {
  for (const Line& note : NotesOn(set, {"device_time_per_token", "device_busy_share"})) {
    out->emplace_back(Line{"Note: " + note.text, note.arms});
  }
  for (size_t i = 0; i < set.arms.size(); ++i) {
    const MetricRecord* other = set.TimesOf(i).Find("device_other_share", "all");
    if (other != nullptr && other->estimate.value.value_or(0) > kMuchOther) {
      out->emplace_back(Line{"Note: " + set.arms[i].name + ": " +
                             Fixed(*other->estimate.value * 100, 1) +
                             " % of the kernel time belongs to no phase."});
    }
  }
}

}  // namespace

std::string DeviceSourceTitle(const std::string& device_time_source) {
  if (device_time_source == "cupti") return "GPU kernels";
  if (device_time_source == "cuda_event") return "GPU events";
  if (device_time_source == "cpu_thread") return "CPU threads";
  return device_time_source;
}

Table DevicePhaseTable(const std::vector<DeviceRow>& rows) {
  Table table;
  if (rows.empty()) return table;
  table.columns = {{"arm, device ms/token", true}};
  std::vector<std::string_view> shown;
  for (const std::string_view phase : kPhaseNames) {
    if (std::any_of(rows.begin(), rows.end(), [&](const DeviceRow& row) {
          return PhaseNs(row.summary, phase).has_value();
        })) {
      shown.push_back(phase);
      table.columns.push_back({std::string(phase), false});
    }
  }
  for (const DeviceRow& row : rows) {
    std::vector<std::string> cells{row.name};
    for (const std::string_view phase : shown) {
      const std::optional<int64_t> ns = PhaseNs(row.summary, phase);
      cells.push_back(ns ? PerToken(D(*ns), row.summary) : "-");
    }
    table.rows.push_back(std::move(cells));
  }
  return table;
}

Table DeviceTable(const std::vector<DeviceRow>& rows) {
  Table table;
  if (rows.empty()) return table;
  table.columns = {
      {"arm", true},     {"time of", true}, {"device ms/token", false}, {"device ms/step", false},
      {"busy %", false}, {"idle %", false}};
  for (const DeviceRow& row : rows) {
    const DeviceSummary& summary = row.summary;
    const double busy = D(summary.busy_ns) / D(summary.step_wall_ns);
    table.rows.push_back({row.name, DeviceSourceTitle(summary.source), Total(row),
                          Fixed(D(summary.device_ns()) / D(summary.num_steps) * 1e-6, 3),
                          Percent(busy), Percent(1 - busy)});
  }
  return table;
}

std::vector<std::string> DeviceLines(const std::vector<DeviceRow>& rows) {
  std::set<std::string> sources;
  for (const DeviceRow& row : rows) sources.insert(row.summary.source);
  std::vector<std::string> lines;
  if (sources.contains("cpu_thread")) {
    lines.push_back(
        "CPU threads: thread CPU time of all threads per delivered token or step; no GPU was used. "
        "busy: that time / (wall time x threads).");
  }
  if (sources.contains("cupti")) {
    lines.push_back(
        "GPU kernels: kernel durations per delivered token or step (CUPTI). busy: time in "
        "which the device computed or copied / wall time of the steps.");
  }
  if (sources.contains("cuda_event")) {
    lines.push_back(
        "GPU events: time between events at the phases' ends per delivered token or step, "
        "gaps between kernels included (CUPTI was not available).");
  }
  return lines;
}

Table KernelTable(const CheckedRun& run, size_t limit) {
  struct Sum {
    int64_t calls = 0, total_ns = 0, min_ns = 0, max_ns = 0;
  };
  std::map<std::tuple<std::string, std::string>, Sum> sums;
  int64_t all_ns = 0;
  for (const KernelTimeRecord& kernel : run->kernels) {
    if (kernel.kernel == kDroppedRecords) continue;
    auto [place, is_new] = sums.try_emplace({kernel.kernel, kernel.phase});
    Sum& sum = place->second;
    sum.calls += kernel.calls;
    sum.total_ns += kernel.total_ns;
    sum.min_ns = is_new ? kernel.min_ns : std::min(sum.min_ns, kernel.min_ns);
    sum.max_ns = std::max(sum.max_ns, kernel.max_ns);
    all_ns += kernel.total_ns;
  }
  Table table;
  if (all_ns == 0) return table;
  std::vector<std::pair<std::tuple<std::string, std::string>, Sum>> order(sums.begin(), sums.end());
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return a.second.total_ns > b.second.total_ns;
  });
  if (order.size() > limit) order.resize(limit);
  table.columns = {{"kernel", true}, {"phase", true},   {"% of", false},  {"calls", false},
                   {"us", false},    {"min us", false}, {"max us", false}};
  for (const auto& [key, sum] : order) {
    table.rows.push_back({std::get<0>(key), std::get<1>(key), Percent(D(sum.total_ns) / D(all_ns)),
                          std::to_string(sum.calls),
                          Fixed(D(sum.total_ns) / D(sum.calls) * 1e-3, 2),
                          Fixed(D(sum.min_ns) * 1e-3, 2), Fixed(D(sum.max_ns) * 1e-3, 2)});
  }
  return table;
}

Document DeviceSection(const ReportSet& set) {
  Document section;
  std::vector<DeviceRow> rows;
  for (size_t i = 0; i < set.arms.size(); ++i) {
    const ReportArm& times = set.TimesOf(i);
    const std::optional<DeviceSummary>& summary = times.steps.device;
    if (!summary) continue;
    rows.push_back({TimedName(set.arms[i]), *summary, times.Find("device_time_per_token", "all")});
  }
  if (rows.empty()) return section;
  section.emplace_back(Heading{2, "Device time per delivered token"});
  section.emplace_back(DeviceTable(rows));
  section.emplace_back(DevicePhaseTable(rows));
  for (std::string& line : DeviceLines(rows)) section.emplace_back(Line{std::move(line)});
  AddOverhead(set, &section);
  AddDoubts(set, &section);
  for (size_t i = 0; i < set.arms.size(); ++i) {
    Table kernels = KernelTable(set.TimesOf(i).data, kMaxKernels);
    if (kernels.rows.empty()) continue;
    section.emplace_back(Heading{3, "Kernels: " + set.arms[i].name});
    section.emplace_back(std::move(kernels));
    section.emplace_back(Line{"us: of one call, on average, at least and at most."});
  }
  return section;
}

}  // namespace dsb
