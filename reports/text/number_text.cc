#include "reports/text/number_text.h"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <iterator>

namespace dsb {

std::string Fixed(double value, int decimals) {
  if (!std::isfinite(value)) return "n/a";
  char text[400];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

std::string Shortest(double value) {
  const double size = std::abs(value);
  const bool short_enough = size == 0 || (size >= 1e-6 && size < 1e15);
  const auto format = short_enough ? std::chars_format::fixed : std::chars_format::general;
  char text[64];
  return {text, std::to_chars(std::begin(text), std::end(text), value, format).ptr};
}

std::string FixedOr(const std::optional<double>& value, int decimals, double scale) {
  return value ? Fixed(*value * scale, decimals) : "n/a";
}

std::string WithInterval(const Estimate& estimate, int decimals) {
  if (!estimate.value) return "n/a";
  std::string text = Fixed(*estimate.value, decimals);
  if (!estimate.has_interval()) return text;
  const auto bound = [&](const std::optional<double>& side) {
    return side ? Fixed(*side, decimals) : "?";
  };
  return text + " [" + bound(estimate.lo) + ", " + bound(estimate.hi) + "]";
}

std::string Times(const Estimate& ratio) {
  std::string text = WithInterval(ratio, 2);
  return text.insert(std::min(text.find(' '), text.size()), "\u00d7");
}

std::string WithInterval(const MetricRecord* metric, int decimals) {
  return metric == nullptr ? "n/a" : WithInterval(metric->estimate, decimals);
}

std::string Percent(const std::optional<double>& share) { return FixedOr(share, 1, 100); }

std::string PercentWithUnit(double share) { return Fixed(share * 100, 2) + " %"; }

std::string Bytes(int64_t bytes) {
  const auto value = static_cast<double>(bytes);
  if (bytes < 1024) return std::to_string(bytes) + " B";
  if (bytes < int64_t{1024} * 1024) return Fixed(value / 1024, 1) + " KiB";
  if (bytes < int64_t{1024} * 1024 * 1024) return Fixed(value / 1024 / 1024, 1) + " MiB";
  return Fixed(value / 1024 / 1024 / 1024, 1) + " GiB";
}

}  // namespace dsb
