// Numbers as a reader wants them: fixed decimals, intervals in brackets, "n/a" for what has no
// value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "results/records.h"
#include "results/statistics/estimate.h"

namespace dsb {

std::string Fixed(double value, int decimals);
std::string FixedOr(const std::optional<double>& value, int decimals, double scale = 1);
// The fewest digits that mean this number: 0.0001, 0.9, 1.
std::string Shortest(double value);
// "3.21 [3.05, 3.38]"; without an interval "3.21"; "n/a" without a value.
std::string WithInterval(const Estimate& estimate, int decimals);
std::string Times(const Estimate& ratio);                            // "1.54\u00d7 [1.35, 1.77]"
std::string WithInterval(const MetricRecord* metric, int decimals);  // null: no value
std::string Percent(const std::optional<double>& share);             // "12.3"
std::string PercentWithUnit(double share);                           // 0.0123 -> "1.23 %"
// 98362432 -> "93.8 MiB"
std::string Bytes(int64_t bytes);

}  // namespace dsb
