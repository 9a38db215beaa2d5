#include "workloads/trace/trace_time.h"

#include <charconv>
#include <chrono>
#include <cmath>

namespace dsb {
namespace {

constexpr double kLongestNs = 9007199254740992.0;  // 2^53 ns, the longest time of a run

// `length` digits at the front of `text`, which moves past them and `then`.
std::optional<int> Digits(std::string_view& text, size_t length, std::string_view then) {
  int value = 0;
  if (text.size() < length) return std::nullopt;
  for (const char c : text.substr(0, length)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = 10 * value + (c - '0');
  }
  text.remove_prefix(length);
  if (!text.starts_with(then)) return std::nullopt;
  text.remove_prefix(then.size());
  return value;
}

}  // namespace

std::optional<int64_t> NsOfDate(std::string_view text) {
  using std::chrono::day, std::chrono::month, std::chrono::sys_days, std::chrono::year;
  if (text.ends_with("+00:00")) text.remove_suffix(6);
  const auto y = Digits(text, 4, "-"), m = Digits(text, 2, "-"), d = Digits(text, 2, "");
  if (!y || !m || !d || text.empty() || (text[0] != ' ' && text[0] != 'T')) return std::nullopt;
  text.remove_prefix(1);
  const auto hour = Digits(text, 2, ":"), minute = Digits(text, 2, ":"),
             second = Digits(text, 2, "");
  if (!hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date(year(*y), month(static_cast<unsigned>(*m)),
                                         day(static_cast<unsigned>(*d)));
  if (!date.ok() || *y < 1970 || *y > 2200) return std::nullopt;
  if (*hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  int64_t fraction_ns = 0;
  if (!text.empty()) {
    if (text[0] != '.') return std::nullopt;
    text.remove_prefix(1);
    const size_t length = text.size();
    if (length < 1 || length > 9) return std::nullopt;
    const auto digits = Digits(text, length, "");
    if (!digits) return std::nullopt;
    fraction_ns = *digits;
    for (size_t i = length; i < 9; ++i) fraction_ns *= 10;
  }
  const int64_t days = sys_days(date).time_since_epoch().count();
  const int64_t seconds = ((days * 24 + *hour) * 60 + *minute) * 60 + *second;
  return seconds * 1'000'000'000 + fraction_ns;
}

std::optional<int64_t> NsOfNumber(double number, double unit_ns) {
  const double ns = number * unit_ns;
  if (!(ns >= 0) || !(ns < kLongestNs)) return std::nullopt;
  return std::llround(ns);
}

std::optional<int64_t> NsOfNumber(std::string_view text, double unit_ns) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return NsOfNumber(number, unit_ns);
}

}  // namespace dsb
