// From a chart's units to a length on the page, and the round numbers that an axis is marked at.
#pragma once

#include <string>
#include <vector>

#include "reports/document/chart.h"

namespace dsb {

struct Tick {
  double value = 0;
  std::string text;
};

class Scale {
 public:
  // Covers all finite `values` and the axis's own ends; a logarithmic one leaves out what is not
  // above 0. `from` and `to` are where the least and the greatest end are drawn.
  Scale(const ChartAxis& axis, const std::vector<double>& values, double from, double to);

  double At(double value) const;  // not clipped; of a logarithmic axis `value` > 0
  bool Holds(double value) const;
  double lo() const { return lo_; }
  double hi() const { return hi_; }
  // At most about `most`, in ascending order, all inside; of categories one each.
  std::vector<Tick> Ticks(int most) const;

 private:
  std::vector<Tick> LogTicks(int most) const;

  std::vector<std::string> categories_;
  bool log_ = false;
  double lo_ = 0, hi_ = 1, from_, to_;
};

}  // namespace dsb
