#include "reports/document/scale.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "reports/text/number_text.h"

namespace dsb {
namespace {

constexpr double kAir = 0.04;  // of the range, beyond the outermost points

// The least of 1, 2, 5 times a power of ten that is at least `step`.
double RoundStep(double step) {
  const double power = std::pow(10, std::floor(std::log10(step)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (step <= factor * power * (1 + 1e-9)) return factor * power;
  }
  return 10 * power;
}

int DecimalsOf(double step) {
  return std::max(0, static_cast<int>(-std::floor(std::log10(step) + 1e-9)));
}

}  // namespace

Scale::Scale(const ChartAxis& axis, const std::vector<double>& values, double from, double to)
    : categories_(axis.categories), log_(axis.log), from_(from), to_(to) {
  if (!categories_.empty()) {
    lo_ = -0.5;
    hi_ = static_cast<double>(categories_.size()) - 0.5;
    return;
  }
  double least = std::numeric_limits<double>::infinity(), most = -least;
  const auto cover = [&](double value) {
    if (!std::isfinite(value) || (log_ && value <= 0)) return;
    least = std::min(least, value);
    most = std::max(most, value);
  };
  for (const double value : values) cover(value);
  if (axis.lo) cover(*axis.lo);
  if (axis.hi) cover(*axis.hi);
  if (least > most) least = log_ ? 0.5 : 0, most = log_ ? 2 : 1;
  if (log_) least = std::log(least), most = std::log(most);
  if (most - least <= 1e-9 * std::max(std::abs(least), std::abs(most)) || most == least) {
    const double half = log_ ? 0.1 : std::max(0.5 * std::abs(most), 0.5);
    least -= half;
    most += half;
  }
  const double air = kAir * (most - least);
  const auto given = [&](const std::optional<double>& end, double value) {
    return end && (log_ ? *end > 0 && std::log(*end) == value : *end == value);
  };
  lo_ = given(axis.lo, least) ? least : least - air;
  hi_ = given(axis.hi, most) ? most : most + air;
}

double Scale::At(double value) const {
  const double place = log_ && categories_.empty() ? std::log(value) : value;
  return from_ + (place - lo_) / (hi_ - lo_) * (to_ - from_);
}

bool Scale::Holds(double value) const {
  if (!std::isfinite(value) || (log_ && value <= 0)) return false;
  const double place = log_ ? std::log(value) : value, slack = 1e-9 * (hi_ - lo_);
  return place >= lo_ - slack && place <= hi_ + slack;
}

std::vector<Tick> Scale::LogTicks(int most) const {
  std::vector<Tick> ticks;
  for (const std::vector<double>& factors :
       {std::vector<double>{1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 2, 2.5, 3, 4, 5, 6, 7,
                            8, 9},
        {1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 4, 5, 6, 8},
        {1, 1.25, 1.5, 2, 3, 4, 5, 7},
        {1, 1.5, 2, 3, 5},
        {1, 2, 5},
        {1, 3},
        {1}}) {
    ticks.clear();
    for (double power = std::pow(10, std::floor(lo_ / std::log(10)));
         std::log(power) <= hi_ && ticks.size() < 1000; power *= 10) {
      for (const double factor : factors) {
        if (Holds(power * factor))
          ticks.push_back({power * factor, Shortest(std::round(power * factor * 1e9) / 1e9)});
      }
    }
    if (static_cast<int>(ticks.size()) <= most) break;
  }
  while (static_cast<int>(ticks.size()) > most) {  // many decades
    std::vector<Tick> every_other;
    for (size_t i = 0; i < ticks.size(); i += 2) every_other.push_back(ticks[i]);
    ticks = std::move(every_other);
  }
  return ticks;
}

std::vector<Tick> Scale::Ticks(int most) const {
  std::vector<Tick> ticks;
  if (!categories_.empty()) {
    for (size_t i = 0; i < categories_.size(); ++i) {
      ticks.push_back({static_cast<double>(i), categories_[i]});
    }
    return ticks;
  }
  if (log_) return LogTicks(most);
  const double step = RoundStep((hi_ - lo_) / most);
  for (double i = std::ceil(lo_ / step - 1e-6); i * step <= hi_ + 1e-6 * step; ++i) {
    ticks.push_back({i * step, Fixed(i == 0 ? 0 : i * step, DecimalsOf(step))});
  }
  return ticks;
}

}  // namespace dsb
