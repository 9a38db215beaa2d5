// Where the device's time goes (measurement.md 5): per delivered token by phase, busy and idle
// share, kernels, and what watching cost. On the CPU the same columns hold thread CPU time; every
// row names its source.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/document/document.h"
#include "reports/model/model.h"
#include "results/metrics/device.h"

namespace dsb {

// "GPU kernels", "GPU events", "CPU threads".
std::string DeviceSourceTitle(const std::string& device_time_source);

struct DeviceRow {
  std::string name;
  DeviceSummary summary;
  const MetricRecord* per_token = nullptr;  // with its interval; null: the summary's
};
// ms per delivered token by phase; no rows, no table.
Table DevicePhaseTable(const std::vector<DeviceRow>& rows);
// All phases together: per token and step, busy and idle share, and the source of the figures.
Table DeviceTable(const std::vector<DeviceRow>& rows);
// What the tables' figures are, one line for each source in it.
std::vector<std::string> DeviceLines(const std::vector<DeviceRow>& rows);

// The most expensive kernels of one run: at most `limit` rows over all batch buckets.
Table KernelTable(const CheckedRun& run, size_t limit);

// Everything of a report's set: heading, tables, notes; empty if no arm has device times.
Document DeviceSection(const ReportSet& set);

}  // namespace dsb
